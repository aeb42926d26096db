// Matrix products with 512-bit vectors. A tile of a few rows and one panel of columns of the
// result stays in registers while the whole depth passes by: the columns from a panel of b that
// was copied into one piece of memory, the rows read where they are. The sum of an entry is always
// taken in the same order, so a product comes out the same however it is cut into tiles.
//
// Letters: m, n rows and columns of the result, k the depth.

#include "products.h"

#if defined(__x86_64__)

_Static_assert(jk_panel_width == 64, "a tile is four vectors wide");

enum {
    lanes = 16,
    tile_rows = 6,
    // 24 of 32 registers hold sums, four a row of the panel, one an entry of a.
    tile_vectors = 4,
    panel_width = jk_panel_width,
    // A panel of this depth stays in the second-level cache.
    panel_depth = 768,
};

typedef float vector __attribute__((vector_size(lanes * sizeof(float)), aligned(4)));

/// Where a tile goes, and how.
typedef struct {
    float *start;
    size_t stride;
    /// Columns that exist: fewer than the tile's at the right border.
    size_t columns;
    float alpha, beta;
} destination;

#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#pragma clang fp contract(fast)

/// c = alpha sums + beta c, rounded after each step wherever the tile's border is.
static inline __attribute__((always_inline)) void store_tile(
    const int rows, const int vectors, vector sums[tile_rows][tile_vectors], destination c) {
#pragma clang fp contract(off)
    const size_t width = (size_t)vectors * lanes;
    _Alignas(64) float copy[panel_width];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        float *out = c.start + (size_t)i * c.stride, *row = out;
        if (c.columns < width) {
            // What lies beyond the border is another thread's.
            for (size_t j = 0; j < c.columns; j++) copy[j] = c.beta == 0 ? 0 : out[j];
            for (size_t j = c.columns; j < width; j++) copy[j] = 0;
            row = copy;
        }
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            vector *place = (vector *)(row + j * lanes);
            vector sum = sums[i][j];
            if (c.alpha != 1) sum = sum * c.alpha;
            if (c.beta == 1) sum = sum + *place;
            if (c.beta != 1 && c.beta != 0) sum = sum + *place * c.beta;
            *place = sum;
        }
        if (c.columns < width) {
            for (size_t j = 0; j < c.columns; j++) out[j] = copy[j];
        }
    }
}

/// Adds the products of one column of a with one row of the panel.
static inline __attribute__((always_inline)) void add_column(
    const int rows, const int vectors, vector sums[tile_rows][tile_vectors], const float *a,
    size_t row_step, const float *panel) {
    vector right[tile_vectors];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) right[j] = *(const vector *)(panel + j * lanes);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        float left = a[(size_t)i * row_step];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sums[i][j] += left * right[j];
    }
}

/// One tile. Row i of the left side begins at `a + i * row_step`; its entries are `depth_step`
/// apart.
static inline __attribute__((always_inline)) void tile(
    const int rows, const int vectors, size_t k, const float *a, size_t row_step,
    size_t depth_step, const float *panel, destination c) {
    vector sums[tile_rows][tile_vectors];
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) sums[i][j] = (vector){0};
    }
    // The rows of the next tile and the places to write to come from afar: ask for them now.
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            __builtin_prefetch(c.start + (size_t)i * c.stride + j * lanes, 1);
        }
    }
    size_t p = 0;
    if (depth_step == 1) {
        for (; p + lanes <= k; p += lanes) {
#pragma clang loop unroll(full)
            for (int i = 0; i < rows; i++) {
                __builtin_prefetch(a + (size_t)(i + rows) * row_step + p);
            }
#pragma clang loop unroll_count(4)
            for (size_t q = p; q < p + lanes; q++) {
                add_column(rows, vectors, sums, a + q, row_step, panel + q * panel_width);
            }
        }
    }
#pragma clang loop unroll_count(4)
    for (; p < k; p++) {
        add_column(
            rows, vectors, sums, a + p * depth_step, row_step, panel + p * panel_width);
    }
    store_tile(rows, vectors, sums, c);
}

