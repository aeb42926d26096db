import Foundation
public import JepaCore
import JepaStages

/// The program `jepa-pipe`, which is also the main program of a package with stages of its own.
public enum JepaPipe {
    /// The version of the package.
    public static let version = "0.1.0"

    /// The status a process ends with.
    enum ExitStatus {
        static let done: Int32 = 0
        /// The work was begun and could not be finished.
        static let failure: Int32 = 1
        /// The command line or a graph file is wrong; nothing was begun.
        static let usage: Int32 = 2
    }

    /// Runs the command that the process was started with and ends the process.
    ///
    /// - Parameter plugins: Bundles of stages to register beside the built-in ones.
    public static func main(plugins: [any StagePlugin.Type] = []) -> Never {
        exit(run(Array(CommandLine.arguments.dropFirst()), plugins: plugins))
    }

    /// Runs a command line and gives the status the process should end with.
    static func run(_ words: [String], plugins: [any StagePlugin.Type]) -> Int32 {
        do {
            var registry = Registry()
            try BuiltInStages.register(into: &registry)
            for plugin in plugins { try plugin.register(into: &registry) }
            return try dispatch(words, registry)
        } catch let error as PipelineErrors {
            report(error.description)
            report(summary(of: error.errors.count))
            return ExitStatus.usage
        } catch let error as PipelineError {
            report(error.description)
            let begun: Set<PipelineError.Code> = [.notFinite, .data, .file]
            return begun.contains(error.code) ? ExitStatus.failure : ExitStatus.usage
        } catch {
            report("error: \(error)")
            return ExitStatus.failure
        }
    }

    private static func dispatch(_ words: [String], _ registry: Registry) throws -> Int32 {
        guard let first = words.first else {
            report(overview)
            return ExitStatus.usage
        }
        switch first {
        case "--help", "-h", "help":
            print(overview)
            return ExitStatus.done
        case "--version":
            print("jepa-pipe \(version)")
            return ExitStatus.done
        default: break
        }
        guard let command = commands.first(where: { $0.descriptor.name == first }) else {
            let names = commands.map { $0.descriptor.name }
            throw PipelineError(
                .usage, "unknown command '\(first)'\(didYouMean(first, among: names))",
                notes: ["Commands: \(names.joined(separator: ", "))."])
        }
        let arguments = try CommandLineArguments(
            Array(words.dropFirst()), for: command.descriptor)
        if arguments.asksForHelp {
            print(command.descriptor.helpText)
            return ExitStatus.done
        }
        return try command.run(arguments, registry: registry)
    }

    private static func summary(of errors: Int) -> String {
        errors == 1 ? "1 error." : "\(errors) errors."
    }

    /// Writes a message for people to standard error.
    static func report(_ message: String) {
        FileHandle.standardError.write(Data((message + "\n").utf8))
    }

    private static var overview: String {
        var table = TextTable([.left, .left])
        for command in commands {
            table.add(["  " + command.descriptor.name, command.descriptor.summary])
        }
        return """
            jepa-pipe \(version): pretrains and judges I-JEPA models from graph files.

            usage: jepa-pipe COMMAND …

            \(table.lines.joined(separator: "\n"))

            'jepa-pipe COMMAND --help' tells what a command takes.
            Exit status: 0 done; 1 the work failed; 2 the command line or the graph file is wrong;
            130 or 143 interrupted by Ctrl-C or SIGTERM, with the run saved.
            """
    }
}

/// One command of the program.
protocol Command {
    static var descriptor: CommandDescriptor { get }
    /// Does the work and gives the status the process should end with.
    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32
}

extension JepaPipe {
    /// Every command, in the order of the help.
    static var commands: [any Command.Type] {
        [
            RunCommand.self, ValidateCommand.self, PlanCommand.self, MasksCommand.self,
            StagesCommand.self,
        ]
    }
}
