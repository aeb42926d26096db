#ifndef CKERNELS_PRODUCTS_H
#define CKERNELS_PRODUCTS_H

#include "CKernels.h"

#if defined(__x86_64__)
void jk_multiply_avx512(const jk_product *product);
void jk_multiply_bf16_avx512(const jk_product *product);
void jk_multiply_bf16_onednn(const jk_product *product);
void jk_pack_avx512(const jk_product *product, void *packed, size_t first, size_t count);
void jk_pack_bf16_avx512(const jk_product *product, void *packed, size_t first, size_t count);
#endif

#endif
