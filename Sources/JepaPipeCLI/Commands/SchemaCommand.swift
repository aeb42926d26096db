import JepaCore
import JepaFormats
import JepaGraph
import JepaTraining

/// Writes the JSON Schema of graph files.
enum SchemaCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "schema",
        summary: "Writes the JSON Schema of graph files, for editors to complete and check them.",
        options: [
            .init(
                name: "--out", short: "-o", value: "FILE",
                help: "Where the schema goes; to standard output if left out."),
            .plugins,
        ],
        notes: [
            "It knows every registered stage, those of plugins too. An editor with "
                + "yaml-language-server uses it for a graph file that begins with the line",
            "  # yaml-language-server: $schema=schema.json",
            "where schema.json is the path of the schema, seen from the graph file.",
        ],
        examples: [
            .init("schema --out schema.json", help: "Writes the schema beside graph files.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let schema = GraphSchema(registry: registry, train: TrainingSettings.parameters)
        let text = JSONWriter.text(of: schema.root)
        if let path = arguments.value("--out") {
            try AtomicFile.write(text, to: path)
        } else {
            print(text, terminator: "")
        }
        return JepaPipe.ExitStatus.done
    }
}
