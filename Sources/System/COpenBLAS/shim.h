#if !__has_include(<cblas.h>)
#error "libopenblas-dev is missing. On Debian and Ubuntu: apt-get install libopenblas-dev"
#endif
#include <cblas.h>
