static void NAME(fill)(float *restrict out, float value, size_t count) {
    EACH(i, 0, count) out[i] = value;
}

static void NAME(add)(float *restrict sum, const float *restrict x, size_t count) {
    EACH(i, 0, count) sum[i] += x[i];
}

static void NAME(add_scaled)(
    float *restrict sum, const float *restrict x, float factor, size_t count) {
    EACH(i, 0, count) sum[i] += factor * x[i];
}

static void NAME(sum)(float *out, const float *a, const float *b, size_t count) {
    EACH(i, 0, count) out[i] = a[i] + b[i];
}

static void NAME(scale)(float *out, const float *x, float factor, size_t count) {
    EACH(i, 0, count) out[i] = factor * x[i];
}

static bool NAME(is_finite)(const float *x, size_t count) {
    // An exponent of all ones is an infinity or a NaN.
    uint32_t largest = 0;
    EACH(i, 0, count) {
        uint32_t bits = (uint32_t)NAME(to_bits)(x[i]) & 0x7fffffffu;
        largest = bits > largest ? bits : largest;
    }
    return largest < 0x7f800000u;
}

/// Sums are taken in float32 over blocks this short and in float64 above.
enum { NAME(block) = 1024 };

static double NAME(total)(const float *x, size_t count) {
    double total = 0;
    for (size_t start = 0; start < count; start += NAME(block)) {
        size_t end = count - start < NAME(block) ? count : start + NAME(block);
        float part = 0;
        EACH(i, start, end) part += x[i];
        total += part;
    }
    return total;
}

static double NAME(sum_of_squares)(const float *x, size_t count) {
    double total = 0;
    EACH(i, 0, count) total += (double)x[i] * x[i];
    return total;
}
