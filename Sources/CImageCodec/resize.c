#include "internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Bits behind the point of a weight: 8 for the value and 2 for the overshoot remain of 32.
enum { precision = 32 - 8 - 2 };

static const double pi = 3.14159265358979323846;

typedef int32_t lanes __attribute__((vector_size(16)));
typedef uint8_t bytes4 __attribute__((vector_size(4)));

static double box_filter(double x) { return x > -0.5 && x <= 0.5 ? 1 : 0; }

static double bilinear_filter(double x) {
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

static double hamming_filter(double x) {
    x = fabs(x);
    if (x == 0) return 1;
    if (x >= 1) return 0;
    x *= pi;
    return sin(x) / x * (0.54 + 0.46 * cos(x));
}

static double bicubic_filter(double x) {
    const double a = -0.5;
    x = fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

static double sinc(double x) { return x == 0 ? 1 : sin(x * pi) / (x * pi); }

static double lanczos_filter(double x) { return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0; }

/// A filter and the distance at which it has become zero.
static const struct {
    double (*at)(double);
    double support;
} filters[] = {
    [IC_BOX] = {box_filter, 0.5},       [IC_BILINEAR] = {bilinear_filter, 1},
    [IC_HAMMING] = {hamming_filter, 1}, [IC_BICUBIC] = {bicubic_filter, 2},
    [IC_LANCZOS] = {lanczos_filter, 3},
};

/// Which source positions one target position takes: `count` from `first` on.
typedef struct {
    uint32_t first, count;
} span;

/// The convolution along one axis.
typedef struct {
    uint32_t outputs, most_taps;
    /// [outputs]
    span *spans;
    /// [outputs, most_taps]
    int32_t *weights;
} axis;

static double stretch_of(double from, double to, uint32_t outputs) {
    double scale = (to - from) / outputs;
    return scale < 1 ? 1 : scale;
}

static uint32_t taps_of(double from, double to, uint32_t outputs, int32_t filter) {
    return (uint32_t)ceil(filters[filter].support * stretch_of(from, to, outputs)) * 2 + 1;
}

static void fill_axis(
    axis *axis, uint32_t size, double from, double to, int32_t filter, double *exact) {
    double scale = (to - from) / axis->outputs;
    double stretch = stretch_of(from, to, axis->outputs);
    double support = filters[filter].support * stretch;
    for (uint32_t i = 0; i < axis->outputs; i++) {
        double centre = from + (i + 0.5) * scale;
        int64_t first = (int64_t)(centre - support + 0.5);
        int64_t end = (int64_t)(centre + support + 0.5);
        if (first < 0) first = 0;
        if (end > size) end = size;
        uint32_t count = end > first ? (uint32_t)(end - first) : 0;
        double sum = 0;
        for (uint32_t k = 0; k < count; k++) {
            exact[k] = filters[filter].at((k + first - centre + 0.5) * (1 / stretch));
            sum += exact[k];
        }
        int32_t *weights = axis->weights + (size_t)i * axis->most_taps;
        for (uint32_t k = 0; k < count; k++) {
            double weight = (sum != 0 ? exact[k] * (1 / sum) : exact[k]) * (1 << precision);
            weights[k] = (int32_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
        }
        axis->spans[i] = (span){(uint32_t)first, count};
    }
}

static inline uint8_t clip(int32_t sum) {
    int32_t value = sum >> precision;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/// One row of RGB along x; `source` must be readable one byte beyond its last pixel.
static inline __attribute__((always_inline)) void row_body(
    const uint8_t *restrict source, const axis *along, uint8_t *restrict target) {
    for (uint32_t x = 0; x < along->outputs; x++) {
        const int32_t *weights = along->weights + (size_t)x * along->most_taps;
        const uint8_t *pixel = source + 3 * (size_t)along->spans[x].first;
        const int32_t half = 1 << (precision - 1);
        lanes sum = {half, half, half, half};
        for (uint32_t k = 0; k < along->spans[x].count; k++, pixel += 3) {
            bytes4 rgb;
            memcpy(&rgb, pixel, sizeof rgb);
            sum += __builtin_convertvector(rgb, lanes) * weights[k];
        }
        for (int c = 0; c < 3; c++) target[3 * x + c] = clip(sum[c]);
    }
}

/// One target row of `bytes` bytes out of the rows below one another from `source` on.
static inline __attribute__((always_inline)) void column_body(
    const uint8_t *restrict source, size_t stride, const int32_t *weights, uint32_t count,
    uint8_t *restrict target, size_t bytes) {
    enum { block = 64 };
    for (size_t start = 0; start < bytes; start += block) {
        int32_t sums[block];
        size_t width = bytes - start < block ? bytes - start : block;
        for (size_t i = 0; i < block; i++) sums[i] = 1 << (precision - 1);
        for (uint32_t k = 0; k < count; k++) {
            const uint8_t *row = source + stride * k + start;
            int32_t weight = weights[k];
            if (width == block) {
                for (size_t i = 0; i < block; i++) sums[i] += row[i] * weight;
            } else {
                for (size_t i = 0; i < width; i++) sums[i] += row[i] * weight;
            }
        }
        for (size_t i = 0; i < width; i++) target[start + i] = clip(sums[i]);
    }
}

static void row_portable(const uint8_t *source, const axis *along, uint8_t *target) {
    row_body(source, along, target);
}

static void column_portable(
    const uint8_t *source, size_t stride, const int32_t *weights, uint32_t count,
    uint8_t *target, size_t bytes) {
    column_body(source, stride, weights, count, target, bytes);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void row_avx2(
    const uint8_t *source, const axis *along, uint8_t *target) {
    row_body(source, along, target);
}

__attribute__((target("avx2"))) static void column_avx2(
    const uint8_t *source, size_t stride, const int32_t *weights, uint32_t count,
    uint8_t *target, size_t bytes) {
    column_body(source, stride, weights, count, target, bytes);
}

static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
#define row_avx2 row_portable
#define column_avx2 column_portable
static bool has_avx2(void) { return false; }
#endif

/// Cuts `count` elements of `size` bytes off the memory at `*offset`, 64-byte aligned.
static void *carve(uint8_t *memory, size_t *offset, size_t count, size_t size) {
    size_t at = (*offset + 63) & ~(size_t)63;
    *offset = at + count * size;
    return memory ? memory + at : NULL;
}

/// Rows of RGB pixels.
typedef struct {
    const uint8_t *pixels;
    size_t stride;
} view;

/// Narrows `count` rows; `last` is room for one row, with slack, of `width` pixels.
///
/// The kernel loads four bytes for a pixel of three, so the last row of `from` is copied first:
/// nothing may be read behind it.
static view narrow(
    view from, uint32_t width, uint32_t count, const axis *along, uint8_t *last, uint8_t *to) {
    bool fast = has_avx2();
    size_t bytes = (size_t)along->outputs * 3;
    for (uint32_t row = 0; row < count; row++) {
        const uint8_t *pixels = from.pixels + from.stride * row;
        if (row + 1 == count) pixels = memcpy(last, pixels, (size_t)width * 3);
        (fast ? row_avx2 : row_portable)(pixels, along, to + bytes * row);
    }
    return (view){to, bytes};
}

/// Shortens `width` columns; row 0 of `from` is row `top` for the axis.
static view shorten(view from, uint32_t width, uint32_t top, const axis *along, uint8_t *to) {
    bool fast = has_avx2();
    size_t bytes = (size_t)width * 3;
    for (uint32_t row = 0; row < along->outputs; row++) {
        (fast ? column_avx2 : column_portable)(
            from.pixels + from.stride * (along->spans[row].first - top), from.stride,
            along->weights + (size_t)row * along->most_taps, along->spans[row].count,
            to + bytes * row, bytes);
    }
    return (view){to, bytes};
}

int32_t ic_resize(
    ic_resampler *resampler, const uint8_t *source, uint32_t width, uint32_t height,
    size_t stride, const double box[4], uint8_t *target, uint32_t target_width,
    uint32_t target_height, int32_t filter) {
    bool horizontal = target_width != width || box[0] != 0 || box[2] != target_width;
    bool vertical = target_height != height || box[1] != 0 || box[3] != target_height;
    // The order matters where the first pass clips what a filter overshoots.
    bool vertical_first = height > target_height && (int64_t)height - target_height >
                                                        2 * ((int64_t)width - target_width);
    axis x = {target_width, taps_of(box[0], box[2], target_width, filter), NULL, NULL};
    axis y = {target_height, taps_of(box[1], box[3], target_height, filter), NULL, NULL};
    uint32_t most_taps = x.most_taps > y.most_taps ? x.most_taps : y.most_taps;
    size_t half_done = vertical_first ? (size_t)width * target_height
                                      : (size_t)target_width * height;
    uint8_t *between = NULL, *last = NULL;
    double *exact = NULL;
    // First round: how much memory; second round: where.
    for (int round = 0; round < 2; round++) {
        uint8_t *memory = round == 0 ? NULL : resampler->memory;
        size_t size = 0;
        exact = carve(memory, &size, most_taps, sizeof(double));
        x.spans = carve(memory, &size, x.outputs, sizeof(span));
        x.weights = carve(memory, &size, (size_t)x.outputs * x.most_taps, sizeof(int32_t));
        y.spans = carve(memory, &size, y.outputs, sizeof(span));
        y.weights = carve(memory, &size, (size_t)y.outputs * y.most_taps, sizeof(int32_t));
        last = carve(memory, &size, (size_t)width * 3 + ic_slack, 1);
        between = carve(memory, &size, horizontal && vertical ? half_done * 3 : 0, 1);
        if (round == 0 && size > resampler->capacity) {
            free(resampler->memory);
            resampler->memory = aligned_alloc(64, (size + 63) & ~(size_t)63);
            resampler->capacity = resampler->memory ? size : 0;
            if (!resampler->memory) return IC_NO_MEMORY;
        }
    }
    fill_axis(&x, width, box[0], box[2], filter, exact);
    fill_axis(&y, height, box[1], box[3], filter, exact);

    view from = {source, stride};
    if (horizontal && vertical && vertical_first) {
        from = shorten(from, width, 0, &y, between);
        narrow(from, width, target_height, &x, last, target);
    } else if (horizontal && vertical) {
        // Only the rows that the vertical pass will look at.
        span end = y.spans[target_height - 1];
        uint32_t top = y.spans[0].first, count = end.first + end.count - top;
        from = narrow((view){source + stride * top, stride}, width, count, &x, last, between);
        shorten(from, target_width, top, &y, target);
    } else if (horizontal) {
        narrow(from, width, height, &x, last, target);
    } else if (vertical) {
        shorten(from, width, 0, &y, target);
    } else {
        for (uint32_t row = 0; row < height; row++) {
            memcpy(target + (size_t)row * width * 3, source + stride * row, (size_t)width * 3);
        }
    }
    return IC_OK;
}

void ic_free_resampler(ic_resampler *resampler) {
    free(resampler->memory);
    memset(resampler, 0, sizeof *resampler);
}

void ic_normalise(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t flip, const float mean[3],
    const float std[3], float *planes) {
    size_t plane = (size_t)width * height;
    for (int c = 0; c < 3; c++) {
        float table[256];
        for (int v = 0; v < 256; v++) table[v] = ((float)v / 255 - mean[c]) / std[c];
        for (uint32_t y = 0; y < height; y++) {
            const uint8_t *row = pixels + (size_t)y * width * 3 + c;
            float *to = planes + plane * (size_t)c + (size_t)y * width;
            for (uint32_t x = 0; x < width; x++) {
                to[x] = table[row[3 * (size_t)(flip ? width - 1 - x : x)]];
            }
        }
    }
}
