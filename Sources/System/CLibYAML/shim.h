#if !__has_include(<yaml.h>)
#error "libyaml-dev is missing. On Debian and Ubuntu: apt-get install libyaml-dev"
#endif
#include <yaml.h>
