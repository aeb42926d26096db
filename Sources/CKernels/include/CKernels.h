#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Kernels work on contiguous row-major float32. Those of this header run on the calling thread;
// callers split their work with jk_parallel. Pointers must not overlap unless a comment says so.

// ---- memory.c: blocks for step buffers -------------------------------------------------------

/// Memory aligned to 64 bytes with unspecified contents, or NULL; blocks of 2 MiB and more come
/// straight from the system on huge pages, zeroed, and use no memory before they are written.
void *jk_allocate(size_t bytes);

/// Frees a block of jk_allocate; `bytes` is the size it was asked for.
void jk_free(void *block, size_t bytes);

// ---- threads.c: one pool for the whole process -----------------------------------------------

typedef void (*jk_task)(void *context, size_t item);

/// Runs task(context, 0 ... items - 1), each once, on all threads, the caller's among them.
///
/// Returns when all items are done. A call from inside a task, or while another thread has the
/// pool, runs its items one after the other on the calling thread.
void jk_parallel(size_t items, jk_task task, void *context);

/// Uses `count` threads from now on; 0 means one for each processor this process may use.
/// Must not be called from inside a task.
void jk_set_threads(int count);

/// The number of threads that jk_parallel uses.
int jk_threads(void);

// ---- dispatch.c: which instructions the kernels use ------------------------------------------

typedef enum { JK_PORTABLE = 0, JK_AVX2 = 1, JK_AVX512 = 2 } jk_level;

/// The highest level this processor has.
jk_level jk_best_level(void);

/// The level in use: the best one unless jk_set_level said otherwise.
jk_level jk_current_level(void);

/// Uses another level from now on; false, and no change, if the processor does not have it.
bool jk_set_level(jk_level level);

// ---- products.c: matrix products -------------------------------------------------------------

/// c = alpha op(a) op(b) + beta c + bias + residual: op(a) is [m, k], op(b) is [k, n], c is [m, n]. A
/// stride counts the elements from one row to the next of a matrix as it is stored.
typedef struct {
    size_t m, n, k;
    bool transposes_a, transposes_b;
    size_t a_stride, b_stride, c_stride;
    float alpha, beta;
    const float *a, *b;
    float *c;
    /// Added to every row, [n]; NULL adds nothing.
    const float *bias;
    /// Added, [m, n] in rows c_stride apart; NULL adds nothing.
    const float *residual;
    /// op(b) as jk_pack wrote it, or jk_pack_bf16 for a product in bf16; NULL: every product copies
    /// b for itself.
    const void *packed;
} jk_product;

/// Whether the level in use has a kernel for products.
bool jk_multiplies(void);

/// Computes a product; only if jk_multiplies(). An entry comes out the same, to the bit, in
/// whatever part of the rows and columns it is computed.
void jk_multiply(const jk_product *product);

/// Adds bias and residual to c, for a library that computes the product alone.
void jk_finish(const jk_product *product);

/// Whether this processor has the instructions for products in bf16, whatever the level in use.
bool jk_multiplies_bf16(void);

/// The same with both operands rounded as by jk_to_bf16; the sums are float32. Only if
/// jk_multiplies_bf16().
void jk_multiply_bf16(const jk_product *product);

/// The library that computes these products, in builds with one instead of our kernel, or NULL.
const char *jk_bf16_library(void);

/// Columns of op(b) that are copied together. Panel p begins at word p * jk_panel_width * d of what
/// jk_pack writes, d = k, or jk_pack_bf16, d = k / 2 rounded up; the last panel is as wide as the
/// others. A word has 32 bits: a float32 number, or two in bf16.
enum { jk_panel_width = 64 };

/// Copies panels first ..< first + count of op(b) to their places in `packed`, for products with
/// the same b; only if jk_multiplies().
void jk_pack(const jk_product *product, void *packed, size_t first, size_t count);

/// Whether jk_multiply_bf16 takes a copy: oneDNN does not.
bool jk_packs_bf16(void);

/// The same for jk_multiply_bf16; only if jk_packs_bf16().
void jk_pack_bf16(const jk_product *product, void *packed, size_t first, size_t count);

// ---- elementwise -----------------------------------------------------------------------------

/// out[i] = value
void jk_fill(float *out, float value, size_t count);
/// sum[i] += x[i]
void jk_add(float *sum, const float *x, size_t count);
/// sum[i] += factor x[i]
void jk_add_scaled(float *sum, const float *x, float factor, size_t count);
/// out[i] = a[i] + b[i]; out may be a or b.
void jk_sum(float *out, const float *a, const float *b, size_t count);
/// out[i] = factor x[i]; out may be x.
void jk_scale(float *out, const float *x, float factor, size_t count);
/// Whether no element is infinite or NaN.
bool jk_is_finite(const float *x, size_t count);
/// The sum of all elements.
double jk_total(const float *x, size_t count);
/// The sum of the squares of all elements.
double jk_sum_of_squares(const float *x, size_t count);

