#include "CKernels.h"

#include <string.h>

void jk_unfold_patches(
    float *out, const float *image, const int32_t *index, size_t count, size_t channels,
    size_t height, size_t width, size_t size) {
    size_t columns = width / size;
    for (size_t i = 0; i < count; i++) {
        size_t patch = index ? (size_t)index[i] : i;
        const float *corner = image + (patch / columns) * size * width + (patch % columns) * size;
        for (size_t c = 0; c < channels; c++) {
            for (size_t y = 0; y < size; y++, out += size) {
                memcpy(out, corner + (c * height + y) * width, size * sizeof(float));
            }
        }
    }
}
