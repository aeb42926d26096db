#include "internal.h"

#include <math.h>

// The sums of Pillow's baseline builds: no multiply-add in one rounding.
#pragma clang fp contract(off)

static uint8_t clipped(int value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

/// ITU-R 601-2 luma as Pillow's `convert("L")` rounds it.
static uint8_t luma(const uint8_t *p) {
    return (uint8_t)((p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 0x8000u) >> 16);
}

/// Pillow's `Image.blend` of one byte: cut, not rounded.
static uint8_t blended(int from, int to, float share) {
    float value = (float)from + share * (float)(to - from);
    if (share >= 0 && share <= 1) return (uint8_t)value;
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)value;
}

void ic_adjust_brightness(uint8_t *pixels, size_t count, float factor) {
    uint8_t table[256];
    for (int v = 0; v < 256; v++) table[v] = blended(0, v, factor);
    for (size_t i = 0; i < 3 * count; i++) pixels[i] = table[pixels[i]];
}

void ic_adjust_contrast(uint8_t *pixels, size_t count, float factor) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += luma(pixels + 3 * i);
    int mean = count == 0 ? 0 : (int)((double)sum / (double)count + 0.5);
    uint8_t table[256];
    for (int v = 0; v < 256; v++) table[v] = blended(mean, v, factor);
    for (size_t i = 0; i < 3 * count; i++) pixels[i] = table[pixels[i]];
}

void ic_adjust_saturation(uint8_t *pixels, size_t count, float factor) {
    for (uint8_t *p = pixels; p < pixels + 3 * count; p += 3) {
        int gray = luma(p);
        for (int c = 0; c < 3; c++) p[c] = blended(gray, p[c], factor);
    }
}

void ic_make_gray(uint8_t *pixels, size_t count) {
    for (uint8_t *p = pixels; p < pixels + 3 * count; p += 3) p[0] = p[1] = p[2] = luma(p);
}

/// Hue, saturation and value of a pixel, 0 to 255 each; `convert("HSV")`.
static void to_hsv(const uint8_t *p, uint8_t hsv[3]) {
    int r = p[0], g = p[1], b = p[2];
    int most = r > g ? r : g, least = r < g ? r : g;
    if (b > most) most = b;
    if (b < least) least = b;
    hsv[0] = hsv[1] = 0;
    hsv[2] = (uint8_t)most;
    if (most == least) return;
    float range = (float)(most - least);
    float saturation = range / (float)most;
    float rc = (float)(most - r) / range;
    float gc = (float)(most - g) / range;
    float bc = (float)(most - b) / range;
    float hue;
    if (r == most) {
        hue = bc - gc;
    } else if (g == most) {
        hue = (float)(2.0 + rc - bc);
    } else {
        hue = (float)(4.0 + gc - rc);
    }
    hue = (float)fmod(hue / 6.0 + 1.0, 1.0);
    hsv[0] = clipped((int)(hue * 255.0));
    hsv[1] = clipped((int)(saturation * 255.0));
}

/// The way back; `convert("RGB")`.
static void from_hsv(const uint8_t hsv[3], uint8_t *p) {
    uint8_t v = hsv[2];
    if (hsv[1] == 0) {
        p[0] = p[1] = p[2] = v;
        return;
    }
    float turn = (float)hsv[0];
    int sector = (int)floor(turn * 6.0 / 255.0);
    float rest = (float)(turn * 6.0 / 255.0 - (float)sector);
    float share = (float)((float)hsv[1] / 255.0);
    uint8_t low = clipped((int)round((float)v * (1.0 - share)));
    uint8_t falling = clipped((int)round((float)v * (1.0 - share * rest)));
    uint8_t rising = clipped((int)round((float)v * (1.0 - share * (1.0 - rest))));
    const uint8_t colours[6][3] = {{v, rising, low}, {falling, v, low}, {low, v, rising},
                                   {low, falling, v}, {rising, low, v}, {v, low, falling}};
    for (int c = 0; c < 3; c++) p[c] = colours[sector % 6][c];
}

void ic_shift_hue(uint8_t *pixels, size_t count, uint8_t shift) {
    for (uint8_t *p = pixels; p < pixels + 3 * count; p += 3) {
        uint8_t hsv[3];
        to_hsv(p, hsv);
        hsv[0] = (uint8_t)(hsv[0] + shift);
        from_hsv(hsv, p);
    }
}
