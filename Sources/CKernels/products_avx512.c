// Matrix products with 512-bit vectors.

#include "products.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#pragma clang fp contract(fast)

typedef float entry;
typedef float entries __attribute__((vector_size(16 * sizeof(float)), aligned(4)));

static inline __attribute__((always_inline)) entries add_products(
    entries sum, float left, entries right) {
    return sum + left * right;
}

#include "products_tile.h"

_Static_assert((int)jk_panel_width == (int)panel_width, "panels are as wide as tiles");

/// A panel of this depth stays in the second-level cache.
enum { panel_depth = 768 };

/// Copies `columns` columns of b, which lie in rows, to a panel; zeros complete the last vector.
static void pack(
    float *restrict panel, const float *restrict b, size_t stride, size_t k, size_t columns) {
    if (columns == panel_width) {
        for (size_t p = 0; p < k; p++) {
            for (int j = 0; j < panel_width; j += lanes) {
                *(vector *)(panel + p * panel_width + j) = *(const vector *)(b + p * stride + j);
            }
        }
        return;
    }
    for (size_t j = 0; j < columns; j += lanes) {
        __mmask16 mask = first(columns - j);
        for (size_t p = 0; p < k; p++) {
            *(vector *)(panel + p * panel_width + j) = load(b + p * stride + j, mask);
        }
    }
}

/// The same for columns that lie in the rows of a transposed b.
static void pack_transposed(
    float *restrict panel, const float *restrict b, size_t stride, size_t k, size_t columns) {
    for (size_t j = 0; j < columns; j += lanes) {
        size_t count = columns - j < lanes ? columns - j : lanes;
        const float *rows = b + j * stride;
        float *place = panel + j;
        size_t p = 0;
        for (; count == lanes && p + lanes <= k; p += lanes) {
            vector v[lanes];
#pragma clang loop unroll(full)
            for (size_t i = 0; i < lanes; i++) v[i] = *(const vector *)(rows + i * stride + p);
            transpose(v);
#pragma clang loop unroll(full)
            for (size_t i = 0; i < lanes; i++) *(vector *)(place + (p + i) * panel_width) = v[i];
        }
        for (; p < k; p += lanes) {
            __mmask16 mask = first(k - p);
            vector v[lanes];
#pragma clang loop unroll(full)
            for (size_t i = 0; i < lanes; i++) {
                v[i] = i < count ? load(rows + i * stride + p, mask) : (vector){0};
            }
            transpose(v);
            for (size_t i = 0; i < lanes && p + i < k; i++) {
                *(vector *)(place + (p + i) * panel_width) = v[i];
            }
        }
    }
}

/// Copies `depth` rows from row `first` on of a panel that begins at column j of op(b).
static void pack_part(
    const jk_product *x, float *panel, size_t j, size_t first, size_t depth) {
    size_t columns = x->n - j < panel_width ? x->n - j : panel_width;
    if (x->transposes_b) {
        pack_transposed(panel, x->b + j * x->b_stride + first, x->b_stride, depth, columns);
    } else {
        pack(panel, x->b + first * x->b_stride + j, x->b_stride, depth, columns);
    }
}

void jk_pack_avx512(const jk_product *x, void *packed, size_t first, size_t count) {
    for (size_t p = first; p < first + count; p++) {
        pack_part(x, (float *)packed + p * panel_width * x->k, p * panel_width, 0, x->k);
    }
}

void jk_multiply_avx512(const jk_product *x) {
    static _Thread_local _Alignas(64) float copy[panel_depth * panel_width];
    size_t passes = x->k == 0 ? 1 : (x->k + panel_depth - 1) / panel_depth;
    size_t row_step = x->transposes_a ? 1 : x->a_stride;
    size_t depth_step = x->transposes_a ? x->a_stride : 1;
    for (size_t j = 0; j < x->n; j += panel_width) {
        size_t columns = x->n - j < panel_width ? x->n - j : panel_width;
        size_t vectors = (columns + lanes - 1) / lanes;
        for (size_t pass = 0; pass < passes; pass++) {
            size_t first = x->k * pass / passes, depth = x->k * (pass + 1) / passes - first;
            const float *panel = copy;
            if (x->packed) {
                panel = (const float *)x->packed + j * x->k + first * panel_width;
            } else {
                pack_part(x, copy, j, first, depth);
            }
            const float *a = x->a + first * depth_step;
            bool isLast = pass + 1 == passes;
            const storing how = {
                x->c_stride, columns, x->alpha, pass ? 1 : x->beta,
                x->bias && isLast ? x->bias + j : NULL};
            const float *residual = x->residual && isLast ? x->residual + j : NULL;
            for (size_t i = 0; i < x->m; i += tile_rows) {
                size_t rows = x->m - i < tile_rows ? x->m - i : tile_rows;
                any_tile(
                    rows, vectors, depth, a + i * row_step, row_step, depth_step, panel,
                    x->c + i * x->c_stride + j, residual ? residual + i * x->c_stride : NULL,
                    &how);
            }
        }
    }
}

#pragma clang attribute pop
#pragma clang attribute pop

#endif
