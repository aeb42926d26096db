#include "products.h"

#if defined(JK_ONEDNN) && !defined(__x86_64__)
#error "the trait OneDNN is for x86-64: elsewhere there are no instructions to choose by"
#endif

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

void jk_finish(const jk_product *x) {
    if (!x->bias && !x->residual) return;
    for (size_t i = 0; i < x->m; i++) {
        const float *residual = x->residual ? x->residual + i * x->c_stride : NULL;
        jk_add_bias(x->c + i * x->c_stride, x->bias, residual, 1, x->n);
    }
}

bool jk_multiplies_bf16(void) {
#if defined(__x86_64__)
    return jk_best_level() == JK_AVX512 && __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

void jk_multiply_bf16(const jk_product *product) {
#if defined(JK_ONEDNN)
    jk_multiply_bf16_onednn(product);
    jk_finish(product);
#elif defined(__x86_64__)
    jk_multiply_bf16_avx512(product);
#else
    (void)product;
    __builtin_trap();
#endif
}

const char *jk_bf16_library(void) {
#if defined(JK_ONEDNN)
    return "oneDNN";
#else
    return NULL;
#endif
}

void jk_pack(const jk_product *product, void *packed, size_t first, size_t count) {
#if defined(__x86_64__)
    jk_pack_avx512(product, packed, first, count);
#else
    (void)product, (void)packed, (void)first, (void)count;
    __builtin_trap();
#endif
}

bool jk_packs_bf16(void) { return jk_multiplies_bf16() && !jk_bf16_library(); }

void jk_pack_bf16(const jk_product *product, void *packed, size_t first, size_t count) {
#if defined(__x86_64__)
    jk_pack_bf16_avx512(product, packed, first, count);
#else
    (void)product, (void)packed, (void)first, (void)count;
    __builtin_trap();
#endif
}
