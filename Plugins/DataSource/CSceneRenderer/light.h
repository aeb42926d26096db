#ifndef LIGHT_H
#define LIGHT_H

#include "solids.h"

// How much of the sun and of the open sky reaches a point.

// The half angle of the sun, as a slope: shadows are this much softer per unit of the way.
static const float kSunSlope = 0.06f;
// How far from a solid its presence darkens the surroundings, in parts of its size.
static const float kContact = 0.7f;

// The share of the sun that solid `s` lets through to p.
static inline float sun_past(const SceneSolid *s, SceneVector p, SceneVector sun) {
    SceneVector to = subtract(p, s->centre);
    float closest = -dot(to, sun);
    if (closest < -s->reach) return 1;
    float blur = kSunSlope * (closest + s->reach), soft = s->reach + blur;
    float past2 = dot(to, to) - closest * closest;
    if (past2 > soft * soft) return 1;
    if (s->shape == SCENE_SPHERE) {
        if (closest <= 0) return 1;
        float past = sqrtf(fmaxf(past2, 0)) - s->reach;
        return smooth(past / (kSunSlope * closest));
    }
    // The least angle between the ray and the solid, found by steps of the distance to it.
    SceneVector o = to_frame(s, to), d = to_frame(s, sun);
    float t, end, open = 1;
    box_interval(along(s->half, blur, vec(1, 1, 1)), o, d, &t, &end);
    t = fmaxf(t, 0.02f);
    for (int step = 0; step < 24 && t < end; step++) {
        float free = surface_distance(s->shape, s->half, along(o, t, d));
        if (free < 0.003f) return 0;
        open = fminf(open, free / (kSunSlope * t));
        t += fmaxf(free, 0.02f);
    }
    return smooth(open);
}

// The share of the sun that reaches p, which lies on solid `own` (-1: on the ground).
static inline float sun_at(const Scene *scene, int own, SceneVector p) {
    float share = 1;
    for (int i = 0; i < scene->count && share > 0; i++) {
        // Only a torus casts a shadow on itself that its normals do not tell.
        if (i == own && scene->solids[i].shape != SCENE_TORUS) continue;
        share *= sun_past(&scene->solids[i], p, scene->sun.direction);
    }
    return share;
}

// The share of the sky that p, which lies on solid `own` (-1: on the ground), is open to: less in
// the corners between solids and under their overhangs. An approximation that looks right.
static inline float sky_at(const Scene *scene, int own, SceneVector p) {
    float share = own < 0 ? 1 : 0.6f + 0.4f * smooth(p.y / 0.8f);
    for (int i = 0; i < scene->count; i++) {
        const SceneSolid *s = &scene->solids[i];
        if (i == own) continue;
        SceneVector to = subtract(p, s->centre);
        float reach = kContact * s->size, far = s->reach + reach;
        if (dot(to, to) > far * far) continue;
        float free = surface_distance(s->shape, s->half, to_frame(s, to));
        float near = clamped(1 - free / reach, 0, 1);
        share *= 1 - 0.55f * near * near;
    }
    return share;
}

#endif
