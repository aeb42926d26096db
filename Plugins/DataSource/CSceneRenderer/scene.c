#include "eye.h"
#include "random.h"

#include <string.h>

// No call here has two draws among its arguments: C leaves open which is evaluated first.

// What a number of the stream is drawn for; layouts use LAYOUT and upwards.
enum { LABELS, APPEARANCE, LAYOUT };

static const float kLargestOverNext = 1.8f;
// The picture that layouts are judged by, and how much of it each solid must cover.
enum { JUDGED = 48, LEAST_COVERED = JUDGED * JUDGED / 256 };

static float camera_distance(const Scene *scene, const SceneSolid *s) {
    SceneVector eye = to_frame(s, subtract(scene->camera.position, s->centre));
    return surface_distance(s->shape, s->half, eye);
}

static void set_camera(Scene *scene, Draws *d) {
    SceneCamera *camera = &scene->camera;
    double elevation = uniform(d, 0.42f, 0.74f), roll = uniform(d, -0.04f, 0.04f);
    // A near camera stands back a little, as it would see less of the ground.
    float reach = 0.7f * scene->distance + uniform(d, 5.2f, 6.6f);
    float x = uniform(d, -0.3f, 0.3f), y = uniform(d, 0.2f, 0.8f), z = uniform(d, 0.2f, 0.8f);
    SceneVector target = vec(x, y, z);
    SceneVector back = vec(0, (float)sin(elevation), -(float)cos(elevation));
    camera->position = vec(0, reach * back.y, reach * back.z);
    camera->forward = unit(subtract(target, camera->position));
    SceneVector level = unit(cross(vec(0, 1, 0), camera->forward));
    SceneVector upright = cross(camera->forward, level);
    float c = (float)cos(roll), s = (float)sin(roll);
    camera->right = along(scaled(level, c), s, upright);
    camera->up = along(scaled(upright, c), -s, level);
    camera->tangent = uniform(d, 0.39f, 0.41f);
}

static void set_position(Scene *scene, SceneSolid *s, float sideways, float away) {
    // Farther away the camera sees more to the sides.
    float sight = sqrtf(away * away + scene->camera.position.y * scene->camera.position.y);
    s->centre = vec(sideways * sight, s->half.y, away + scene->camera.position.z);
}

// Puts the solid at the distance the scene asks for; false if there is no such place.
static bool place_nearest(Scene *scene, SceneSolid *s, Draws *d) {
    float sideways = uniform(d, -0.4f, 0.4f), away = scene->distance;
    for (int step = 0; step < 24; step++) {
        set_position(scene, s, sideways, away);
        float missing = scene->distance - camera_distance(scene, s);
        if (fabsf(missing) < 1e-5f) return true;
        away = fmaxf(away + missing, 0);
    }
    return false;
}

static bool is_in_picture(const Scene *scene, const SceneSolid *s) {
    Outline o = outline_of(s, &scene->camera);
    float edge = scene->camera.tangent;
    return o.left > -edge && o.right < edge && o.bottom > -edge && o.top < edge;
}

static bool is_free(const Scene *scene, int index, const bool *placed) {
    const SceneSolid *s = &scene->solids[index];
    for (int i = 0; i < scene->count; i++) {
        const SceneSolid *other = &scene->solids[i];
        if (!placed[i]) continue;
        float reach = 0.1f;
        reach += s->shape == SCENE_CUBE ? 1.4142f * s->half.x : s->half.x;
        reach += other->shape == SCENE_CUBE ? 1.4142f * other->half.x : other->half.x;
        float x = s->centre.x - other->centre.x, z = s->centre.z - other->centre.z;
        if (x * x + z * z < reach * reach) return false;
    }
    return true;
}

static bool place(Scene *scene, int index, const bool *placed, Draws *d) {
    SceneSolid *s = &scene->solids[index];
    for (int trial = 0; trial < 40; trial++) {
        float sideways = uniform(d, -0.4f, 0.4f);
        float away = uniform(d, scene->distance - 2.5f, scene->distance + 4.5f);
        set_position(scene, s, sideways, away);
        if (is_free(scene, index, placed) && is_in_picture(scene, s)
            && camera_distance(scene, s) > scene->distance + 0.05f)
            return true;
    }
    return false;
}

// Whether every solid can be seen, and the largest covers half as much again as any other.
static bool is_clear(const Scene *scene) {
    Outline outlines[SCENE_MAX_SOLIDS];
    int covered[SCENE_MAX_SOLIDS] = {0};
    for (int i = 0; i < scene->count; i++)
        outlines[i] = outline_of(&scene->solids[i], &scene->camera);
    const float pixel = 2 * scene->camera.tangent / (float)JUDGED;
    for (int row = 0; row < JUDGED; row++) {
        float v = pixel * ((float)(JUDGED / 2) - (float)row - 0.5f);
        int list[SCENE_MAX_SOLIDS], listed = 0;
        for (int i = 0; i < scene->count; i++)
            if (v > outlines[i].bottom && v < outlines[i].top) list[listed++] = i;
        for (int column = 0; listed > 0 && column < JUDGED; column++) {
            float u = pixel * ((float)column - (float)(JUDGED / 2) + 0.5f);
            Hit hit = first_hit(
                scene, outlines, list, listed, u, v, ray(&scene->camera, u, v));
            if (hit.solid >= 0) covered[hit.solid]++;
        }
    }
    if (covered[0] < LEAST_COVERED) return false;
    for (int i = 1; i < scene->count; i++)
        if (covered[i] < LEAST_COVERED || covered[i] * 3 > covered[0] * 2) return false;
    return true;
}

