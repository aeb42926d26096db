static double NAME(smooth_l1)(const float *a, const float *b, float beta, size_t count) {
    double total = 0;
    EACH(i, 0, count) {
        float d = __builtin_fabsf(a[i] - b[i]);
        total += (double)(d < beta ? 0.5f * d * d / beta : d - 0.5f * beta);
    }
    return total;
}

static void NAME(smooth_l1_backward)(
    float *out, const float *a, const float *b, float beta, float factor, size_t count) {
    float inverse = 1.0f / beta;
    EACH(i, 0, count) {
        float d = (a[i] - b[i]) * inverse;
        d = d > 1.0f ? 1.0f : d;
        d = d < -1.0f ? -1.0f : d;
        out[i] = factor * d;
    }
}

static double NAME(squared_error)(const float *a, const float *b, size_t count) {
    double total = 0;
    EACH(i, 0, count) {
        double d = (double)(a[i] - b[i]);
        total += d * d;
    }
    return total;
}

static void NAME(scaled_difference)(
    float *out, const float *a, const float *b, float factor, size_t count) {
    EACH(i, 0, count) out[i] = factor * (a[i] - b[i]);
}
