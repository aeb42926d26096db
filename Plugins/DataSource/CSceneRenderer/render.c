#include "eye.h"
#include "light.h"

// Pixels are rendered in rows of at most this many, so that no memory has to be allocated.
enum { SPAN = 128 };

// Corners of a pixel that differ by more than this (display values) are worth a closer look.
static const float kContrast = 0.05f;
// Where haze has taken half of the ground's colour.
static const float kHaze = 60;

// A scene and a view of it with what is the same for every pixel.
typedef struct {
    const Scene *scene;
    const SceneView *view;
    Outline outlines[SCENE_MAX_SOLIDS];
    double x_step, y_step;  // a pixel of the raster in pixels of the picture
    double scale;           // a pixel of the picture in (u, v)
} Shot;

// The solids that can be in one row of the raster.
typedef struct {
    int solids[SCENE_MAX_SOLIDS];
    int count;
} Row;

static float column_u(const Shot *shot, double column) {
    double x = shot->view->left + column * shot->x_step;
    return (float)((x - 0.5 * shot->view->picture_width) * shot->scale);
}

static float row_v(const Shot *shot, double row) {
    double y = shot->view->top + row * shot->y_step;
    return (float)((0.5 * shot->view->picture_height - y) * shot->scale);
}

static Row row_between(const Shot *shot, float top, float bottom) {
    Row row = {.count = 0};
    for (int i = 0; i < shot->scene->count; i++)
        if (shot->outlines[i].top >= bottom && shot->outlines[i].bottom <= top)
            row.solids[row.count++] = i;
    return row;
}

static SceneVector sky(const Scene *scene, float height) {
    return mixed(scene->horizon, scene->zenith, sqrtf(clamped(height, 0, 1)));
}

static SceneVector ground(const Scene *scene, SceneVector p) {
    float way = clamped(dot(p, scene->ground_direction), -5, 5);
    return along(scene->ground, way, scene->ground_change);
}

// x to the 2^doublings
static float power(float x, int doublings) {
    x = fmaxf(x, 0);
    for (int i = 0; i < doublings; i++) x *= x;
    return x;
}

// The light that a point with this normal scatters: sun, fill light and sky (Lambert).
static SceneVector scattered(
    const Scene *scene, SceneVector reflectance, SceneVector normal, float sun, float open
) {
    SceneVector up = mixed(scaled(scene->ground, 0.35f), scaled(scene->horizon, 0.5f),
        0.5f + 0.5f * normal.y);
    SceneVector light = scaled(up, open);
    light = along(light, sun * fmaxf(dot(normal, scene->sun.direction), 0), scene->sun.colour);
    float fill = open * fmaxf(dot(normal, scene->fill.direction), 0);
    return multiply(reflectance, along(light, fill, scene->fill.colour));
}

static SceneVector solid_colour(
    const Scene *scene, int index, SceneVector p, SceneVector normal, SceneVector d
) {
    const SceneSolid *s = &scene->solids[index];
    // Off the surface, so that a torus does not shadow the point itself.
    bool faces_sun = dot(normal, scene->sun.direction) > 0;
    float sun = faces_sun ? sun_at(scene, index, along(p, 0.02f, normal)) : 0;
    float open = sky_at(scene, index, p);
    SceneVector light = scattered(scene, s->colour, normal, sun, open);
    SceneVector half_way = unit(subtract(scene->sun.direction, d));
    float facing = fmaxf(-dot(normal, d), 0), shine = dot(normal, half_way);
    if (s->material == SCENE_METAL) {
        SceneVector mirrored = along(d, 2 * facing, normal);
        float up = smooth(0.5f + 4 * mirrored.y);
        SceneVector seen = mixed(scaled(scene->ground, 0.5f), sky(scene, mirrored.y), up);
        light = along(scaled(light, 0.45f), 0.55f * open, multiply(s->colour, seen));
        SceneVector tint = mixed(s->colour, vec(1, 1, 1), 0.5f);
        light = along(light, 1.2f * sun * power(shine, 6), multiply(tint, scene->sun.colour));
    } else {
        light = along(light, 0.12f * sun * power(shine, 4), scene->sun.colour);
    }
    float rim = power(1 - facing, 2) * 0.15f * open;
    return along(light, rim, scene->horizon);
}

static SceneVector normal_of(const Scene *scene, int index, SceneVector p) {
    const SceneSolid *s = &scene->solids[index];
    SceneVector own = to_frame(s, subtract(p, s->centre));
    return from_frame(s, normal_at(s->shape, s->half, own));
}

// The display colour that is seen at (u, v), each component in 0...1.
static SceneVector colour_at(const Shot *shot, const Row *row, float u, float v) {
    const Scene *scene = shot->scene;
    SceneVector d = ray(&scene->camera, u, v), light;
    Hit hit = first_hit(scene, shot->outlines, row->solids, row->count, u, v, d);
    if (hit.solid < 0 && hit.distance == INFINITY) {
        light = sky(scene, d.y);
    } else {
        SceneVector p = along(scene->camera.position, hit.distance, d);
        if (hit.solid >= 0) {
            light = solid_colour(scene, hit.solid, p, normal_of(scene, hit.solid, p), d);
        } else {
            SceneVector up = vec(0, 1, 0);
            light = scattered(
                scene, ground(scene, p), up, sun_at(scene, -1, p), sky_at(scene, -1, p));
            float far = hit.distance * hit.distance;
            light = mixed(light, scene->horizon, far / (far + kHaze * kHaze));
        }
    }
    // Eyes and files see the square root of light (a gamma of 2).
    return vec(
        sqrtf(clamped(light.x, 0, 1)), sqrtf(clamped(light.y, 0, 1)),
        sqrtf(clamped(light.z, 0, 1)));
}

