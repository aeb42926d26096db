#if !__has_include(<cblas.h>)
#error "libopenblas-dev is missing. On Debian and Ubuntu: apt-get install libopenblas-dev"
#endif
#include <cblas.h>

// LAPACK inside libopenblas: eigenvalues (and vectors) of a symmetric matrix, column-major.
void dsyev_(
    const char *job, const char *triangle, const blasint *n, double *a, const blasint *stride,
    double *values, double *work, const blasint *work_count, blasint *status);
