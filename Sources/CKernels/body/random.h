/// A bijection of 64-bit numbers that scatters neighbours (the finaliser of SplitMix64).
static inline uint64_t NAME(scatter)(uint64_t x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

/// A normal number by Box and Muller. Nothing is fused or reordered here, so that every level and
/// every processor gives the same bits.
static inline float NAME(normal_number)(uint64_t sequence, uint64_t place) {
#pragma clang fp reassociate(off) contract(off)
    uint64_t bits = NAME(scatter)(sequence + NAME(scatter)(place));
    float u = ((float)(int32_t)(bits >> 40) + 0.5f) * 0x1p-24f;
    float v = (float)(int32_t)((bits >> 16) & 0xffffff) * 0x1p-24f;
    // ln u with u = m 2^e, m between 1/sqrt(2) and sqrt(2), and ln m = 2 artanh((m-1)/(m+1)).
    int32_t word = NAME(to_bits)(u);
    int32_t e = (word - 0x3f3504f3) >> 23;
    float m = NAME(from_bits)(word - (int32_t)((uint32_t)e << 23));
    float s = (m - 1.0f) / (m + 1.0f), s2 = s * s;
    float log = (((0.29926512f * s2 + 0.39974758f) * s2 + 0.66666818f) * s2 + 2.0f) * s;
    log = log + (float)e * 0.69314718f;
    float radius = __builtin_elementwise_sqrt(-2.0f * log);
    // cos(2 pi v) = -sin(2 pi y) with y between -1/4 and 1/4.
    float y = 0.25f - __builtin_fabsf(v - 0.5f), y2 = y * y;
    float sine = 39.536701f * y2 - 76.549782f;
    sine = ((sine * y2 + 81.601006f) * y2 - 41.341656f) * y2 + 6.2831850f;
    return -(sine * y) * radius;
}

static void NAME(fill_truncated_normal)(
    float *out, size_t start, size_t count, float deviation, uint64_t key) {
    uint64_t sequence = NAME(scatter)(key);
    EACH(i, 0, count) out[i] = deviation * NAME(normal_number)(sequence, start + i);
    // No normal number made from 24 bits exceeds 5.9.
    if (deviation * 5.9f <= 2) return;
    for (size_t i = 0; i < count; i++) {
        for (uint64_t attempt = 1; __builtin_fabsf(out[i]) > 2 && attempt < 256; attempt++) {
            out[i] = deviation * NAME(normal_number)(sequence, start + i + (attempt << 56));
        }
        out[i] = out[i] > 2 ? 2 : out[i];
        out[i] = out[i] < -2 ? -2 : out[i];
    }
}
