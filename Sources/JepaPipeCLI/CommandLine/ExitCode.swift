import JepaCore

/// What the program tells the shell.
package enum ExitCode: Int32, CaseIterable, Sendable {
    case success = 0
    /// The work was begun and failed.
    case failure = 1
    /// The command line or the graph file has to be changed first.
    case usage = 2
    /// Ctrl-C; a run has saved and can be resumed.
    case interrupted = 130
    /// SIGTERM; a run has saved and can be resumed.
    case terminated = 143

    /// What it means, as the help says it.
    package var meaning: String {
        switch self {
        case .success: "All went well."
        case .failure: "The work failed."
        case .usage: "The command line or the graph file is wrong."
        case .interrupted: "Interrupted by Ctrl-C; a training has saved and can be resumed."
        case .terminated: "Ended by SIGTERM; a training has saved and can be resumed."
        }
    }

    /// The code for an error that ended a command.
    package init(for error: any Error) {
        let codes =
            switch error {
            case let error as PipelineError: [error.code]
            case let errors as PipelineErrors: errors.errors.map(\.code)
            default: [PipelineError.Code]()
            }
        let wrong: Set<PipelineError.Code> = [
            .usage, .syntax, .unknownName, .duplicateName, .value, .missing, .wiring,
            .configuration,
        ]
        self = codes.contains(where: wrong.contains) ? .usage : .failure
    }
}
