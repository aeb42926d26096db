#include "CKernels.h"

#include <string.h>

void jk_relu(float *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = x[i] > 0 ? x[i] : 0;
}

void jk_relu_backward(float *dx, const float *dy, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) dx[i] = x[i] > 0 ? dy[i] : 0;
}

void jk_pair_products(double products[3], const float *a, const float *b, size_t count) {
    double both = 0, first = 0, second = 0;
    for (size_t i = 0; i < count; i++) {
        both += (double)a[i] * b[i];
        first += (double)a[i] * a[i];
        second += (double)b[i] * b[i];
    }
    products[0] = both;
    products[1] = first;
    products[2] = second;
}

void jk_combine(
    float *out, const float *a, const float *b, double own, double other, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = (float)(own * a[i] + other * b[i]);
}

/// Rounds the bits of a float32 to the 16 bits of half precision.
static uint16_t half_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint16_t sign = bits >> 16 & 0x8000;
    bits &= 0x7fffffff;
    // 65536 and more, infinity, NaN
    if (bits >= 0x47800000) return sign | (bits > 0x7f800000 ? 0x7e00 : 0x7c00);
    if (bits < 0x38800000) {
        // Below 2^-14 the sum with 0.5 has what is left in its last bits, rounded.
        float size;
        memcpy(&size, &bits, sizeof size);
        size += 0.5f;
        memcpy(&bits, &size, sizeof bits);
        return sign | (uint16_t)(bits - 0x3f000000);
    }
    uint32_t odd = bits >> 13 & 1;
    return sign | (uint16_t)((bits - 0x38000000 + 0xfff + odd) >> 13);
}

void jk_to_half(uint16_t *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = half_of(x[i]);
}
