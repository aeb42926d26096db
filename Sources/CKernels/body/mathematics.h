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

/// erf(z) for z >= 0 given e = exp(-z^2): a polynomial below 1, above it one in 1/(1 + .48 z)
/// times e. Absolute error below 1.5e-7.
static inline float NAME(erf_of_positive)(float z, float e) {
    float s = z * z;
    float near = -0.00054629083f;
    near = near * s + 0.0048706979f;
    near = near * s - 0.026663804f;
    near = near * s + 0.11278064f;
    near = near * s - 0.37611938f;
    near = near * s + 1.1283789f;
    float t = 1.0f / (1.0f + 0.48f * z);
    float far = -0.14378816f;
    far = far * t + 0.22914982f;
    far = far * t + 0.12070219f;
    far = far * t + 0.25237763f;
    far = far * t + 0.26932877f;
    far = far * t + 0.27088016f;
    return z < 1.0f ? near * z : 1.0f - e * (far * t);
}

/// The normal distribution function at x, and its density.
static inline float NAME(normal)(float x, float *density) {
    float e = NAME(exponential)(-0.5f * x * x);
    float z = 0.70710678f * __builtin_fabsf(x);
    float half = 0.5f * NAME(erf_of_positive)(z, e);
    *density = 0.39894228f * e;
    return x < 0 ? 0.5f - half : 0.5f + half;
}
