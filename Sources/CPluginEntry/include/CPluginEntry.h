#ifndef C_PLUGIN_ENTRY_H
#define C_PLUGIN_ENTRY_H

/// The description by which a program recognises a shared library with stages. The library defines
/// `void jepa_plugin_add_stages(void *host)`, in Swift:
///
///     @c(jepa_plugin_add_stages)
///     public func addStages(_ host: UnsafeMutableRawPointer) { MyStages.register(with: host) }
extern const struct jepa_plugin jepa_plugin;

#endif
