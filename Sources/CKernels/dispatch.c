// Chooses the level once and forwards every kernel to it.

#include "levels.h"

#include <stdatomic.h>
#include <string.h>

extern const jk_table jk_table_portable, jk_table_avx2, jk_table_avx512;

static const jk_table *table_of(jk_level level) {
#if defined(__x86_64__)
    if (level == JK_AVX2) return &jk_table_avx2;
    if (level == JK_AVX512) return &jk_table_avx512;
#endif
    return &jk_table_portable;
}

jk_level jk_best_level(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("x86-64-v4")) return JK_AVX512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return JK_AVX2;
#endif
    return JK_PORTABLE;
}

static _Atomic(const jk_table *) current;

static const jk_table *kernels(void) {
    const jk_table *table = atomic_load_explicit(&current, memory_order_relaxed);
    if (table) return table;
    table = table_of(jk_best_level());
    atomic_store_explicit(&current, table, memory_order_relaxed);
    return table;
}

jk_level jk_current_level(void) {
    const jk_table *table = kernels();
    if (table == table_of(JK_AVX512) && table != table_of(JK_PORTABLE)) return JK_AVX512;
    return table == table_of(JK_PORTABLE) ? JK_PORTABLE : JK_AVX2;
}

bool jk_set_level(jk_level level) {
    if (level > jk_best_level()) return false;
    atomic_store(&current, table_of(level));
    return true;
}

#define FORWARD(name, parameters, arguments) \
    void jk_##name parameters { kernels()->name arguments; }
JK_VOID_KERNELS(FORWARD)
#undef FORWARD
#define FORWARD(name, parameters, arguments) \
    double jk_##name parameters { return kernels()->name arguments; }
JK_DOUBLE_KERNELS(FORWARD)
#undef FORWARD
#define FORWARD(name, parameters, arguments) \
    bool jk_##name parameters { return kernels()->name arguments; }
JK_BOOL_KERNELS(FORWARD)
#undef FORWARD

// Copying has nothing to gain from a level.
void jk_gather_rows(
    float *out, const float *x, const int32_t *index, size_t count, size_t width) {
    for (size_t i = 0; i < count; i++) {
        memcpy(out + i * width, x + (size_t)index[i] * width, width * sizeof(float));
    }
}
