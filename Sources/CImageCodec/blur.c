#include "internal.h"

#include <math.h>
#include <stdlib.h>

/// Passes of the box filter that stand for a Gaussian.
enum { passes = 3 };

/// The half width of a box, with a fraction, of which `passes` have the deviation `sigma`.
static float box_radius(float sigma) {
    float variance = sigma * sigma / passes;
    float length = (float)sqrt(12.0 * variance + 1.0);
    float whole = (float)floor((length - 1.0) / 2.0);
    float rest = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
    rest /= 6 * (variance - (whole + 1) * (whole + 1));
    return whole + rest;
}

/// One channel of a line as the box sees it: `step` bytes from sample to sample.
typedef struct {
    uint8_t *first;
    size_t step;
    int32_t length;
} channel;

static uint32_t sample(channel c, int64_t at) {
    int64_t inside = at < 0 ? 0 : at >= c.length ? c.length - 1 : at;
    return c.first[(size_t)inside * c.step];
}

/// One pass: the mean over `2 radius + 1` samples in 24-bit fixed point, the two outermost counted
/// in part; the first and the last sample go on beyond the ends.
static void box_pass(channel c, float radius, uint8_t *line) {
    int32_t reach = (int32_t)radius;
    uint32_t weight = (uint32_t)((float)(1 << 24) / (radius * 2 + 1));
    uint32_t edge = ((1u << 24) - (uint32_t)(2 * reach + 1) * weight) / 2;
    uint32_t sum = 0;
    for (int32_t k = -reach - 1; k < reach; k++) sum += sample(c, k);
    for (int32_t x = 0; x < c.length; x++) {
        sum += sample(c, (int64_t)x + reach) - sample(c, (int64_t)x - reach - 1);
        uint32_t far = sample(c, (int64_t)x - reach - 1) + sample(c, (int64_t)x + reach + 1);
        line[x] = (uint8_t)((sum * weight + far * edge + (1u << 23)) >> 24);
    }
    for (int32_t x = 0; x < c.length; x++) c.first[(size_t)x * c.step] = line[x];
}

int32_t ic_blur(uint8_t *pixels, uint32_t width, uint32_t height, float sigma) {
    uint8_t *line = malloc(width > height ? width : height);
    if (line == NULL) return IC_NO_MEMORY;
    float radius = box_radius(sigma);
    size_t row = (size_t)width * 3;
    for (uint32_t y = 0; y < height; y++) {
        for (int c = 0; c < 3; c++) {
            channel along = {pixels + y * row + c, 3, (int32_t)width};
            for (int n = 0; n < passes; n++) box_pass(along, radius, line);
        }
    }
    for (size_t x = 0; x < row; x++) {
        channel down = {pixels + x, row, (int32_t)height};
        for (int n = 0; n < passes; n++) box_pass(down, radius, line);
    }
    free(line);
    return IC_OK;
}
