// Matrix products of float32 operands that are rounded to bf16 on the way: the sums of products of
// two bf16 numbers are float32. Both operands are copied anyway, or read so often that a copy costs
// little, so they are converted while they are copied and nothing else has to know of bf16.
//
// One step of the depth is a pair of neighbours, what the processor multiplies at a time; a pair
// that the depth leaves half empty is completed by zero.

#include "products.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <pthread.h>
#include <stdlib.h>

#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v4,avx512bf16"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)

typedef uint32_t entry;
typedef entry entries __attribute__((vector_size(16 * sizeof(entry)), aligned(4)));

static inline __attribute__((always_inline)) __m512 add_products(
    __m512 sum, entry left, entries right) {
    return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32((int)left), (__m512bh)right);
}

#include "products_tile.h"

enum {
    /// Pairs of which a panel stays in the second-level cache.
    panel_pairs = 384,
    /// Rows of a that are converted at a time: every panel is packed anew for them.
    block_rows = 66 * lanes,
};

/// What a thread copies to; made when it first multiplies, and freed with it. Too large for a
/// thread-local array: threads with small stacks could not start.
typedef struct {
    entry panel[panel_pairs * panel_width];
    entry block[block_rows * panel_pairs];
} copies;

static pthread_key_t key;
static void free_copies(void *own) { jk_free(own, sizeof(copies)); }
static void make_key(void) {
    if (pthread_key_create(&key, free_copies) != 0) abort();
}

static copies *own_copies(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Thread_local copies *own;
    if (own) return own;
    pthread_once(&once, make_key);
    own = jk_allocate(sizeof *own);
    if (!own || pthread_setspecific(key, own) != 0) abort();
    return own;
}

/// Up to 16 pairs of neighbours out of `count` numbers.
static inline __attribute__((always_inline)) vector pairs_of_row(const float *x, size_t count) {
    __m512 low = _mm512_maskz_loadu_ps(first(count), x);
    __m512 high = count > lanes ? _mm512_maskz_loadu_ps(first(count - lanes), x + lanes)
                                : _mm512_setzero_ps();
    return (vector)_mm512_cvtne2ps_pbh(high, low);
}

/// 16 pairs of numbers that stand below one another, `high` NULL for zeros.
static inline __attribute__((always_inline)) vector pairs_of_columns(
    const float *low, const float *high, __mmask16 mask) {
    __m512 upper = high ? _mm512_maskz_loadu_ps(mask, high) : _mm512_setzero_ps();
    __m512i both = (__m512i)_mm512_cvtne2ps_pbh(upper, _mm512_maskz_loadu_ps(mask, low));
    const __m512i order = _mm512_set_epi16(
        31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4,
        19, 3, 18, 2, 17, 1, 16, 0);
    return (vector)_mm512_permutexvar_epi16(order, both);
}

/// Rows of k numbers as rows of pairs.
static void pack_rows(
    entry *restrict out, size_t out_stride, const float *restrict x, size_t stride, size_t rows,
    size_t k) {
    for (size_t i = 0; i < rows; i++) {
        const float *row = x + i * stride;
        entry *place = out + i * out_stride;
        size_t p = 0;
        for (; p + 2 * lanes <= k; p += 2 * lanes) {
            *(vector *)(place + p / 2) = pairs_of_row(row + p, 2 * lanes);
        }
        if (p < k) *(vector *)(place + p / 2) = pairs_of_row(row + p, k - p);
    }
}

/// The pairs of k rows, below one another in x: out has a row per pair and an entry per column,
/// with zeros to complete the last vector.
static void pack_columns(
    entry *restrict out, size_t out_stride, const float *restrict x, size_t stride, size_t k,
    size_t columns) {
    for (size_t p = 0; p < k; p += 2) {
        const float *low = x + p * stride, *high = p + 1 < k ? low + stride : NULL;
        entry *place = out + p / 2 * out_stride;
        for (size_t j = 0; j < columns; j += lanes) {
            *(vector *)(place + j) =
                pairs_of_columns(low + j, high ? high + j : NULL, first(columns - j));
        }
    }
}

