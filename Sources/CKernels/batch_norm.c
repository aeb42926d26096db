#include "CKernels.h"

#include <math.h>

/// Columns that are worked on at a time, so that their sums stay on the stack.
enum { COLUMNS = 64 };

void jk_batch_norm(
    float *out, float *mean, float *scale, const float *x, const float *weight,
    const float *bias, size_t rows, size_t width, size_t first, size_t count, float epsilon) {
    for (size_t start = first; start < first + count; start += COLUMNS) {
        size_t n = first + count - start < COLUMNS ? first + count - start : COLUMNS;
        double sums[COLUMNS] = {0}, squares[COLUMNS] = {0};
        for (size_t r = 0; r < rows; r++) {
            for (size_t j = 0; j < n; j++) sums[j] += x[r * width + start + j];
        }
        for (size_t j = 0; j < n; j++) sums[j] /= (double)rows;
        for (size_t r = 0; r < rows; r++) {
            for (size_t j = 0; j < n; j++) {
                double d = x[r * width + start + j] - sums[j];
                squares[j] += d * d;
            }
        }
        for (size_t j = 0; j < n; j++) {
            mean[start + j] = (float)sums[j];
            scale[start + j] = (float)(1 / sqrt(squares[j] / (double)rows + (double)epsilon));
        }
        for (size_t r = 0; r < rows; r++) {
            for (size_t i = start; i < start + n; i++) {
                float value = (x[r * width + i] - mean[i]) * scale[i];
                out[r * width + i] = value * (weight ? weight[i] : 1) + (bias ? bias[i] : 0);
            }
        }
    }
}

void jk_batch_norm_backward(
    float *dx, float *dweight, float *dbias, const float *dy, const float *x, const float *mean,
    const float *scale, const float *weight, size_t rows, size_t width, size_t first,
    size_t count) {
    for (size_t start = first; start < first + count; start += COLUMNS) {
        size_t n = first + count - start < COLUMNS ? first + count - start : COLUMNS;
        double sums[COLUMNS] = {0}, products[COLUMNS] = {0};
        for (size_t r = 0; r < rows; r++) {
            for (size_t j = 0; j < n; j++) {
                size_t i = start + j;
                float normal = (x[r * width + i] - mean[i]) * scale[i];
                sums[j] += dy[r * width + i];
                products[j] += (double)dy[r * width + i] * normal;
            }
        }
        for (size_t j = 0; j < n; j++) {
            dbias[start + j] = (float)sums[j];
            dweight[start + j] = (float)products[j];
            sums[j] /= (double)rows;
            products[j] /= (double)rows;
        }
        if (!dx) continue;
        for (size_t r = 0; r < rows; r++) {
            for (size_t j = 0; j < n; j++) {
                size_t i = start + j;
                float normal = (x[r * width + i] - mean[i]) * scale[i];
                float rest = dy[r * width + i] - (float)sums[j] - normal * (float)products[j];
                dx[r * width + i] = rest * scale[i] * (weight ? weight[i] : 1);
            }
        }
    }
}
