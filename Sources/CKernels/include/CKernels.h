#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// memory.c: blocks for step buffers, aligned to 64 bytes; large ones on huge pages.
void *jk_allocate(size_t bytes);
void jk_free(void *block, size_t bytes);

// elementwise.c
void jk_fill(float *out, float value, size_t count);
void jk_add(float *sum, const float *x, size_t count);
bool jk_is_finite(const float *x, size_t count);

// random.c: element i of the sequence is a function of (key, i) alone.
void jk_fill_truncated_normal(float *out, size_t count, float deviation, uint64_t key);

#endif
