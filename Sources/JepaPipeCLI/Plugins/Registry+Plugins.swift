import JepaCore

extension Registry {
    /// These stages and those of shared libraries.
    ///
    /// - Throws: `PipelineErrors` with what is wrong with each library.
    func adding(_ plugins: [Graph.Plugin]) throws -> Registry {
        var registry = self
        var errors: [PipelineError] = []
        for plugin in plugins {
            do {
                try PluginLibrary(path: plugin.path).register(into: &registry)
            } catch var error as PipelineError {
                error.location = error.location ?? plugin.location
                errors.append(error)
            }
        }
        if !errors.isEmpty { throw PipelineErrors(errors) }
        return registry
    }

    /// These stages and those of the libraries on a command line.
    func adding(
        plugins arguments: CommandLineArguments, of command: CommandDescriptor
    ) throws -> Registry {
        guard command.options.contains(where: { $0.name == "--plugin" }) else { return self }
        return try adding(arguments.all("--plugin").map { Graph.Plugin(path: $0) })
    }
}

extension CommandDescriptor.Option {
    /// Further stages for a command that looks stages up.
    static let plugins = Self(
        name: "--plugin", value: "FILE", isRepeatable: true, isCommon: true,
        help: "A shared library with stages, beside those that the graph file names.")
}
