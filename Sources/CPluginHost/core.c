#include "CPluginHost.h"

// Protected, like the symbols of Swift: a library that has a copy of the core uses its own.
__attribute__((visibility("protected"))) const char jepa_core = 1;

const void *jepa_core_of_program(void) { return &jepa_core; }

const char *const jepa_core_compiler = __VERSION__;
