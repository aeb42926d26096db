// Elementary functions that the vectoriser can inline. Coefficients were fitted to this form by
// iteratively reweighted least squares; the errors stated are of the float32 evaluation.

static inline float NAME(from_bits)(int32_t bits) {
    union {
        int32_t i;
        float f;
    } word = {.i = bits};
    return word.f;
}

static inline int32_t NAME(to_bits)(float x) {
    union {
        float f;
        int32_t i;
    } word = {.f = x};
    return word.i;
}

/// e^x, relative error below 2e-7; x is clamped to [-87, 88] first, NaN stays NaN.
static inline float NAME(exponential)(float x) {
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits; reordering must not undo it.
    float shifted, whole, rest;
    {
#pragma clang fp reassociate(off)
        shifted = x * 1.44269504f + 12582912.0f;
        whole = shifted - 12582912.0f;
        rest = x - whole * 0.693359375f;
        rest = rest + whole * 2.12194440e-4f;
    }
    float p = 0.0013814766f;
    p = p * rest + 0.0083687128f;
    p = p * rest + 0.041668385f;
    p = p * rest + 0.16666521f;
    p = p * rest + 0.49999994f;
    p = p * (rest * rest) + (rest + 1.0f);
    return p * NAME(from_bits)(
        (int32_t)(((uint32_t)NAME(to_bits)(shifted) - 0x4b400000u + 127u) << 23));
}

/// erf(z) for z >= 0: below 1.4 z times a polynomial in z^2, above it one minus the 8th power of a
/// polynomial, and from 4 on, where that is 1.5e-8, the same as at 4. Absolute error below 1.5e-7.
static inline float NAME(erf_of_positive)(float z) {
    float s = z * z;
    float near = -6.1403989e-6f;
    near = near * s + 9.5215786e-5f;
    near = near * s - 8.1272435e-4f;
    near = near * s + 0.0051827333f;
    near = near * s - 0.026842864f;
    near = near * s + 0.11283087f;
    near = near * s - 0.37612543f;
    near = near * s + 1.1283791f;
    float end = z > 4.0f ? 4.0f : z;
    float far = -6.4532604e-4f;
    far = far * end + 0.0038084788f;
    far = far * end + 0.012578121f;
    far = far * end - 0.096330874f;
    far = far * end - 0.11829139f;
    far = far * end + 0.99238879f;
    far *= far;
    far *= far;
    far *= far;
    return z < 1.4f ? near * z : 1.0f - far;
}

/// The normal distribution function at x.
static inline float NAME(normal)(float x) {
    float half = 0.5f * NAME(erf_of_positive)(0.70710678f * __builtin_fabsf(x));
    return x < 0 ? 0.5f - half : 0.5f + half;
}

/// Its density.
static inline float NAME(normal_density)(float x) {
    return 0.39894228f * NAME(exponential)(-0.5f * x * x);
}