/// out[i] = the upper half of the nearest float32 whose lower half is zero, ties to the even one;
/// denormal numbers become zero, and NaN stays NaN.
void jk_to_bf16(uint16_t *out, const float *x, size_t count);

// ---- GELU: x P(X <= x) for a normal X, the exact (erf) form ------------------------------------

/// The error function inside GELU, by itself for tests; absolute error below 1.5e-7. out may be x.
void jk_erf(float *out, const float *x, size_t count);
/// out[i] = gelu(x[i]); out may be x.
void jk_gelu(float *out, const float *x, size_t count);
/// dx[i] = dy[i] gelu'(x[i]); dx may be x or dy.
void jk_gelu_backward(float *dx, const float *dy, const float *x, size_t count);
/// Given the gradient of gelu(x) in y: x[i] = y[i] gelu'(x[i]) and y[i] = gelu(x[i]) at once.
void jk_gelu_exchange(float *y, float *x, size_t count);

// ---- rows: matrices [rows, width] ------------------------------------------------------------

/// y += bias, y [rows, width], bias [width] or NULL, residual [rows, width] or NULL.
void jk_add_bias(
    float *y, const float *bias, const float *residual, size_t rows, size_t width);
/// y += bias, and out = gelu(y) + residual; bias and residual may be NULL, out may be y.
void jk_add_bias_gelu(
    float *out, float *y, const float *bias, const float *residual, size_t rows, size_t width);
/// sum[j] (+)= the sum of column j of x [rows, stride] for j < width; adds if `adds`.
void jk_column_sums(
    float *sum, const float *x, size_t rows, size_t width, size_t stride, bool adds);
/// out[i] = x[index[i]], rows of `width`.
void jk_gather_rows(
    float *out, const float *x, const int32_t *index, size_t count, size_t width);
/// out[index[i]] += x[i], rows of `width`.
void jk_scatter_add_rows(
    float *out, const float *x, const int32_t *index, size_t count, size_t width);

// ---- layer norm over rows of x [rows, width] -------------------------------------------------

/// out = (x - mean) * scale * weight + bias, with mean and scale = 1/sqrt(variance + epsilon)
/// written per row; weight and bias may be NULL. mean and scale may be NULL.
void jk_layer_norm(
    float *out, float *mean, float *scale, const float *x, const float *weight,
    const float *bias, size_t rows, size_t width, float epsilon);
/// The same from mean and scale that are known already.
void jk_layer_norm_again(
    float *out, const float *mean, const float *scale, const float *x, const float *weight,
    const float *bias, size_t rows, size_t width);
/// dx (+)= the gradient of x (adds if `adds`); weight_sum and bias_sum [width] += the gradients
/// of weight and bias, each NULL where there is none. dx may be NULL, and may be dy.
void jk_layer_norm_backward(
    float *dx, bool adds, float *weight_sum, float *bias_sum, const float *dy, const float *x,
    const float *mean, const float *scale, const float *weight, size_t rows, size_t width);

// ---- softmax over rows of scores [rows, width] -----------------------------------------------

/// scores = exp(factor scores - m) with m the largest factor * score of the row; writes
/// 1 / (sum of the row) to inverse_sum and log(sum) + m to log_sum (NULL where not wanted).
void jk_softmax_unscaled(
    float *scores, float *inverse_sum, float *log_sum, float factor, size_t rows, size_t width);
/// scores = exp(factor scores - log_sum): the probabilities again.
void jk_softmax_again(
    float *scores, const float *log_sum, float factor, size_t rows, size_t width);
/// d = factor * probabilities * (d - delta), delta per row.
void jk_softmax_backward(
    float *d, const float *probabilities, const float *delta, float factor, size_t rows,
    size_t width);
/// Rows of `width`, `stride` apart: row r of x times factor[r].
void jk_scale_rows(float *x, const float *factor, size_t rows, size_t width, size_t stride);
/// out[r] = the dot product of rows r of a and b, rows of `width`, `stride` apart.
void jk_row_dots(
    float *out, const float *a, const float *b, size_t rows, size_t width, size_t stride);

// ---- losses ----------------------------------------------------------------------------------

/// The sum over i of d^2 / (2 beta) where |d| < beta, |d| - beta/2 elsewhere; d = a[i] - b[i].
double jk_smooth_l1(const float *a, const float *b, float beta, size_t count);
/// out[i] = factor d(smooth L1)/d(a[i])
void jk_smooth_l1_backward(
    float *out, const float *a, const float *b, float beta, float factor, size_t count);
