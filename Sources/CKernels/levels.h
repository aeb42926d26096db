#ifndef CKERNELS_LEVELS_H
#define CKERNELS_LEVELS_H

#include "CKernels.h"

// K(result, name, parameters, arguments) for every kernel that exists once per level.
#define JK_VOID_KERNELS(K) \
    K(fill, (float *out, float value, size_t count), (out, value, count)) \
    K(add, (float *sum, const float *x, size_t count), (sum, x, count)) \
    K(add_scaled, (float *sum, const float *x, float factor, size_t count), \
        (sum, x, factor, count)) \
    K(sum, (float *out, const float *a, const float *b, size_t count), (out, a, b, count)) \
    K(scale, (float *out, const float *x, float factor, size_t count), (out, x, factor, count)) \
    K(erf, (float *out, const float *x, size_t count), (out, x, count)) \
    K(gelu, (float *out, const float *x, size_t count), (out, x, count)) \
    K(gelu_backward, (float *dx, const float *dy, const float *x, size_t count), \
        (dx, dy, x, count)) \
    K(gelu_exchange, (float *y, float *x, size_t count), (y, x, count)) \
    K(add_bias, \
        (float *y, const float *bias, const float *residual, size_t rows, size_t width), \
        (y, bias, residual, rows, width)) \
    K(add_bias_gelu, \
        (float *out, float *y, const float *bias, const float *residual, size_t rows, \
            size_t width), \
        (out, y, bias, residual, rows, width)) \
    K(column_sums, \
        (float *sum, const float *x, size_t rows, size_t width, size_t stride, bool adds), \
        (sum, x, rows, width, stride, adds)) \
    K(scatter_add_rows, \
        (float *out, const float *x, const int32_t *index, size_t count, size_t width), \
        (out, x, index, count, width)) \
    K(layer_norm, \
        (float *out, float *mean, float *scale, const float *x, const float *weight, \
            const float *bias, size_t rows, size_t width, float epsilon), \
        (out, mean, scale, x, weight, bias, rows, width, epsilon)) \
    K(layer_norm_again, \
        (float *out, const float *mean, const float *scale, const float *x, \
            const float *weight, const float *bias, size_t rows, size_t width), \
        (out, mean, scale, x, weight, bias, rows, width)) \
    K(layer_norm_backward, \
        (float *dx, bool adds, float *weight_sum, float *bias_sum, const float *dy, \
            const float *x, const float *mean, const float *scale, const float *weight, \
            size_t rows, size_t width), \
        (dx, adds, weight_sum, bias_sum, dy, x, mean, scale, weight, rows, width)) \
    K(softmax_unscaled, \
        (float *scores, float *inverse_sum, float *log_sum, float factor, size_t rows, \
            size_t width), \
        (scores, inverse_sum, log_sum, factor, rows, width)) \
    K(softmax_again, \
        (float *scores, const float *log_sum, float factor, size_t rows, size_t width), \
        (scores, log_sum, factor, rows, width)) \
    K(softmax_backward, \
        (float *d, const float *probabilities, const float *delta, float factor, size_t rows, \
            size_t width), \
        (d, probabilities, delta, factor, rows, width)) \
    K(scale_rows, (float *x, const float *factor, size_t rows, size_t width, size_t stride), \
        (x, factor, rows, width, stride)) \
    K(row_dots, \
        (float *out, const float *a, const float *b, size_t rows, size_t width, size_t stride), \
        (out, a, b, rows, width, stride)) \
    K(smooth_l1_backward, \
        (float *out, const float *a, const float *b, float beta, float factor, size_t count), \
        (out, a, b, beta, factor, count)) \
    K(scaled_difference, \
        (float *out, const float *a, const float *b, float factor, size_t count), \
        (out, a, b, factor, count)) \
    K(adamw, \
        (float *weight, float *first, float *second, const float *gradient, \
            jk_adamw_step step, size_t count), \
        (weight, first, second, gradient, step, count)) \
    K(dots, \
        (float *out, const float *rows, const float *vector, size_t count, size_t width), \
        (out, rows, vector, count, width)) \
    K(half_dots, \
        (float *out, const uint16_t *rows, const float *vector, size_t count, size_t width), \
        (out, rows, vector, count, width)) \
    K(momentum, \
        (float *weight, float *buffer, const float *gradient, jk_momentum_step step, \
            size_t count), \
        (weight, buffer, gradient, step, count)) \
    K(fill_truncated_normal, \
        (float *out, size_t start, size_t count, float deviation, uint64_t key), \
        (out, start, count, deviation, key)) \
    K(moving_average, (float *target, const float *source, double momentum, size_t count), \
        (target, source, momentum, count))

#define JK_DOUBLE_KERNELS(K) \
    K(total, (const float *x, size_t count), (x, count)) \
    K(sum_of_squares, (const float *x, size_t count), (x, count)) \
    K(smooth_l1, (const float *a, const float *b, float beta, size_t count), (a, b, beta, count)) \
    K(squared_error, (const float *a, const float *b, size_t count), (a, b, count))

#define JK_BOOL_KERNELS(K) K(is_finite, (const float *x, size_t count), (x, count))

/// The kernels of one level.
typedef struct {
#define POINTER(name, parameters, arguments) void (*name) parameters;
    JK_VOID_KERNELS(POINTER)
#undef POINTER
#define POINTER(name, parameters, arguments) double (*name) parameters;
    JK_DOUBLE_KERNELS(POINTER)
#undef POINTER
#define POINTER(name, parameters, arguments) bool (*name) parameters;
    JK_BOOL_KERNELS(POINTER)
#undef POINTER
} jk_table;

#endif
