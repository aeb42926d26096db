#ifndef SOLIDS_H
#define SOLIDS_H

#include "vector.h"

// The five solids, each in its own frame: centred, upright, described by the half box `b` around
// it. A cylinder has radius b.x and height 2 b.y; so has a cone, its tip up; a torus lies flat, its
// tube has radius b.y and its centre line radius b.x - b.y.

// The half box of a solid as large as a sphere of radius `size`.
static inline SceneVector half_box(SceneShape shape, float size) {
    switch (shape) {
    case SCENE_CUBE: {  // (2h)^3 = 4/3 pi
        float h = 0.805996f * size;
        return vec(h, h, h);
    }
    case SCENE_SPHERE: return vec(size, size, size);
    case SCENE_CYLINDER: {  // 2 pi a^3 = 4/3 pi
        float a = 0.873580f * size;
        return vec(a, a, a);
    }
    case SCENE_CONE: {  // 2/3 pi a^3 = 4/3 pi
        float a = 1.259921f * size;
        return vec(a, a, a);
    }
    case SCENE_TORUS: {  // 2 pi^2 R r^2 = 4/3 pi with r = 0.4 R
        float ring = 1.098701f * size, tube = 0.4f * ring;
        return vec(ring + tube, tube, ring + tube);
    }
    }
    __builtin_unreachable();
}

// How far the solid reaches from its centre.
static inline float reach_of(SceneShape shape, SceneVector b) {
    switch (shape) {
    case SCENE_CUBE: return 1.7320508f * b.x;
    case SCENE_CYLINDER:
    case SCENE_CONE: return 1.4142136f * b.x;
    case SCENE_SPHERE:
    case SCENE_TORUS: return b.x;
    }
    __builtin_unreachable();
}

static inline float radius_of(SceneVector p) { return sqrtf(p.x * p.x + p.z * p.z); }

static inline SceneVector to_frame(const SceneSolid *s, SceneVector v) {
    return vec(s->cosine * v.x - s->sine * v.z, v.y, s->sine * v.x + s->cosine * v.z);
}

static inline SceneVector from_frame(const SceneSolid *s, SceneVector v) {
    return vec(s->cosine * v.x + s->sine * v.z, v.y, s->cosine * v.z - s->sine * v.x);
}

