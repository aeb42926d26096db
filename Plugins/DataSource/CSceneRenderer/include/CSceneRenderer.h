#ifndef CSCENERENDERER_H
#define CSCENERENDERER_H

#include <stdbool.h>
#include <stdint.h>

// Scenes of shaded solids on a ground plane, and pictures of them.
//
// Lengths are in scene units; the ground is y = 0 and y points up. Colours are linear RGB in 0...1.
// No function keeps state or allocates: all of them may be called from any number of threads.

enum { SCENE_MIN_SOLIDS = 3, SCENE_MAX_SOLIDS = 10, SCENE_SHAPES = 5 };

typedef enum {
    SCENE_CUBE = 0,
    SCENE_SPHERE = 1,
    SCENE_CYLINDER = 2,
    SCENE_CONE = 3,
    SCENE_TORUS = 4,
} SceneShape;

typedef enum { SCENE_RUBBER = 0, SCENE_METAL = 1 } SceneMaterial;

typedef struct {
    float x, y, z;
} SceneVector;

// A solid that stands on the ground and is turned about the vertical axis.
typedef struct {
    SceneShape shape;
    SceneMaterial material;
    float size;          // radius of the sphere of the same volume
    SceneVector half;    // half of the box around it, in its own frame
    SceneVector centre;  // of that box
    float reach;         // of the solid from its centre
    float cosine, sine;  // of its turn
    SceneVector colour;
} SceneSolid;

// A camera; right, up and forward are orthonormal.
typedef struct {
    SceneVector position, right, up, forward;
    float tangent;  // half of the shorter side of the picture, seen at distance 1
} SceneCamera;

// A light infinitely far away; direction points towards it.
typedef struct {
    SceneVector direction, colour;
} SceneLight;

typedef struct {
    int count;                            // 3...10
    SceneSolid solids[SCENE_MAX_SOLIDS];  // the largest first
    int nearest;                          // the solid that comes nearest to the camera
    float distance;                       // from the camera to the nearest point of that solid
    int attempts;                         // layouts drawn until one met all conditions
    SceneCamera camera;
    SceneLight sun, fill;                 // only the sun casts shadows
    SceneVector horizon, zenith;          // colours of the sky
    SceneVector ground, ground_change;    // at the middle of the scene, and per unit of the way
    SceneVector ground_direction;         // along which it changes
} Scene;

// A window of the picture and the raster it is rendered to.
//
// The window may be any part of the picture, in (fractional) pixels of the whole picture; a window
// of whole pixels rendered at its own size gives exactly those pixels of the whole picture.
typedef struct {
    double picture_width, picture_height;
    double left, top, width, height;
    int columns, rows;
    bool mirrored;  // left and right exchanged
} SceneView;

// Where the pixels go; what is not wanted is NULL.
typedef struct {
    uint8_t *rgb;               // [rows, columns, 3], display values
    float *planes;              // [3, rows, columns], (display value in 0...1 - mean) / deviation
    float mean[3], deviation[3];
    uint8_t *classes;           // [rows, columns], 0 ground and sky, else 1 + SceneShape
    uint8_t *solids;            // [rows, columns], 0 ground and sky, else 1 + index of the solid
    float *depths;              // [rows, columns], distance from the camera; sky is infinite
} SceneOutput;

// scene.c: the scene with this number of the data set with this seed, the same on every call.
//
// The number of solids, the shape of the largest and the distance of the nearest are drawn first,
// uniformly and independently. Layouts are then drawn until one has all its solids wholly in the
// picture, apart from one another, each covering at least 1/256 of a square picture, and the
// largest 1.8 times the size of the next and covering half as much again as any other.
void scene_make(Scene *scene, uint64_t seed, uint64_t index);

// scene.c: solid number `index` of 0..<count.
const SceneSolid *scene_solid(const Scene *scene, int index);

// render.c: the pixels of a view. Maps are sampled at the centres of pixels. Colours are the mean
// of the four corners of a pixel, or of samples x samples points in it where the corners differ.
void scene_render(const Scene *scene, const SceneView *view, int samples, const SceneOutput *out);

#endif
