#include "CKernels.h"

void jk_relu(float *out, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = x[i] > 0 ? x[i] : 0;
}

void jk_relu_backward(float *dx, const float *dy, const float *x, size_t count) {
    for (size_t i = 0; i < count; i++) dx[i] = x[i] > 0 ? dy[i] : 0;
}

void jk_pair_products(double products[3], const float *a, const float *b, size_t count) {
    double both = 0, first = 0, second = 0;
    for (size_t i = 0; i < count; i++) {
        both += (double)a[i] * b[i];
        first += (double)a[i] * a[i];
        second += (double)b[i] * b[i];
    }
    products[0] = both;
    products[1] = first;
    products[2] = second;
}

void jk_combine(
    float *out, const float *a, const float *b, double own, double other, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = (float)(own * a[i] + other * b[i]);
}
