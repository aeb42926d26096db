import JepaCore
import JepaTraining

/// Tells what a training would take.
enum PlanCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "plan",
        summary: "Tells weights, operations, memory, steps and time of a training.",
        arguments: [.graphFile],
        options: [
            .overrides, .plugins,
            .init(
                name: "--images", value: "N", range: 1...1_000_000_000,
                help: "Plans for so many images, without looking for the data."),
        ],
        examples: [
            .init(
                "plan pipelines/official/vit-h14.yaml --images 1281167",
                help: "The official ViT-H/14 on all of ImageNet-1k.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let loaded = try LoadedPipeline(
            file: arguments.argument("FILE"), overrides: arguments.all("--set"),
            registry: registry)
        let lines = try PlanReport(loaded, images: arguments.optionalInteger("--images"))
            .lines(rate: PlanReport.measuredRate(loaded.settings.precision))
        print(lines.joined(separator: "\n"))
        return JepaPipe.ExitStatus.done
    }
}
