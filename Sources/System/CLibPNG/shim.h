#if !__has_include(<png.h>)
#error "libpng-dev is missing. On Debian and Ubuntu: apt-get install libpng-dev"
#endif
#include <png.h>
