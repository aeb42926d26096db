// Compiled into every plugin by the compiler of the plugin. It takes the header of the host by its
// path and not as a dependency, which would bring a copy of the core.
#include "../CPluginHost/include/CPluginHost.h"
#include "CPluginEntry.h"

extern void jepa_plugin_add_stages(void *host);

const struct jepa_plugin jepa_plugin = {
    .magic = JEPA_PLUGIN_MAGIC,
    .abi = JEPA_PLUGIN_ABI,
    .version = JEPA_VERSION,
    .compiler = __VERSION__,
    .core = &jepa_core,
    .add_stages = jepa_plugin_add_stages,
};