/// The tile of the right shape; either the rows of a or their entries are adjacent in memory.
static void any_tile(
    size_t rows, size_t vectors, size_t k, const float *a, size_t row_step, size_t depth_step,
    const float *panel, destination c) {
#define SHAPE(r, v) \
    case r * 8 + v: \
        if (depth_step == 1) return tile(r, v, k, a, row_step, 1, panel, c); \
        return tile(r, v, k, a, 1, depth_step, panel, c);
#define SHAPES(r) SHAPE(r, 1) SHAPE(r, 2) SHAPE(r, 3) SHAPE(r, 4)
    switch (rows * 8 + vectors) { SHAPES(1) SHAPES(2) SHAPES(3) SHAPES(4) SHAPES(5) SHAPES(6) }
#undef SHAPES
#undef SHAPE
}

// Entry e of the first and of the second vector after two vectors `run` rows apart have exchanged
// every other run of their entries; the second vector's entries count from 16.
#define FIRST(run, e) ((e) & (run) ? lanes + (e) - (run) : (e))
#define SECOND(run, e) ((e) & (run) ? lanes + (e) : (e) + (run))
#define FOUR(f, run, e) f(run, e), f(run, e + 1), f(run, e + 2), f(run, e + 3)
#define ALL(f, run) FOUR(f, run, 0), FOUR(f, run, 4), FOUR(f, run, 8), FOUR(f, run, 12)
#define EXCHANGE(run) \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < lanes; i++) { \
        if (i & (run)) continue; \
        vector one = v[i], other = v[i + (run)]; \
        v[i] = __builtin_shufflevector(one, other, ALL(FIRST, run)); \
        v[i + (run)] = __builtin_shufflevector(one, other, ALL(SECOND, run)); \
    }

/// Writes a square of 16 x 16 transposed.
static inline void transpose(
    float *restrict out, size_t out_stride, const float *restrict x, size_t stride) {
    vector v[lanes];
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) v[i] = *(const vector *)(x + (size_t)i * stride);
    EXCHANGE(1)
    EXCHANGE(2)
    EXCHANGE(4)
    EXCHANGE(8)
#pragma clang loop unroll(full)
    for (int i = 0; i < lanes; i++) *(vector *)(out + (size_t)i * out_stride) = v[i];
}
#undef EXCHANGE
#undef ALL
#undef FOUR
#undef SECOND
#undef FIRST

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
    size_t width = (columns + lanes - 1) / lanes * lanes;
    for (size_t p = 0; p < k; p++) {
        float *row = panel + p * panel_width;
        for (size_t j = 0; j < columns; j++) row[j] = b[p * stride + j];
        for (size_t j = columns; j < width; j++) row[j] = 0;
    }
}

/// The same for columns that lie in the rows of a transposed b.
static void pack_transposed(
    float *restrict panel, const float *restrict b, size_t stride, size_t k, size_t columns) {
    for (size_t j = 0; j < columns; j += lanes) {
        size_t count = columns - j < lanes ? columns - j : lanes;
        size_t p = 0;
        for (; count == lanes && p + lanes <= k; p += lanes) {
            transpose(panel + p * panel_width + j, panel_width, b + j * stride + p, stride);
        }
        for (; p < k; p++) {
            float *row = panel + p * panel_width + j;
            for (size_t i = 0; i < count; i++) row[i] = b[(j + i) * stride + p];
            for (size_t i = count; i < lanes; i++) row[i] = 0;
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

void jk_pack_avx512(const jk_product *x, float *packed, size_t first, size_t count) {
    for (size_t p = first; p < first + count; p++) {
        pack_part(x, packed + p * panel_width * x->k, p * panel_width, 0, x->k);
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
                panel = x->packed + j * x->k + first * panel_width;
            } else {
                pack_part(x, copy, j, first, depth);
            }
            const float *a = x->a + first * depth_step;
            destination c = {x->c + j, x->c_stride, columns, x->alpha, pass ? 1 : x->beta};
            for (size_t i = 0; i < x->m; i += tile_rows, c.start += tile_rows * c.stride) {
                size_t rows = x->m - i < tile_rows ? x->m - i : tile_rows;
                any_tile(
                    rows, vectors, depth, a + i * row_step, row_step, depth_step, panel, c);
            }
        }
    }
}

#pragma clang attribute pop
#pragma clang attribute pop

#endif
