#include "CKernels.h"

#include <math.h>

/// A bijection of 64-bit numbers that scatters neighbours (the finaliser of SplitMix64).
static inline uint64_t scatter(uint64_t x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

void jk_fill_truncated_normal(
    float *out, size_t start, size_t count, float deviation, uint64_t key) {
    const float turn = 6.2831853f;
    uint64_t sequence = scatter(key);
    for (size_t i = 0; i < count; i++) {
        // Box-Muller, drawn again with the next attempt while the cut is exceeded: for the usual
        // deviation .02 that is a hundred standard deviations away and never happens.
        for (uint64_t attempt = 0;; attempt++) {
            uint64_t bits = scatter(sequence + scatter((start + i) + (attempt << 56)));
            float u = ((float)(bits >> 40) + 0.5f) * 0x1p-24f;
            float v = (float)((bits >> 16) & 0xffffff) * 0x1p-24f;
            float z = deviation * sqrtf(-2 * logf(u)) * cosf(turn * v);
            if (fabsf(z) > 2 && attempt < 255) continue;
            out[i] = fmaxf(-2, fminf(2, z));
            break;
        }
    }
}
