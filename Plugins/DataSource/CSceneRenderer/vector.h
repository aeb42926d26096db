#ifndef VECTOR_H
#define VECTOR_H

#include "CSceneRenderer.h"

#include <math.h>

// Fused multiply-add would make pictures differ between machines.
#pragma STDC FP_CONTRACT OFF

static inline SceneVector vec(float x, float y, float z) { return (SceneVector){x, y, z}; }

static inline SceneVector add(SceneVector a, SceneVector b) {
    return vec(a.x + b.x, a.y + b.y, a.z + b.z);
}

static inline SceneVector subtract(SceneVector a, SceneVector b) {
    return vec(a.x - b.x, a.y - b.y, a.z - b.z);
}

static inline SceneVector multiply(SceneVector a, SceneVector b) {
    return vec(a.x * b.x, a.y * b.y, a.z * b.z);
}

static inline SceneVector scaled(SceneVector a, float s) { return vec(a.x * s, a.y * s, a.z * s); }

// a + s b
static inline SceneVector along(SceneVector a, float s, SceneVector b) {
    return vec(a.x + s * b.x, a.y + s * b.y, a.z + s * b.z);
}

static inline SceneVector mixed(SceneVector a, SceneVector b, float share) {
    return along(scaled(a, 1 - share), share, b);
}

static inline float dot(SceneVector a, SceneVector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }

static inline SceneVector cross(SceneVector a, SceneVector b) {
    return vec(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
}

static inline SceneVector unit(SceneVector a) { return scaled(a, 1 / sqrtf(dot(a, a))); }

static inline float clamped(float x, float low, float high) {
    return x < low ? low : x > high ? high : x;
}

// 0 below 0, 1 above 1, smooth between.
static inline float smooth(float x) {
    x = clamped(x, 0, 1);
    return x * x * (3 - 2 * x);
}

#endif