/// The sum over i of (a[i] - b[i])^2.
double jk_squared_error(const float *a, const float *b, size_t count);
/// out[i] = factor (a[i] - b[i])
void jk_scaled_difference(
    float *out, const float *a, const float *b, float factor, size_t count);

// ---- tables that are searched: rows of `width` beside one vector ------------------------------

/// out[i] = the sum over j of row i of `rows`, at j, times vector[j].
void jk_dots(float *out, const float *rows, const float *vector, size_t count, size_t width);
/// The same for rows of 16-bit floats (IEEE half precision, finite) by their bits.
void jk_half_dots(
    float *out, const uint16_t *rows, const float *vector, size_t count, size_t width);

// ---- updates ---------------------------------------------------------------------------------

/// One AdamW step: weight *= decay; first = beta1 first + rest1 g; second = beta2 second + rest2
/// g^2; weight -= rate * first / (sqrt(second) * second_factor + epsilon). rest is 1 - beta, from
/// the caller because float32 cannot take that difference well.
typedef struct {
    float decay, beta1, rest1, beta2, rest2, rate, second_factor, epsilon;
} jk_adamw_step;
void jk_adamw(
    float *weight, float *first, float *second, const float *gradient, jk_adamw_step step,
    size_t count);

/// d = factor (gradient + decay weight); buffer = momentum buffer + d;
/// weight -= rate buffer + direct d.
typedef struct {
    float factor, decay, momentum, rate, direct;
} jk_momentum_step;
void jk_momentum(
    float *weight, float *buffer, const float *gradient, jk_momentum_step step, size_t count);
/// target = momentum target + (1 - momentum) source
void jk_moving_average(float *target, const float *source, double momentum, size_t count);

// ---- random numbers: element i of a sequence is a function of (key, i) alone ------------------

/// Elements start ..< start + count of a normal distribution of mean 0 and the given standard
/// deviation, cut at plus and minus 2 (absolute). The same bits at every level.
void jk_fill_truncated_normal(
    float *out, size_t start, size_t count, float deviation, uint64_t key);

// ---- patches.c -------------------------------------------------------------------------------

/// The pixels of patches of one image [channels, height, width]: out [count, channels * size *
/// size], a row per patch in the order channel, row, column. Patch i is index[i], or i if index
/// is NULL, counted row by row.
void jk_unfold_patches(
    float *out, const float *image, const int32_t *index, size_t count, size_t channels,
    size_t height, size_t width, size_t size);

// ---- elementary.c ----------------------------------------------------------------------------

/// The bits of the nearest 16-bit floats, ties to even; too large ones become infinite.
void jk_to_half(uint16_t *out, const float *x, size_t count);
/// out[i] = max(x[i], 0)
void jk_relu(float *out, const float *x, size_t count);
/// dx[i] = dy[i] where x[i] > 0, else 0; dx may be dy.
void jk_relu_backward(float *dx, const float *dy, const float *x, size_t count);
/// products = the sums of a[i] b[i], a[i]^2 and b[i]^2.
void jk_pair_products(double products[3], const float *a, const float *b, size_t count);
/// out[i] = own a[i] + other b[i]
void jk_combine(float *out, const float *a, const float *b, double own, double other, size_t count);

// ---- batch_norm.c: columns first ..< first + count of x [rows, width] --------------------------

/// out = (x - mean) * scale * weight + bias, with the mean and scale = 1/sqrt(variance + epsilon)
/// of every column, [width], written; the variance is the biased one. weight and bias may be NULL.
void jk_batch_norm(
    float *out, float *mean, float *scale, const float *x, const float *weight,
    const float *bias, size_t rows, size_t width, size_t first, size_t count, float epsilon);
/// The gradients of x (NULL if not wanted), weight and bias, written over what is there.
void jk_batch_norm_backward(
    float *dx, float *dweight, float *dbias, const float *dy, const float *x, const float *mean,
    const float *scale, const float *weight, size_t rows, size_t width, size_t first,
    size_t count);

// ---- epps_pulley.c: how far numbers are from a standard normal distribution --------------------

/// `count` times the integral over t in -limit...limit of |phi(t) - exp(-t^2/2)|^2 exp(-t^2/2),
/// with phi the mean of exp(i t x): trapezoid rule with 2 half + 1 points, of which those below 0
/// mirror those above. difference [half, 2] gets phi(t) - exp(-t^2/2), real and imaginary part.
double jk_epps_pulley(
    double *difference, const float *x, size_t count, size_t half, float limit);
/// dx = factor times the gradient of x; half is at most 64.
void jk_epps_pulley_backward(
    float *dx, const double *difference, const float *x, size_t count, size_t half, float limit,
    float factor);

#endif
