import CPluginHost
import Foundation
public import JepaCore
import JepaStages

/// The program `jepa-pipe`, which is also the main program of a package with stages of its own.
public enum JepaPipe {
    /// The version of the package.
    public static let version = JEPA_VERSION

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
        let status = run(Array(CommandLine.arguments.dropFirst()), plugins: plugins)
        guard let reason = StandardOutput.close() else { exit(status) }
        report("error: cannot write to standard output: \(reason)")
        exit(status == ExitStatus.done ? ExitStatus.failure : status)
    }

    /// Runs a command line and gives the status the process should end with.
    package static func run(_ words: [String], plugins: [any StagePlugin.Type] = []) -> Int32 {
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
        let parser = CommandLineParser(
            version: version, commands: commands.map { $0.descriptor })
        if words.isEmpty {
            report(parser.overview)
            return ExitStatus.usage
        }
        switch try parser.parse(words) {
        case .show(let text):
            print(text)
            return ExitStatus.done
        case .run(let name, let arguments):
            guard let command = commands.first(where: { $0.descriptor.name == name }) else {
                fatalError("the parser found the command '\(name)', which is not in the table")
            }
            let registry = try registry.adding(plugins: arguments, of: command.descriptor)
            return try command.run(arguments, registry: registry)
        }
    }

    private static func summary(of errors: Int) -> String {
        errors == 1 ? "1 error." : "\(errors) errors."
    }

    /// Writes a message for people to standard error; a terminal that has been closed is no reason
    /// to end.
    static func report(_ message: String) {
        try? FileHandle.standardError.write(contentsOf: Data((message + "\n").utf8))
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
            RunCommand.self, ReportCommand.self, SweepCommand.self, ValidateCommand.self,
            PlanCommand.self, BenchCommand.self, GraphCommand.self, MasksCommand.self,
            InspectCommand.self, ImportCommand.self, ExportCommand.self, FeaturesCommand.self,
            EvalCommand.self, SearchIndexCommand.self, SearchQueryCommand.self,
            PicturesCommand.self, PicturesTokensCommand.self, PicturesAttentionCommand.self,
            PicturesPredictionsCommand.self, VerifyCommand.self, StagesCommand.self,
            StagesShowCommand.self, SchemaCommand.self, NewStageCommand.self,
            NewPipelineCommand.self,
        ]
    }
}
