// The kernels with 256-bit vectors and fused multiply-add.

#if defined(__x86_64__)
#define LEVEL avx2
#define LANES 8
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "body/all.h"
#pragma clang attribute pop
#include "body/table.h"
#endif
