#include "CKernels.h"
#include <math.h>
#include <stdlib.h>

void *jk_allocate(size_t bytes) { return aligned_alloc(64, (bytes + 63) / 64 * 64); }
void jk_free(void *block, size_t bytes) { (void)bytes; free(block); }
void jk_fill(float *out, float value, size_t count) { for (size_t i = 0; i < count; i++) out[i] = value; }
void jk_add(float *sum, const float *x, size_t count) { for (size_t i = 0; i < count; i++) sum[i] += x[i]; }
bool jk_is_finite(const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) if (!isfinite(x[i])) return false;
    return true;
}
static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15ull; x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull; return x ^ (x >> 31);
}
void jk_fill_truncated_normal(float *out, size_t count, float deviation, uint64_t key) {
    for (size_t i = 0; i < count; i++) {
        double z, u, v; uint64_t draw = 0;
        do {
            u = ((mix(key ^ mix(i * 64 + draw)) >> 11) + 0.5) * 0x1p-53;
            v = ((mix(key ^ mix(i * 64 + draw + 32)) >> 11) + 0.5) * 0x1p-53;
            z = sqrt(-2 * log(u)) * cos(6.283185307179586 * v); draw++;
        } while (fabs(z * deviation) > 2 && draw < 32);
        out[i] = (float)(z * deviation);
    }
}
