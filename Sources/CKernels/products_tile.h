// The inner part of a matrix product with 512-bit vectors. A tile of a few rows and one panel of
// columns of the result stays in registers while the whole depth passes by: the columns from a
// panel of b that was copied into one piece of memory, the rows read where they are. The sum of an
// entry is always taken in the same order, so a product comes out the same however it is cut into
// tiles.
//
// The file that includes this sets the target and says what one step of the depth takes:
//   entry                       of a for one row, of the panel for one column
//   entries                     a vector of these
//   add_products(sum, a, b)     sum plus the products of one entry with each of a vector
//
// Letters: m, n rows and columns of the result, k the depth in such steps.

#include <stddef.h>
#include <stdint.h>

enum {
    lanes = 16,
    tile_rows = 6,
    // 24 of 32 registers hold sums, four a row of the panel, one an entry of a.
    tile_vectors = 4,
    panel_width = tile_vectors * lanes,
};

typedef float vector __attribute__((vector_size(lanes * sizeof(float)), aligned(4)));

/// How tiles are stored. Where is told apart: a field that changes from tile to tile would make the
/// next one wait for the stores of the last.
typedef struct {
    /// From one row of c to the next.
    size_t stride;
    /// Columns that exist: fewer than the tile's at the right border.
    size_t columns;
    float alpha, beta;
    /// Added to every row; NULL adds nothing.
    const float *bias;
} storing;

/// The first `count` entries of a vector, all if it has fewer.
static inline __mmask16 first(size_t count) {
    return count < lanes ? (__mmask16)((1u << count) - 1) : 0xffff;
}

/// The entries of a vector in memory that `mask` has, zeros elsewhere.
static inline __attribute__((always_inline)) vector load(const float *x, __mmask16 mask) {
    return mask == 0xffff ? *(const vector *)x : (vector)_mm512_maskz_loadu_ps(mask, x);
}

/// c = alpha sums + beta c + bias + residual, rounded after each step. What lies beyond the right
/// border is another thread's: it is neither read nor written.
static inline __attribute__((always_inline)) void store_tile(
    const int rows, const int vectors, vector sums[tile_rows][tile_vectors], float *c,
    const float *residual, const storing *shared) {
#pragma clang fp contract(off)
    // A copy: for all the compiler knows the stores below might change what is shared.
    const storing how = *shared;
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) {
        // Only the last vector can be cut.
        __mmask16 mask = j == vectors - 1 ? first(how.columns - (size_t)j * lanes) : 0xffff;
        vector bias = how.bias ? load(how.bias + j * lanes, mask) : (vector){0};
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++) {
            size_t offset = (size_t)i * how.stride + (size_t)j * lanes;
            float *place = c + offset;
            vector sum = sums[i][j];
            if (how.alpha != 1) sum = sum * how.alpha;
            if (how.beta == 1) sum = sum + load(place, mask);
            if (how.beta != 1 && how.beta != 0) sum = sum + load(place, mask) * how.beta;
            if (how.bias) sum = sum + bias;
            if (residual) sum = sum + load(residual + offset, mask);
            if (mask == 0xffff) {
                *(vector *)place = sum;
            } else {
                _mm512_mask_storeu_ps(place, mask, (__m512)sum);
            }
        }
    }
}

/// Adds the products of one column of a with one row of the panel.
static inline __attribute__((always_inline)) void add_column(
    const int rows, const int vectors, vector sums[tile_rows][tile_vectors], const entry *a,
    size_t row_step, const entry *panel) {
    entries right[tile_vectors];
#pragma clang loop unroll(full)
    for (int j = 0; j < vectors; j++) right[j] = *(const entries *)(panel + j * lanes);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
        entry left = a[(size_t)i * row_step];
#pragma clang loop unroll(full)
        for (int j = 0; j < vectors; j++) {
            sums[i][j] = add_products(sums[i][j], left, right[j]);
        }
    }
}

/// One tile. Row i of the left side begins at `a + i * row_step`; its entries are `depth_step`
/// apart.
static inline __attribute__((always_inline)) void tile(
    const int rows, const int vectors, size_t k, const entry *a, size_t row_step,
    size_t depth_step, const entry *panel, float *c, const float *residual,
    const storing *how) {
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
            __builtin_prefetch(c + (size_t)i * how->stride + j * lanes, 1);
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
    store_tile(rows, vectors, sums, c, residual, how);
}

/// The tile of the right shape; either the rows of a or their entries are adjacent in memory.
static void any_tile(
    size_t rows, size_t vectors, size_t k, const entry *a, size_t row_step, size_t depth_step,
    const entry *panel, float *c, const float *residual, const storing *how) {
#define SHAPE(r, v) \
    case r * 8 + v: \
        if (depth_step == 1) return tile(r, v, k, a, row_step, 1, panel, c, residual, how); \
        return tile(r, v, k, a, 1, depth_step, panel, c, residual, how);
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

/// Transposes a square of 16 x 16 words of 32 bits.
static inline __attribute__((always_inline)) void transpose(vector v[lanes]) {
    EXCHANGE(1)
    EXCHANGE(2)
    EXCHANGE(4)
    EXCHANGE(8)
}
#undef EXCHANGE
#undef ALL
#undef FOUR
#undef SECOND
#undef FIRST
