import CPluginHost
import Foundation
import JepaCore

/// A shared library with stages, loaded into this program and found to go with it.
///
/// Swift code has no fixed interface between versions, so a library is believed only what it says
/// in plain data; nothing of it runs before that data has been compared with the program's own.
struct PluginLibrary {
    /// The dynamic product of the package. A plugin asks for it by this name; the program, which
    /// has all of it itself, opens the one beside it first, so that the plugin may lie anywhere.
    private static let product = "libJepaPipe.so"

    private let path: String
    private let description: jepa_plugin

    /// Loads a library; one that is loaded already is not loaded again.
    ///
    /// - Throws: `PipelineError` with the code `value` for a file that is no plugin or the plugin
    ///   of another program.
    init(path: String) throws {
        self.path = path
        try SharedLibraryFile.check(path)
        _ = dlopen(Self.product, RTLD_NOW | RTLD_LOCAL)
        let absolute = URL(filePath: path).standardizedFileURL.path(percentEncoded: false)
        guard let library = dlopen(absolute, RTLD_NOW | RTLD_LOCAL) else {
            throw Self.loadingError(
                of: path, absolute, dlerror().map { String(cString: $0) } ?? "")
        }
        guard let symbol = dlsym(library, "jepa_plugin") else {
            dlclose(library)
            throw PipelineError(
                .value,
                "'\(path)' is a shared library but no plugin: it has no symbol 'jepa_plugin'",
                notes: [
                    "'jepa-pipe new stage' writes a package whose plugin has it, from the product "
                        + "JepaPlugin."
                ])
        }
        description = symbol.load(as: jepa_plugin.self)
        do { try checkDescription() } catch {
            dlclose(library)
            throw error
        }
    }

    /// Adds the stages of the library.
    ///
    /// - Throws: What the library throws; `PipelineError` if a name is taken.
    func register(into registry: inout Registry) throws {
        let host = PluginHost(registry: registry)
        description.add_stages(Unmanaged.passUnretained(host).toOpaque())
        if let failure = host.failure {
            let text = (failure as? PipelineError)?.message ?? "\(failure)"
            throw PipelineError(.value, "the plugin '\(path)' cannot add its stages: \(text)")
        }
        registry = host.registry
    }

    // MARK: - Checks

    private func checkDescription() throws {
        guard description.magic == JEPA_PLUGIN_MAGIC else {
            throw wrong("has a symbol 'jepa_plugin' that describes no plugin")
        }
        let own = JEPA_PLUGIN_ABI
        guard description.abi == own else {
            throw wrong("has the plugin interface \(description.abi), this program \(own)")
        }
        let version = Self.text(description.version)
        guard version == JEPA_VERSION else {
            throw wrong("was built with jepa-pipe \(version), this is jepa-pipe \(JEPA_VERSION)")
        }
        let (compiler, ownCompiler) = (
            Self.text(description.compiler), Self.text(jepa_core_compiler)
        )
        guard compiler == ownCompiler else {
            throw wrong(
                "was built by another compiler",
                [
                    "Plugin:  \(compiler)", "Program: \(ownCompiler)",
                ])
        }
        guard description.core == jepa_core_of_program() else {
            throw wrong(
                "has a copy of the core of its own, so its stages are not those of this "
                    + "program",
                [
                    "A plugin is a dynamic library whose targets depend on the product JepaPipe."
                ])
        }
    }

    /// A text that may be nowhere: the description is not trusted yet.
    private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
        pointer.map { String(cString: $0) } ?? "nothing"
    }

    private func wrong(_ what: String, _ notes: [String] = []) -> PipelineError {
        PipelineError(
            .value, "the plugin '\(path)' \(what)",
            notes: notes + ["Build it again beside this program."])
    }

    /// What the system's loader said, in other words where they are known.
    private static func loadingError(
        of path: String, _ absolute: String, _ message: String
    ) -> PipelineError {
        let marker = "undefined symbol: "
        if let found = message.range(of: marker) {
            let symbol = message[found.upperBound...].prefix { $0 != " " && $0 != "," }
            return PipelineError(
                .value,
                "the plugin '\(path)' needs '\(demangled(String(symbol)))', which this program "
                    + "does not have",
                notes: ["It was built for another version of jepa-pipe. Build it again."])
        }
        // The loader repeats the path.
        let reason = message.replacing("\(absolute): ", with: "", maxReplacements: 1)
        let lacksCore = message.hasPrefix(product)
        return PipelineError(
            .value, "the plugin '\(path)' cannot be loaded: \(reason)",
            notes: lacksCore
                ? ["'swift build -c release' makes \(product) beside the program."] : [])
    }

    /// A symbol as Swift code writes it, if it is one of Swift.
    private static func demangled(_ symbol: String) -> String {
        typealias Demangle =
            @convention(c) (
                UnsafePointer<CChar>, Int, UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<Int>?,
                UInt32
            ) -> UnsafeMutablePointer<CChar>?
        guard let function = dlsym(nil, "swift_demangle") else { return symbol }
        let demangle = unsafeBitCast(function, to: Demangle.self)
        guard let text = demangle(symbol, symbol.utf8.count, nil, nil, 0) else { return symbol }
        defer { free(text) }
        return String(cString: text)
    }
}
