import JepaCore

/// Tells what a training would take.
enum PlanCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "plan",
        summary: "Tells weights, operations, memory, steps and time of a training.",
        arguments: [.graphFile], options: [.overrides])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let loaded = try LoadedPipeline(
            file: arguments.argument("FILE"), overrides: arguments.all("--set"),
            registry: registry)
        let lines = try PlanReport(loaded).lines(rate: PlanReport.measuredRate())
        print(lines.joined(separator: "\n"))
        return JepaPipe.ExitStatus.done
    }
}
