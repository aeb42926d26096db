#ifndef EYE_H
#define EYE_H

#include "solids.h"

// The scene as its camera sees it. Points of the picture are given as (u, v), the components of a
// ray along right and up when its component along forward is 1.

// What a ray from the camera meets first.
typedef struct {
    int solid;       // -1: the ground or the sky
    float distance;  // infinite for the sky
} Hit;

// A solid with what is the same for every ray.
typedef struct {
    SceneVector eye;                   // the camera in the frame of the solid
    float left, right, bottom, top;    // the part of the picture it can be in
} Outline;

static inline Outline outline_of(const SceneSolid *s, const SceneCamera *camera) {
    Outline outline = {
        to_frame(s, subtract(camera->position, s->centre)), INFINITY, -INFINITY, INFINITY,
        -INFINITY};
    for (int corner = 0; corner < 8; corner++) {
        SceneVector p = vec(
            corner & 1 ? s->half.x : -s->half.x, corner & 2 ? s->half.y : -s->half.y,
            corner & 4 ? s->half.z : -s->half.z);
        p = subtract(add(s->centre, from_frame(s, p)), camera->position);
        float depth = fmaxf(dot(p, camera->forward), 1e-3f);
        float u = dot(p, camera->right) / depth, v = dot(p, camera->up) / depth;
        outline.left = fminf(outline.left, u);
        outline.right = fmaxf(outline.right, u);
        outline.bottom = fminf(outline.bottom, v);
        outline.top = fmaxf(outline.top, v);
    }
    return outline;
}

static inline SceneVector ray(const SceneCamera *camera, float u, float v) {
    return unit(along(along(camera->forward, u, camera->right), v, camera->up));
}

// The first of the listed solids, or the ground, or the sky, along ray `d` through (u, v).
static inline Hit first_hit(
    const Scene *scene, const Outline *outlines, const int *list, int count, float u, float v,
    SceneVector d
) {
    Hit hit = {-1, d.y < 0 ? -scene->camera.position.y / d.y : INFINITY};
    for (int i = 0; i < count; i++) {
        const Outline *outline = &outlines[list[i]];
        if (u < outline->left || u > outline->right || v < outline->bottom || v > outline->top)
            continue;
        const SceneSolid *s = &scene->solids[list[i]];
        float t = entry(s->shape, s->half, outline->eye, to_frame(s, d));
        if (t < hit.distance) hit = (Hit){list[i], t};
    }
    return hit;
}

#endif
