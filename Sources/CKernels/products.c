#include "products.h"

bool jk_multiplies(void) {
#if defined(__x86_64__)
    return jk_current_level() == JK_AVX512;
#else
    return false;
#endif
}

void jk_multiply(const jk_product *product) {
#if defined(__x86_64__)
    jk_multiply_avx512(product);
#else
    (void)product;
    __builtin_trap();
#endif
}

void jk_pack(const jk_product *product, float *packed, size_t first, size_t count) {
#if defined(__x86_64__)
    jk_pack_avx512(product, packed, first, count);
#else
    (void)product, (void)packed, (void)first, (void)count;
    __builtin_trap();
#endif
}
