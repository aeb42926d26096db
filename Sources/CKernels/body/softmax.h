static void NAME(softmax_unscaled)(
    float *scores, float *inverse_sum, float *log_sum, float factor, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, scores += width) {
        float largest = scores[0];
        for (size_t j = 1; j < width; j++) largest = scores[j] > largest ? scores[j] : largest;
        float shift = factor * largest, sum = 0;
        for (size_t j = 0; j < width; j++) {
            float e = NAME(exponential)(factor * scores[j] - shift);
            scores[j] = e;
            sum += e;
        }
        inverse_sum[r] = 1.0f / sum;
        if (log_sum) log_sum[r] = __builtin_logf(sum) + shift;
    }
}

static void NAME(softmax_again)(
    float *scores, const float *log_sum, float factor, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, scores += width) {
        float shift = log_sum[r];
        for (size_t j = 0; j < width; j++) {
            scores[j] = NAME(exponential)(factor * scores[j] - shift);
        }
    }
}

static void NAME(softmax_backward)(
    float *restrict d, const float *restrict probabilities, const float *restrict delta,
    float factor, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, d += width, probabilities += width) {
        float shift = delta[r];
        for (size_t j = 0; j < width; j++) d[j] = factor * probabilities[j] * (d[j] - shift);
    }
}
