import JepaCore

/// Lists the registered stages.
enum StagesCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "stages", summary: "Lists the stages that graph files may use.",
        options: [.plugins])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        print(StageHelp(registry: registry).overview.joined(separator: "\n"))
        return JepaPipe.ExitStatus.done
    }
}

/// Tells everything about one stage.
enum StagesShowCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "stages show", summary: "Tells the sockets and parameters of one stage.",
        arguments: [
            .init(
                name: "NAME",
                help: "The name of a stage, such as vit; or train, the settings of the training.")
        ],
        options: [.plugins],
        examples: [.init("stages show vit", help: "Tells what the vision transformer takes.")])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let help = StageHelp(registry: registry)
        print(try help.details(of: arguments.argument("NAME")).joined(separator: "\n"))
        return JepaPipe.ExitStatus.done
    }
}
