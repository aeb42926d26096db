import JepaCore
import JepaFormats
import JepaInterop
import JepaTraining

/// Tells what is in a file of tensors.
enum InspectCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "inspect",
        summary: "Shows the tensors and other values of a file or folder of weights.",
        arguments: [
            .init(
                name: "FILE",
                help: "A safetensors, torch or numpy file, a checkpoint, a run folder, imported "
                    + "weights, or a Hugging Face folder.")
        ],
        options: [
            .init(
                name: "--only", value: "TEXT",
                help: "Lists the tensors whose names contain a text.")
        ],
        notes: [
            "The kind is recognised by the contents. Nothing in a torch file is executed; one that "
                + "holds anything but data is refused by name."
        ],
        examples: [
            .init("inspect runs/ijepa", help: "The newest checkpoint of a run."),
            .init("inspect jepa.pth.tar --only norm", help: "The norms of an official checkpoint."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let contents = try FileContents(of: arguments.argument("FILE"))
        let only = arguments.value("--only")
        if let only, !contents.tensors.contains(where: { $0.name.contains(only) }) {
            throw PipelineError(
                .data, "no tensor of '\(contents.path)' has '\(only)' in its name",
                notes: ["Without --only all tensors are listed."])
        }
        let report = InspectReport(contents, only: only)
        print(report.lines.joined(separator: "\n"))
        if [.checkpoint, .runFolder].contains(contents.kind) {
            // A bit that flips on a disk leaves the file readable.
            _ = try Checkpoint(reading: contents.file)
            print("The tensors match their checksum.")
        }
        return JepaPipe.ExitStatus.done
    }
}
