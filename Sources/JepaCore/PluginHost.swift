/// What a program hands to a shared library that is to add its stages.
///
/// Only a pointer to it passes through the C interface between the two.
public final class PluginHost {
    /// The stages so far; the library adds to them.
    public var registry: Registry
    /// What the library threw.
    public var failure: (any Error)?

    /// A host with these stages.
    public init(registry: Registry) { self.registry = registry }
}

extension StagePlugin {
    /// Adds the stages to the program that has loaded this shared library.
    ///
    /// The one line of the function `jepa_plugin_add_stages` that a plugin defines.
    /// - Parameter host: What that function is given, a `PluginHost`.
    public static func register(with host: UnsafeMutableRawPointer) {
        let host = Unmanaged<PluginHost>.fromOpaque(host).takeUnretainedValue()
        do { try register(into: &host.registry) } catch { host.failure = error }
    }
}