static bool agree(float a, float b, float c, float d) {
    float low = fminf(fminf(a, b), fminf(c, d)), high = fmaxf(fmaxf(a, b), fmaxf(c, d));
    return high - low <= kContrast;
}

static SceneVector pixel_colour(
    const Shot *shot, const Row *list, int row, int column, int samples, const SceneVector *above,
    const SceneVector *below
) {
    SceneVector a = above[0], b = above[1], c = below[0], d = below[1], sum = {0, 0, 0};
    float count = 4;
    if (samples > 0 && !(agree(a.x, b.x, c.x, d.x) && agree(a.y, b.y, c.y, d.y)
        && agree(a.z, b.z, c.z, d.z))) {
        count = (float)(samples * samples);
        // A sheared grid: no two points share a row or a column, so upright edges are smooth too.
        double n = samples;
        for (int y = 0; y < samples; y++) {
            for (int x = 0; x < samples; x++) {
                float u = column_u(shot, column + (x + (y + 0.5) / n) / n);
                float v = row_v(shot, row + (y + (n - x - 0.5) / n) / n);
                SceneVector seen = colour_at(shot, list, u, v);
                sum = add(sum, multiply(seen, seen));
            }
        }
    } else {
        sum = add(add(multiply(a, a), multiply(b, b)), add(multiply(c, c), multiply(d, d)));
    }
    return vec(sqrtf(sum.x / count), sqrtf(sum.y / count), sqrtf(sum.z / count));
}

static void store_colour(const SceneView *view, const SceneOutput *out, long at, SceneVector seen) {
    const float channels[3] = {seen.x, seen.y, seen.z};
    for (int channel = 0; channel < 3; channel++) {
        float value = channels[channel];
        if (out->rgb) out->rgb[3 * at + channel] = (uint8_t)(value * 255 + 0.5f);
        if (out->planes) {
            long plane = (long)view->rows * view->columns;
            out->planes[channel * plane + at] =
                (value - out->mean[channel]) / out->deviation[channel];
        }
    }
}

static void store_maps(
    const Shot *shot, const SceneOutput *out, const Row *list, int row, int column, long at
) {
    const Scene *scene = shot->scene;
    float u = column_u(shot, column + 0.5), v = row_v(shot, row + 0.5);
    Hit hit = first_hit(
        scene, shot->outlines, list->solids, list->count, u, v, ray(&scene->camera, u, v));
    if (out->classes)
        out->classes[at] = hit.solid < 0 ? 0 : (uint8_t)(1 + scene->solids[hit.solid].shape);
    if (out->solids) out->solids[at] = (uint8_t)(1 + hit.solid);
    if (out->depths) out->depths[at] = hit.distance;
}

// One row of corners from column `first` on.
static void see_corners(
    const Shot *shot, int row, int first, int count, SceneVector corners[SPAN + 1]
) {
    float v = row_v(shot, row);
    Row list = row_between(shot, v, v);
    for (int i = 0; i < count; i++)
        corners[i] = colour_at(shot, &list, column_u(shot, first + i), v);
}

void scene_render(const Scene *scene, const SceneView *view, int samples, const SceneOutput *out) {
    Shot shot = {.scene = scene, .view = view};
    for (int i = 0; i < scene->count; i++)
        shot.outlines[i] = outline_of(&scene->solids[i], &scene->camera);
    shot.x_step = view->width / view->columns;
    shot.y_step = view->height / view->rows;
    shot.scale = 2 * scene->camera.tangent / fmin(view->picture_width, view->picture_height);
    bool wants_colour = out->rgb || out->planes;
    bool wants_maps = out->classes || out->solids || out->depths;

    for (int first = 0; first < view->columns; first += SPAN) {
        int count = view->columns - first < SPAN ? view->columns - first : SPAN;
        SceneVector corners[2][SPAN + 1];
        if (wants_colour) see_corners(&shot, 0, first, count + 1, corners[0]);
        for (int row = 0; row < view->rows; row++) {
            const SceneVector *above = corners[row & 1], *below = corners[~row & 1];
            Row list = row_between(&shot, row_v(&shot, row), row_v(&shot, row + 1));
            if (wants_colour) see_corners(&shot, row + 1, first, count + 1, corners[~row & 1]);
            for (int i = 0; i < count; i++) {
                int column = first + i;
                int stored = view->mirrored ? view->columns - 1 - column : column;
                long at = (long)row * view->columns + stored;
                if (wants_colour)
                    store_colour(view, out, at, pixel_colour(
                        &shot, &list, row, column, samples, above + i, below + i));
                if (wants_maps) store_maps(&shot, out, &list, row, column, at);
            }
        }
    }
}
