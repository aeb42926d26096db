import JepaCore

/// Lists the registered stages, or tells everything about one.
enum StagesCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "stages", summary: "Lists the stages; 'stages show NAME' tells all about one.",
        arguments: [
            .init(name: "show", help: "The word 'show'.", isOptional: true),
            .init(name: "NAME", help: "The name of a stage.", isOptional: true),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let help = StageHelp(registry: registry)
        let lines: [String]
        switch (arguments.optionalArgument("show"), arguments.optionalArgument("NAME")) {
        case (nil, _): lines = help.overview
        case ("show", let name?): lines = try help.details(of: name)
        case (let word?, _):
            throw PipelineError(
                .usage, "'stages' is followed by nothing or by 'show NAME', not by '\(word)'",
                notes: ["usage: \(descriptor.usage)"])
        }
        print(lines.joined(separator: "\n"))
        return JepaPipe.ExitStatus.done
    }
}
