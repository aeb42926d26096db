// The kernels with 512-bit vectors. Without the minimum width the compiler stays at 256 bits.

#if defined(__x86_64__)
#define LEVEL avx512
#define LANES 16
#pragma clang attribute push(__attribute__((target("arch=x86-64-v4"))), apply_to = function)
#pragma clang attribute push(__attribute__((min_vector_width(512))), apply_to = function)
#include "body/all.h"
#pragma clang attribute pop
#pragma clang attribute pop
#include "body/table.h"
#endif