/// The same for columns that lie in the rows of x.
static void pack_transposed(
    entry *restrict out, size_t out_stride, const float *restrict x, size_t stride, size_t k,
    size_t columns) {
    for (size_t j = 0; j < columns; j += lanes) {
        size_t count = columns - j < lanes ? columns - j : lanes;
        for (size_t p = 0; p < k; p += 2 * lanes) {
            vector v[lanes];
#pragma clang loop unroll(full)
            for (size_t i = 0; i < lanes; i++) {
                v[i] = i < count ? pairs_of_row(x + (j + i) * stride + p, k - p) : (vector){0};
            }
            transpose(v);
            size_t pairs = (k - p + 1) / 2 < lanes ? (k - p + 1) / 2 : lanes;
            for (size_t i = 0; i < pairs; i++) {
                *(vector *)(out + (p / 2 + i) * out_stride + j) = v[i];
            }
        }
    }
}

/// Copies k rows from row `first` on, which is even, of a panel that begins at column j of op(b).
static void pack_part(const jk_product *x, entry *panel, size_t j, size_t first, size_t k) {
    size_t columns = x->n - j < panel_width ? x->n - j : panel_width;
    if (x->transposes_b) {
        pack_transposed(
            panel, panel_width, x->b + j * x->b_stride + first, x->b_stride, k, columns);
    } else {
        pack_columns(panel, panel_width, x->b + first * x->b_stride + j, x->b_stride, k, columns);
    }
}

void jk_pack_bf16_avx512(const jk_product *x, void *packed, size_t first, size_t count) {
    size_t panel_entries = (x->k + 1) / 2 * panel_width;
    for (size_t p = first; p < first + count; p++) {
        pack_part(x, (entry *)packed + p * panel_entries, p * panel_width, 0, x->k);
    }
}

void jk_multiply_bf16_avx512(const jk_product *x) {
    copies *own = own_copies();
    entry *block = own->block;
    size_t pairs = (x->k + 1) / 2;
    size_t passes = pairs == 0 ? 1 : (pairs + panel_pairs - 1) / panel_pairs;
    size_t row_step = x->transposes_a ? 1 : panel_pairs;
    size_t depth_step = x->transposes_a ? block_rows : 1;
    for (size_t pass = 0; pass < passes; pass++) {
        size_t begin = pairs * pass / passes, depth = pairs * (pass + 1) / passes - begin;
        size_t start = 2 * begin, k = x->k - start < 2 * depth ? x->k - start : 2 * depth;
        float beta = pass ? 1 : x->beta;
        for (size_t top = 0; top < x->m; top += block_rows) {
            size_t rows = x->m - top < block_rows ? x->m - top : block_rows;
            if (x->transposes_a) {
                pack_columns(
                    block, block_rows, x->a + start * x->a_stride + top, x->a_stride, k, rows);
            } else {
                pack_rows(
                    block, panel_pairs, x->a + top * x->a_stride + start, x->a_stride, rows, k);
            }
            for (size_t j = 0; j < x->n; j += panel_width) {
                size_t columns = x->n - j < panel_width ? x->n - j : panel_width;
                const entry *panel = own->panel;
                if (x->packed) {
                    panel = (const entry *)x->packed + j * pairs + begin * panel_width;
                } else {
                    pack_part(x, own->panel, j, start, k);
                }
                size_t place = top * x->c_stride + j;
                float *c = x->c + place;
                bool isLast = pass + 1 == passes;
                const storing how = {
                    x->c_stride, columns, x->alpha, beta, x->bias && isLast ? x->bias + j : NULL};
                const float *residual = x->residual && isLast ? x->residual + place : NULL;
                size_t vectors = (columns + lanes - 1) / lanes;
                for (size_t i = 0; i < rows; i += tile_rows) {
                    size_t height = rows - i < tile_rows ? rows - i : tile_rows;
                    any_tile(
                        height, vectors, depth, block + i * row_step, row_step, depth_step, panel,
                        c + i * x->c_stride, residual ? residual + i * x->c_stride : NULL, &how);
                }
            }
        }
    }
}

#pragma clang attribute pop
#pragma clang attribute pop

#endif
