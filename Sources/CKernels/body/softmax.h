/// A vector of this level, wherever it lies.
typedef float NAME(vector) __attribute__((vector_size(4 * LANES), aligned(4)));

/// The largest of some numbers, at least one; the vectoriser would not reorder the comparisons,
/// since NaN could be among them. Those are passed over here and show in the sum that follows.
static inline float NAME(maximum)(const float *x, size_t count) {
    float largest = x[0];
    size_t i = 0;
    if (count >= LANES) {
        NAME(vector) lanes = *(const NAME(vector) *)x;
        for (i = LANES; i + LANES <= count; i += LANES) {
            NAME(vector) next = *(const NAME(vector) *)(x + i);
            lanes = __builtin_elementwise_max(lanes, next);
        }
        for (int lane = 0; lane < LANES; lane++) {
            largest = lanes[lane] > largest ? lanes[lane] : largest;
        }
    }
    for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
    return largest;
}

static void NAME(softmax_unscaled)(
    float *scores, float *inverse_sum, float *log_sum, float factor, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, scores += width) {
        float shift = factor * NAME(maximum)(scores, width), sum = 0;
        EACH(j, 0, width) {
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
        EACH(j, 0, width) {
            scores[j] = NAME(exponential)(factor * scores[j] - shift);
        }
    }
}

static void NAME(softmax_backward)(
    float *restrict d, const float *restrict probabilities, const float *restrict delta,
    float factor, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, d += width, probabilities += width) {
        float shift = delta[r];
        EACH(j, 0, width) d[j] = factor * probabilities[j] * (d[j] - shift);
    }
}
