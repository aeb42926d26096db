#if !__has_include(<jpeglib.h>)
#error "libjpeg-dev is missing. On Debian and Ubuntu: apt-get install libjpeg-dev"
#endif
#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
