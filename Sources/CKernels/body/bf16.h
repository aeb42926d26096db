static void NAME(to_bf16)(uint16_t *restrict out, const float *restrict x, size_t count) {
    EACH(i, 0, count) {
        uint32_t bits = (uint32_t)NAME(to_bits)(x[i]), upper = bits >> 16;
        uint32_t magnitude = bits & 0x7fffffffu;
        // Just below half a step, and one more for a last bit that is odd: ties go to even.
        uint32_t rounded = (bits + 0x7fffu + (upper & 1)) >> 16;
        rounded = magnitude > 0x7f800000u ? upper | 0x40 : rounded;
        rounded = magnitude < 0x00800000u ? upper & 0x8000 : rounded;
        out[i] = (uint16_t)rounded;
    }
}
