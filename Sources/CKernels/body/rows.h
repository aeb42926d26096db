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

/// The sum of four numbers `stride` apart.
static inline float NAME(sum_of_four)(const float *x, size_t stride) {
    return (x[0] + x[stride]) + (x[2 * stride] + x[3 * stride]);
}

static void NAME(column_sums)(
    float *restrict sum, const float *restrict x, size_t rows, size_t width, size_t stride,
    bool adds) {
    if (!adds) NAME(fill)(sum, 0, width);
    size_t r = 0;
    // Sixteen rows at once: little traffic on the sums, and fewer additions that lose digits.
    for (; r + 16 <= rows; r += 16) {
        const float *a = x + r * stride, *b = a + 4 * stride, *c = b + 4 * stride;
        const float *d = c + 4 * stride;
        EACH(j, 0, width) {
            float first = NAME(sum_of_four)(a + j, stride) + NAME(sum_of_four)(b + j, stride);
            float second = NAME(sum_of_four)(c + j, stride) + NAME(sum_of_four)(d + j, stride);
            sum[j] += first + second;
        }
    }
    for (; r + 4 <= rows; r += 4) {
        const float *a = x + r * stride;
        EACH(j, 0, width) sum[j] += NAME(sum_of_four)(a + j, stride);
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
