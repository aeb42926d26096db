#ifndef C_PLUGIN_HOST_H
#define C_PLUGIN_HOST_H

#include <stdint.h>

/// The first bytes of every description: "JEPAPLUG".
#define JEPA_PLUGIN_MAGIC 0x4a455041504c5547ULL

/// The public types of the package as compiled code sees them. Raise it whenever a public protocol
/// or the layout of a public type changes: a plugin of another number is refused.
#define JEPA_PLUGIN_ABI 1U

/// What a shared library with stages says of itself. It is plain data, so a program can read it
/// before it runs anything of the library: Swift code of another compiler or another version of
/// the package would crash. New fields come last.
struct jepa_plugin {
    uint64_t magic;
    uint32_t abi;
    uint32_t reserved;
    /// The version of the package it was compiled with.
    const char *version;
    /// The compiler: clang comes with the Swift toolchain and is as old.
    const char *compiler;
    /// Where the library found `jepa_core`: in the program, unless it carries a copy of the core.
    const void *core;
    /// Adds the stages; takes the `PluginHost` of JepaCore.
    void (*add_stages)(void *host);
};

/// The version of the package.
#define JEPA_VERSION "0.1.0"

/// Stands for the core: each copy of the core has one of its own.
extern const char jepa_core;

/// The one of the program.
const void *jepa_core_of_program(void);

/// The compiler of the program.
extern const char *const jepa_core_compiler;

#endif
