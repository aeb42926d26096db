import Foundation
import JepaCore
import JepaFormats
import JepaTraining

/// Writes a graph file to begin with.
enum NewPipelineCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "new pipeline",
        summary: "Writes a commented graph file: I-JEPA on the built-in images.",
        options: [
            .init(
                name: "--out", short: "-o", value: "FILE",
                help: "Where it goes; to standard output if left out.")
        ],
        examples: [
            .init("new pipeline --out mine.yaml", help: "A graph file that trains in seconds.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let path = arguments.value("--out")
        let text = PipelineTemplate.text(
            name: path.map(name) ?? "mine",
            title: "I-JEPA on the built-in images, small: a pipeline to begin with.",
            file: path ?? "mine.yaml", program: "jepa-pipe")
        guard let path else {
            print(text, terminator: "")
            return JepaPipe.ExitStatus.done
        }
        if FileManager.default.fileExists(atPath: path) {
            throw PipelineError(
                .usage, "'\(path)' exists already", notes: ["Give another file with --out."])
        }
        try AtomicFile.write(text, to: path)
        print("Wrote \(path). It trains with: jepa-pipe run \(shellQuoted(path))")
        return JepaPipe.ExitStatus.done
    }

    /// The name of a file without folders and ending.
    private static func name(of path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        let stem = last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
        let isPlain = stem.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.\-]*/) != nil
        // A number or a word like 'null' would not be read back as a name.
        return isPlain && stem.contains(where: \.isLetter) && !stem.contains(".")
            && !["true", "false", "null"].contains(stem.lowercased()) ? stem : "mine"
    }
}