// One layout; false if it breaks a condition. The large sizes shrink from attempt to attempt and
// then start anew, so that crowded scenes find room, yet none can shrink until it is invisible.
static bool lay_out(Scene *scene, Draws *d) {
    float shrink = 1 - 0.01f * (float)(scene->attempts % 32);
    float largest = shrink * uniform(d, 1.4f, 1.7f);
    bool placed[SCENE_MAX_SOLIDS] = {false};
    set_camera(scene, d);
    for (int i = 0; i < scene->count; i++) {
        SceneSolid *s = &scene->solids[i];
        if (i > 0) s->shape = (SceneShape)integer(d, SCENE_SHAPES);
        s->size = i == 0 ? largest : uniform(d, 0.45f, largest / kLargestOverNext);
        s->half = half_box(s->shape, s->size);
        s->reach = reach_of(s->shape, s->half);
        double turn = uniform(d, 0, 6.2831853f);
        s->cosine = (float)cos(turn);
        s->sine = (float)sin(turn);
    }
    scene->nearest = integer(d, scene->count);
    SceneSolid *nearest = &scene->solids[scene->nearest];
    if (!place_nearest(scene, nearest, d) || !is_in_picture(scene, nearest)) return false;
    placed[scene->nearest] = true;
    for (int i = 0; i < scene->count; i++) {
        if (!placed[i] && !place(scene, i, placed, d)) return false;
        placed[i] = true;
    }
    return is_clear(scene);
}

// Hue in 0...6, saturation and display value in 0...1.
static SceneVector colour(float hue, float saturation, float value) {
    SceneVector pure = vec(
        clamped(fabsf(hue - 3) - 1, 0, 1), clamped(2 - fabsf(hue - 2), 0, 1),
        clamped(2 - fabsf(hue - 4), 0, 1));
    SceneVector display = scaled(mixed(vec(1, 1, 1), pure, saturation), value);
    return multiply(display, display);
}

static SceneVector drawn_direction(Draws *d, float lowest, float highest) {
    double turn = uniform(d, 0, 6.2831853f), elevation = uniform(d, lowest, highest);
    return vec(
        (float)(cos(elevation) * cos(turn)), (float)sin(elevation),
        (float)(cos(elevation) * sin(turn)));
}

static void paint(Scene *scene, Draws *d) {
    for (int i = 0; i < scene->count; i++) {
        SceneSolid *s = &scene->solids[i];
        bool is_grey = integer(d, 8) == 0;
        s->material = integer(d, 3) == 0 ? SCENE_METAL : SCENE_RUBBER;
        float hue = uniform(d, 0, 6), value = uniform(d, 0.45f, 0.95f);
        s->colour = colour(hue, is_grey ? 0.05f : uniform(d, 0.5f, 0.9f), value);
    }
    scene->sun.direction = drawn_direction(d, 0.55f, 1.1f);
    float warmth = uniform(d, -0.1f, 0.2f), strength = uniform(d, 0.85f, 1.3f);
    scene->sun.colour = scaled(vec(1 + 0.4f * warmth, 1, 1 - warmth), strength);
    scene->fill.direction = drawn_direction(d, 0.3f, 0.9f);
    scene->fill.colour = scaled(vec(0.9f, 0.95f, 1), uniform(d, 0.05f, 0.2f));

    float hue = uniform(d, 0, 6), value = uniform(d, 0.7f, 0.95f);
    scene->horizon = colour(hue, uniform(d, 0.02f, 0.15f), value);
    float richness = uniform(d, 0.1f, 0.4f), dimming = uniform(d, 0.6f, 0.9f);
    scene->zenith = colour(hue, richness, value * dimming);
    hue = uniform(d, 0, 6);
    richness = uniform(d, 0, 0.3f);
    value = uniform(d, 0.45f, 0.74f);
    SceneVector near = colour(hue, richness, value);
    hue = uniform(d, 0, 6);
    richness = uniform(d, 0, 0.2f);
    value = uniform(d, 0.5f, 1.4f);
    SceneVector far = multiply(near, scaled(colour(hue, richness, 1), value));
    scene->ground = scaled(add(near, far), 0.5f);
    scene->ground_change = scaled(subtract(far, near), 0.1f);
    scene->ground_direction = drawn_direction(d, 0, 0);
}

void scene_make(Scene *scene, uint64_t seed, uint64_t index) {
    memset(scene, 0, sizeof *scene);
    Draws labels = draws(seed, index, LABELS);
    scene->count = SCENE_MIN_SOLIDS + integer(&labels, SCENE_MAX_SOLIDS - SCENE_MIN_SOLIDS + 1);
    scene->solids[0].shape = (SceneShape)integer(&labels, SCENE_SHAPES);
    scene->distance = uniform(&labels, 7.5f, 10.5f);
    for (;;) {
        Draws layout = draws(seed, index, LAYOUT + (uint64_t)scene->attempts);
        scene->attempts++;
        if (lay_out(scene, &layout)) break;
    }
    Draws appearance = draws(seed, index, APPEARANCE);
    paint(scene, &appearance);
}

const SceneSolid *scene_solid(const Scene *scene, int index) { return &scene->solids[index]; }