// The distance from p to the segment from a to c, in a plane.
static inline float segment_distance(float px, float py, float ax, float ay, float cx, float cy) {
    float dx = cx - ax, dy = cy - ay;
    float t = clamped(((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy), 0, 1);
    float ex = px - ax - t * dx, ey = py - ay - t * dy;
    return sqrtf(ex * ex + ey * ey);
}

// The distance from a point in the frame of the solid to its surface, negative inside.
static inline float surface_distance(SceneShape shape, SceneVector b, SceneVector p) {
    switch (shape) {
    case SCENE_CUBE: {
        SceneVector q = vec(fabsf(p.x) - b.x, fabsf(p.y) - b.y, fabsf(p.z) - b.z);
        SceneVector outside = vec(fmaxf(q.x, 0), fmaxf(q.y, 0), fmaxf(q.z, 0));
        return sqrtf(dot(outside, outside)) + fminf(fmaxf(q.x, fmaxf(q.y, q.z)), 0);
    }
    case SCENE_SPHERE: return sqrtf(dot(p, p)) - b.x;
    case SCENE_CYLINDER: {
        float x = radius_of(p) - b.x, y = fabsf(p.y) - b.y;
        float ox = fmaxf(x, 0), oy = fmaxf(y, 0);
        return sqrtf(ox * ox + oy * oy) + fminf(fmaxf(x, y), 0);
    }
    case SCENE_CONE: {
        float x = radius_of(p), side = segment_distance(x, p.y, 0, b.y, b.x, -b.y);
        float base = segment_distance(x, p.y, 0, -b.y, b.x, -b.y);
        bool inside = p.y > -b.y && 2 * b.y * x < b.x * (b.y - p.y);
        return inside ? -fminf(side, base) : fminf(side, base);
    }
    case SCENE_TORUS: {
        float q = radius_of(p) - (b.x - b.y);
        return sqrtf(q * q + p.y * p.y) - b.y;
    }
    }
    __builtin_unreachable();
}

// Where a ray enters and leaves the half box; it misses if enter > leave.
static inline void box_interval(
    SceneVector b, SceneVector o, SceneVector d, float *enter, float *leave
) {
    float ix = 1 / d.x, iy = 1 / d.y, iz = 1 / d.z;
    float x0 = (-b.x - o.x) * ix, x1 = (b.x - o.x) * ix;
    float y0 = (-b.y - o.y) * iy, y1 = (b.y - o.y) * iy;
    float z0 = (-b.z - o.z) * iz, z1 = (b.z - o.z) * iz;
    *enter = fmaxf(fmaxf(fminf(x0, x1), fminf(y0, y1)), fminf(z0, z1));
    *leave = fminf(fminf(fmaxf(x0, x1), fmaxf(y0, y1)), fmaxf(z0, z1));
}

static inline float cylinder_entry(SceneVector b, SceneVector o, SceneVector d) {
    float top = (b.y - o.y) / d.y;
    float x = o.x + top * d.x, z = o.z + top * d.z;
    if (top > 0 && x * x + z * z <= b.x * b.x) return top;
    float a = d.x * d.x + d.z * d.z, h = o.x * d.x + o.z * d.z;
    float root = h * h - a * (o.x * o.x + o.z * o.z - b.x * b.x);
    if (root < 0) return INFINITY;
    float t = (-h - sqrtf(root)) / a;
    return t > 0 && fabsf(o.y + t * d.y) <= b.y ? t : INFINITY;
}

static inline float cone_entry(SceneVector b, SceneVector o, SceneVector d) {
    float slope = b.x / (2 * b.y), k = slope * slope, y = o.y - b.y;
    float a = d.x * d.x + d.z * d.z - k * d.y * d.y;
    float h = o.x * d.x + o.z * d.z - k * y * d.y;
    float c = o.x * o.x + o.z * o.z - k * y * y;
    float root = h * h - a * c;
    if (root < 0) return INFINITY;
    // Both roots in the form that does not cancel; a may be near 0 for a ray along the side.
    float q = h < 0 ? -h + sqrtf(root) : -h - sqrtf(root);
    float t0 = q / a, t1 = c / q, entry = INFINITY;
    if (t0 > 0 && fabsf(o.y + t0 * d.y) <= b.y) entry = t0;
    if (t1 > 0 && t1 < entry && fabsf(o.y + t1 * d.y) <= b.y) entry = t1;
    return entry;
}

// Steps by the distance to the surface, which never oversteps it, except that a ray that grazes
// it goes on by the least step.
static inline float torus_entry(SceneVector b, SceneVector o, SceneVector d) {
    float t, leave;
    box_interval(b, o, d, &t, &leave);
    for (int step = 0; step < 128 && t < leave; step++) {
        float free = surface_distance(SCENE_TORUS, b, along(o, t, d));
        if (free < 2e-4f) return t;
        t += fmaxf(free, 2e-3f);
    }
    return INFINITY;
}

// How far a ray from outside and above goes in the frame of the solid before it enters it, or
// infinity. Undersides stand on the ground and are never seen.
static inline float entry(SceneShape shape, SceneVector b, SceneVector o, SceneVector d) {
    switch (shape) {
    case SCENE_CUBE: {
        float enter, leave;
        box_interval(b, o, d, &enter, &leave);
        return enter <= leave && enter > 0 ? enter : INFINITY;
    }
    case SCENE_SPHERE: {
        float h = dot(o, d), root = h * h - (dot(o, o) - b.x * b.x);
        float t = root < 0 ? INFINITY : -h - sqrtf(root);
        return t > 0 ? t : INFINITY;
    }
    case SCENE_CYLINDER: return cylinder_entry(b, o, d);
    case SCENE_CONE: return cone_entry(b, o, d);
    case SCENE_TORUS: return torus_entry(b, o, d);
    }
    __builtin_unreachable();
}

// The outward normal at a point of the surface, in the frame of the solid.
static inline SceneVector normal_at(SceneShape shape, SceneVector b, SceneVector p) {
    switch (shape) {
    case SCENE_CUBE: {
        float x = fabsf(p.x), y = fabsf(p.y), z = fabsf(p.z);
        if (y >= x && y >= z) return vec(0, copysignf(1, p.y), 0);
        return x >= z ? vec(copysignf(1, p.x), 0, 0) : vec(0, 0, copysignf(1, p.z));
    }
    case SCENE_SPHERE: return unit(p);
    case SCENE_CYLINDER: {
        float r = radius_of(p);
        return p.y * b.x > r * b.y ? vec(0, 1, 0) : vec(p.x / r, 0, p.z / r);
    }
    case SCENE_CONE: {
        float r = fmaxf(radius_of(p), 1e-6f);
        return unit(vec(p.x / r, b.x / (2 * b.y), p.z / r));
    }
    case SCENE_TORUS: {
        float r = radius_of(p), q = 1 - (b.x - b.y) / r;
        return unit(vec(p.x * q, p.y, p.z * q));
    }
    }
    __builtin_unreachable();
}

#endif
