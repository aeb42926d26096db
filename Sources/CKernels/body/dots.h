static void NAME(dots)(
    float *restrict out, const float *restrict rows, const float *restrict vector, size_t count,
    size_t width) {
    for (size_t i = 0; i < count; i++, rows += width) {
        float sum = 0;
        EACH(j, 0, width) sum += rows[j] * vector[j];
        out[i] = sum;
    }
}

/// The number that 16 bits stand for: moved to the place of a 32-bit float, whose exponent counts
/// from another number; the product makes up for that, for subnormal numbers too.
static inline float NAME(of_half)(uint16_t half) {
    union { uint32_t bits; float value; } size = {(uint32_t)(half & 0x7fff) << 13};
    size.value *= 0x1p112f;
    size.bits |= (uint32_t)(half & 0x8000) << 16;
    return size.value;
}

static void NAME(half_dots)(
    float *restrict out, const uint16_t *restrict rows, const float *restrict vector,
    size_t count, size_t width) {
    for (size_t i = 0; i < count; i++, rows += width) {
        float sum = 0;
        EACH(j, 0, width) sum += NAME(of_half)(rows[j]) * vector[j];
        out[i] = sum;
    }
}
