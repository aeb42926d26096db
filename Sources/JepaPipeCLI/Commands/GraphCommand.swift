import JepaCore
import JepaGraph

/// Draws the pipeline of a graph file.
enum GraphCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "graph",
        summary: "Draws the pipeline of a graph file as text or as a Mermaid diagram.",
        arguments: [.graphFile],
        options: [
            .overrides,
            .init(
                name: "--format", value: "FORMAT", choices: ["text", "mermaid"], standard: "text",
                help: "How the pipeline is drawn."),
        ],
        notes: [
            "The drawing shows every stage with the parameters that differ from their defaults and "
                + "the number of its weights, and every edge with its sockets, type and shape. "
                + "Nothing is allocated and no data is opened."
        ],
        examples: [
            .init("graph pipelines/ijepa.yaml", help: "Draws a tree for the terminal."),
            .init(
                "graph pipelines/ijepa.yaml --format mermaid > ijepa.mmd",
                help: "Writes a diagram that GitHub and many editors show."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let loaded = try LoadedPipeline(
            file: arguments.argument("FILE"), overrides: arguments.all("--set"),
            registry: registry)
        let drawing = PipelineDrawing(loaded.pipeline)
        let isMermaid = arguments.value("--format") == "mermaid"
        print(isMermaid ? drawing.mermaid : drawing.text, terminator: "")
        return JepaPipe.ExitStatus.done
    }
}
