#include "CKernels.h"

#include <math.h>

/// Frequency k + 1 of `half` equal steps up to `limit`, and the weight of its squared difference:
/// trapezoid rule (both signs at once) times the window exp(-t^2 / 2).
static double frequency(size_t k, size_t half, double limit) {
    return limit * (double)(k + 1) / (double)half;
}

static double weight(size_t k, size_t half, double limit) {
    double t = frequency(k, half, limit), step = limit / (double)half;
    return exp(-t * t / 2) * (k + 1 == half ? step : 2 * step);
}

double jk_epps_pulley(
    double *difference, const float *x, size_t count, size_t half, float limit) {
    for (size_t k = 0; k < 2 * half; k++) difference[k] = 0;
    for (size_t n = 0; n < count; n++) {
        double angle = x[n] * (double)limit / (double)half;
        double turn[2] = {cos(angle), sin(angle)}, now[2] = {1, 0};
        for (size_t k = 0; k < half; k++) {
            double real = now[0] * turn[0] - now[1] * turn[1];
            now[1] = now[0] * turn[1] + now[1] * turn[0];
            now[0] = real;
            difference[2 * k] += now[0];
            difference[2 * k + 1] += now[1];
        }
    }
    double sum = 0;
    for (size_t k = 0; k < half; k++) {
        double t = frequency(k, half, limit), *d = difference + 2 * k;
        d[0] = d[0] / (double)count - exp(-t * t / 2);
        d[1] /= (double)count;
        sum += weight(k, half, limit) * (d[0] * d[0] + d[1] * d[1]);
    }
    return (double)count * sum;
}

void jk_epps_pulley_backward(
    float *dx, const double *difference, const float *x, size_t count, size_t half, float limit,
    float factor) {
    enum { MOST = 64 };
    double slopes[2 * MOST];
    if (half > MOST) __builtin_trap();
    for (size_t k = 0; k < half; k++) {
        double slope = 2 * factor * weight(k, half, limit) * frequency(k, half, limit);
        slopes[2 * k] = -slope * difference[2 * k];
        slopes[2 * k + 1] = slope * difference[2 * k + 1];
    }
    for (size_t n = 0; n < count; n++) {
        double angle = x[n] * (double)limit / (double)half;
        double turn[2] = {cos(angle), sin(angle)}, now[2] = {1, 0}, sum = 0;
        for (size_t k = 0; k < half; k++) {
            double real = now[0] * turn[0] - now[1] * turn[1];
            now[1] = now[0] * turn[1] + now[1] * turn[0];
            now[0] = real;
            sum += slopes[2 * k] * now[1] + slopes[2 * k + 1] * now[0];
        }
        dx[n] = (float)sum;
    }
}
