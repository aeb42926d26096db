import Foundation
import JepaCore
import JepaFormats
import JepaGraph

/// Draws the pipeline of a graph file.
enum GraphCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "graph",
        summary: "Draws the pipeline of a graph file as text, as a diagram or as a picture.",
        arguments: [.graphFile],
        options: [
            .overrides, .plugins,
            .init(
                name: "--format", value: "FORMAT", choices: DrawingFormat.allCases.map(\.rawValue),
                help: "How the pipeline is drawn; without it the name of the file tells, and "
                    + "without a file it is text."),
            .init(
                name: "--out", short: "-o", value: "FILE",
                help: "Where the drawing goes; to standard output if left out."),
        ],
        notes: [
            "The drawing shows every stage with the parameters that differ from their defaults and "
                + "the number of its weights, and every edge with its sockets, type and shape. "
                + "Nothing is allocated and no data is opened.",
            "A file with mistakes is drawn as far as it makes sense, with the mistakes in red where "
                + "they belong; they are reported as well, and the exit status is 2.",
            "Pictures are made by Graphviz (Debian package graphviz). SVG follows the dark mode of "
                + "its viewer; PNG and PDF have no ground and can be read on light and on dark.",
        ],
        examples: [
            .init("graph pipelines/ijepa.yaml", help: "Draws a tree for the terminal."),
            .init("graph pipelines/ijepa.yaml --out ijepa.svg", help: "Makes a picture."),
            .init(
                "graph pipelines/ijepa.yaml --format mermaid > ijepa.mmd",
                help: "Writes a diagram that GitHub and many editors show."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let path = arguments.value("--out")
        let format = try DrawingFormat(named: arguments.value("--format"), file: path)
        if format.isBinary, path == nil, isatty(STDOUT_FILENO) == 1 {
            throw PipelineError(
                .usage, "a \(format.rawValue) picture is nothing for a terminal",
                notes: ["Give --out FILE, or send the output to a file."])
        }
        let root = try LoadedPipeline.root(
            file: arguments.argument("FILE"), overrides: arguments.all("--set"))
        let graph = Graph(collecting: root)
        let draft = PipelineDraft(graph, registry: try registry.adding(graph.plugins))
        let drawing = try data(PipelineDrawing(draft), as: format)
        if let path {
            try OutputFolder.make(of: path)
            try AtomicFile.write(Array(drawing), to: path)
        } else {
            FileHandle.standardOutput.write(drawing)
        }
        // Whatever is wrong is reported as by any other command.
        _ = try LoadedPipeline(root: root, registry: registry)
        return JepaPipe.ExitStatus.done
    }

    private static func data(_ drawing: PipelineDrawing, as format: DrawingFormat) throws -> Data {
        switch format {
        case .text: return Data(drawing.text.utf8)
        case .mermaid: return Data(drawing.mermaid.utf8)
        case .dot: return Data(drawing.dot.utf8)
        case .svg, .png, .pdf:
            let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
            let picture = try Graphviz(path: path)
                .picture(of: drawing.dot, format: format.rawValue)
            guard format == .svg else { return picture }
            return Data(PipelineDrawing.styled(svg: String(decoding: picture, as: UTF8.self)).utf8)
        }
    }
}
