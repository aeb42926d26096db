static void NAME(erf)(float *out, const float *x, size_t count) {
    EACH(i, 0, count) {
        float value = NAME(erf_of_positive)(__builtin_fabsf(x[i]));
        out[i] = x[i] < 0 ? -value : value;
    }
}

static void NAME(gelu)(float *out, const float *x, size_t count) {
    EACH(i, 0, count) out[i] = x[i] * NAME(normal)(x[i]);
}

static void NAME(gelu_backward)(float *dx, const float *dy, const float *x, size_t count) {
    EACH(i, 0, count) {
        dx[i] = dy[i] * (NAME(normal)(x[i]) + x[i] * NAME(normal_density)(x[i]));
    }
}

static void NAME(gelu_exchange)(float *restrict y, float *restrict x, size_t count) {
    EACH(i, 0, count) {
        float old = x[i], below = NAME(normal)(old);
        x[i] = y[i] * (below + old * NAME(normal_density)(old));
        y[i] = old * below;
    }
}
