static void NAME(erf)(float *out, const float *x, size_t count) {
    EACH(i, 0, count) {
        float z = __builtin_fabsf(x[i]);
        float value = NAME(erf_of_positive)(z, NAME(exponential)(-z * z));
        out[i] = x[i] < 0 ? -value : value;
    }
}

static void NAME(gelu)(float *out, const float *x, size_t count) {
    EACH(i, 0, count) {
        float density;
        out[i] = x[i] * NAME(normal)(x[i], &density);
    }
}

static void NAME(gelu_backward)(float *dx, const float *dy, const float *x, size_t count) {
    EACH(i, 0, count) {
        float density;
        float below = NAME(normal)(x[i], &density);
        dx[i] = dy[i] * (below + x[i] * density);
    }
}

static void NAME(gelu_exchange)(float *restrict y, float *restrict x, size_t count) {
    EACH(i, 0, count) {
        float density, old = x[i];
        float below = NAME(normal)(old, &density);
        x[i] = y[i] * (below + old * density);
        y[i] = old * below;
    }
}
