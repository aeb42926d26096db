/// (x - mean) * scale * weight + bias for one row.
static inline void NAME(normalise_row)(
    float *restrict out, const float *restrict x, float mean, float scale,
    const float *restrict weight, const float *restrict bias, size_t width) {
    if (weight && bias) {
        EACH(j, 0, width) out[j] = (x[j] - mean) * scale * weight[j] + bias[j];
    } else if (weight) {
        EACH(j, 0, width) out[j] = (x[j] - mean) * scale * weight[j];
    } else if (bias) {
        EACH(j, 0, width) out[j] = (x[j] - mean) * scale + bias[j];
    } else {
        EACH(j, 0, width) out[j] = (x[j] - mean) * scale;
    }
}

static void NAME(layer_norm)(
    float *out, float *mean, float *scale, const float *x, const float *weight,
    const float *bias, size_t rows, size_t width, float epsilon) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * width;
        float sum = 0;
        EACH_PAIR(j, 0, width) sum += row[j];
        float m = sum / (float)width;
        // A second pass: the difference of two large sums would lose small variances.
        float squares = 0;
        EACH_PAIR(j, 0, width) squares += (row[j] - m) * (row[j] - m);
        float s = 1.0f / __builtin_elementwise_sqrt(squares / (float)width + epsilon);
        if (mean) mean[r] = m;
        if (scale) scale[r] = s;
        NAME(normalise_row)(out + r * width, row, m, s, weight, bias, width);
    }
}

static void NAME(layer_norm_again)(
    float *out, const float *mean, const float *scale, const float *x, const float *weight,
    const float *bias, size_t rows, size_t width) {
    for (size_t r = 0; r < rows; r++) {
        NAME(normalise_row)(
            out + r * width, x + r * width, mean[r], scale[r], weight, bias, width);
    }
}

/// With g = dy * weight and n the normalised x: dx = scale (g - mean(g) - n mean(g n)).
static void NAME(layer_norm_backward)(
    float *dx, bool adds, float *restrict weight_sum, float *restrict bias_sum, const float *dy,
    const float *x, const float *mean, const float *scale, const float *weight, size_t rows,
    size_t width) {
    for (size_t r = 0; r < rows; r++) {
        const float *d = dy + r * width, *row = x + r * width;
        float m = mean[r], s = scale[r];
        if (weight_sum) {
            EACH(j, 0, width) weight_sum[j] += d[j] * ((row[j] - m) * s);
        }
        if (bias_sum) {
            EACH(j, 0, width) bias_sum[j] += d[j];
        }
        if (!dx) continue;
        float *out = dx + r * width;
        float sum = 0, dots = 0;
        if (weight) {
            EACH(j, 0, width) {
                float g = d[j] * weight[j];
                sum += g;
                dots += g * (row[j] - m);
            }
        } else {
            EACH(j, 0, width) {
                sum += d[j];
                dots += d[j] * (row[j] - m);
            }
        }
        // dx = s g - offset - slope (x - m)
        float offset = s * sum / (float)width;
        float slope = s * s * s * dots / (float)width;
        if (weight && adds) {
            EACH(j, 0, width) {
                out[j] += s * (d[j] * weight[j]) - offset - slope * (row[j] - m);
            }
        } else if (weight) {
            EACH(j, 0, width) {
                out[j] = s * (d[j] * weight[j]) - offset - slope * (row[j] - m);
            }
        } else if (adds) {
            EACH(j, 0, width) {
                out[j] += s * d[j] - offset - slope * (row[j] - m);
            }
        } else {
            EACH(j, 0, width) out[j] = s * d[j] - offset - slope * (row[j] - m);
        }
    }
}
