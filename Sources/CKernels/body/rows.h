static void NAME(add_bias)(
    float *restrict y, const float *restrict bias, const float *restrict residual, size_t rows,
    size_t width) {
    for (size_t r = 0; r < rows; r++, y += width) {
        const float *from = residual ? residual + r * width : 0;
        if (bias && from) {
            EACH(j, 0, width) y[j] += bias[j] + from[j];
        } else if (bias) {
            EACH(j, 0, width) y[j] += bias[j];
        } else if (from) {
            EACH(j, 0, width) y[j] += from[j];
        }
    }
}

static void NAME(add_bias_gelu)(
    float *out, float *y, const float *bias, const float *residual, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++, y += width, out += width) {
        if (bias) {
            EACH(j, 0, width) y[j] += bias[j];
        }
        NAME(gelu)(out, y, width);
        if (residual) NAME(add)(out, residual + r * width, width);
    }
}

static void NAME(column_sums)(
    float *restrict sum, const float *restrict x, size_t rows, size_t width, size_t stride,
    bool adds) {
    if (!adds) NAME(fill)(sum, 0, width);
    size_t r = 0;
    // Four rows at once: a quarter of the traffic on the sums.
    for (; r + 4 <= rows; r += 4) {
        const float *a = x + r * stride, *b = a + stride, *c = b + stride, *d = c + stride;
        EACH(j, 0, width) sum[j] += (a[j] + b[j]) + (c[j] + d[j]);
    }
    for (; r < rows; r++) NAME(add)(sum, x + r * stride, width);
}

static void NAME(scatter_add_rows)(
    float *restrict out, const float *restrict x, const int32_t *index, size_t count,
    size_t width) {
    for (size_t i = 0; i < count; i++) {
        NAME(add)(out + (size_t)index[i] * width, x + i * width, width);
    }
}

static void NAME(scale_rows)(
    float *x, const float *factor, size_t rows, size_t width, size_t stride) {
    for (size_t r = 0; r < rows; r++) NAME(scale)(x + r * stride, x + r * stride, factor[r], width);
}

static void NAME(row_dots)(
    float *restrict out, const float *restrict a, const float *restrict b, size_t rows,
    size_t width, size_t stride) {
    for (size_t r = 0; r < rows; r++, a += stride, b += stride) {
        float sum = 0;
        EACH(j, 0, width) sum += a[j] * b[j];
        out[r] = sum;
    }
}
