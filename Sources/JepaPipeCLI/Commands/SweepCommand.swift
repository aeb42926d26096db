import Foundation
import JepaCore
import JepaGraph
import JepaTraining

/// Trains variants of a pipeline and compares them in one table.
enum SweepCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "sweep",
        summary: "Trains variants of a pipeline and compares them in one table.",
        arguments: [
            .init(
                name: "FILE",
                help: "A sweep file, such as pipelines/ablations/targets.yaml.")
        ],
        options: [
            .init(
                name: "--set", value: "PATH=VALUE", isRepeatable: true,
                help: "Changes a value in all rows, as in --set train.epochs=1."),
            .init(
                name: "--rows", value: "NAME,...", isRepeatable: true,
                help: "Runs only these rows; the table still has all."),
            .init(
                name: "--seeds", value: "N,...",
                help: "Runs every row with these seeds instead of those of the file; the table "
                    + "also has what was run with others before."),
            .init(
                name: "--minutes", value: "M",
                help: "Trains every row for about so long instead of the epochs of the file; its "
                    + "steps follow from a pace that is measured first."),
            .init(
                name: "--out", value: "DIR",
                help: "The folder of the runs and the table; runs/FILE if not given."),
            .plugins,
        ],
        notes: [
            "Every row is checked before the first one is trained. All rows get the first seed, "
                + "then all get the next.",
            "The same command goes on where it was interrupted; finished runs are not run again.",
            "Ends with 1 if a run came to numbers that are not finite; the others are run all the "
                + "same.",
        ],
        examples: [
            .init(
                "sweep pipelines/ablations/targets.yaml --set stages.data.path=cifar10/train "
                    + "--set stages.held_out.path=cifar10/test",
                help: "Compares one to four target blocks."),
            .init(
                "sweep pipelines/ablations/compact.yaml --seeds 0 --set train.epochs=2",
                help: "All ablations of the paper in small."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let file = arguments.argument("FILE")
        let options = try options(arguments)
        let budget = try arguments.value("--minutes").map(budget)
        var sweep = try Sweep(SweepFile(path: file), options, registry: registry)
        let stem = file.split(separator: "/").last.map(String.init) ?? file
        let folder =
            arguments.value("--out")
            ?? "runs/" + (stem.hasSuffix(".yaml") ? String(stem.dropLast(5)) : stem)
        let interruption = Interruption()
        let listening = interruption.listen { _ in
            JepaPipe.report("\nFinishing this step and saving; once more ends at once.")
        }
        defer { listening.cancel() }
        if let budget {
            sweep = try budget.applied(
                to: sweep, options, in: folder, registry: registry, interruption: interruption)
        }
        var runner = SweepRunner(
            sweep, in: folder, registry: registry, interruption: interruption,
            identity: RunCommand.identity(arguments))
        try runner.run()
        print(SweepTable(try runner.results()).text)
        print("\nEverything is in \(folder)")
        if let signal = interruption.signal {
            JepaPipe.report("Interrupted. The same command goes on.")
            return 128 + signal
        }
        return runner.hasFailed ? JepaPipe.ExitStatus.failure : JepaPipe.ExitStatus.done
    }

    private static func budget(_ text: String) throws -> SweepBudget {
        guard let minutes = Double(text), minutes > 0, minutes < 1e6 else {
            throw PipelineError(.usage, "'--minutes' takes a number above 0, not '\(text)'")
        }
        return SweepBudget(minutes: minutes)
    }

    private static func options(_ arguments: CommandLineArguments) throws -> Sweep.Options {
        var options = Sweep.Options()
        options.overrides = try arguments.all("--set").map { try SettingOverride($0) }
        options.names = arguments.all("--rows").flatMap {
            $0.split(separator: ",").map(String.init)
        }
        for word in (arguments.value("--seeds") ?? "").split(separator: ",") {
            guard let seed = UInt64(word), seed <= UInt64(Int.max) else {
                throw PipelineError(
                    .usage, "'--seeds' takes integers of at least 0, such as 0,1,2, not '\(word)'")
            }
            guard !options.seeds.contains(seed) else {
                throw PipelineError(
                    .usage, "'--seeds' has \(seed) twice: the runs would be the same")
            }
            options.seeds.append(seed)
        }
        return options
    }
}
