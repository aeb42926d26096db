import Foundation
import JepaCore
import JepaFormats
import JepaTensor

/// Where a run came from: what `run.json` holds.
public struct RunRecord: Codable, Equatable, Sendable {
    /// One time that the training was started or resumed.
    public struct Session: Codable, Equatable, Sendable {
        /// When, in ISO 8601.
        public let started: String
        /// The command as it was typed.
        public let command: String
        /// The version of this package.
        public let version: String
        /// The machine.
        public let machine: Machine
        /// What the operands of matrix products were rounded to; nil in records written before
        /// there was a choice, which is float32.
        public let precision: String?
        /// Steps that had been taken before.
        public let fromStep: Int
    }

    /// The data that is trained on.
    public struct Data: Codable, Equatable, Sendable {
        /// The name of the stage.
        public let stage: String
        /// How many images there are.
        public let images: Int
        /// A text that changes when the data does.
        public let fingerprint: String
    }

    /// The name of the pipeline.
    public let pipeline: String
    /// The seed of every random draw.
    public let seed: UInt64
    /// The data.
    public let data: Data
    /// Elements of all weights that are trained.
    public let trainedWeights: Int
    /// Steps of the whole training.
    public let steps: Int
    /// Steps of one epoch.
    public let stepsPerEpoch: Int
    /// One entry per start.
    public internal(set) var sessions: [Session]

    /// Adds a session to the record of a run, beginning the record if it is the first.
    ///
    /// - Throws: `file` if the record cannot be read or written.
    static func add(
        _ session: Session, to folder: RunFolder, _ pipeline: Pipeline, _ plan: TrainingPlan,
        fingerprint: String
    ) throws {
        var record = RunRecord(
            pipeline: pipeline.graph.name, seed: pipeline.graph.seed,
            data: Data(
                stage: pipeline.dataSource.name, images: plan.images, fingerprint: fingerprint),
            trainedWeights: pipeline.trainedWeights.reduce(0) { $0 + $1.weight.count },
            steps: plan.steps, stepsPerEpoch: plan.stepsPerEpoch, sessions: [])
        if let contents = try File.contents(of: folder.recordFile) {
            record.sessions = try decodedJSON(
                RunRecord.self, from: contents, of: "'\(folder.recordFile)'"
            ).sessions
        }
        record.sessions.append(session)
        try write(json: record, to: folder.recordFile)
    }
}

/// Who makes a run, and how it is called again.
public struct RunIdentity: Equatable, Sendable {
    /// The version of this package.
    public let version: String
    /// The command as it was typed.
    public let command: String
    /// The command that goes on with a run, up to the path: `jepa-pipe run x.yaml --resume`.
    public let resumeCommand: String
    /// The pipeline with everything that was set, as a text that reads back as the same pipeline;
    /// nil for one that no text was made of.
    public var pipelineText: String?

    /// An identity.
    public init(
        version: String, command: String, resumeCommand: String, pipelineText: String? = nil
    ) {
        self.version = version
        self.command = command
        self.resumeCommand = resumeCommand
        self.pipelineText = pipelineText
    }

    /// The whole command that goes on from a run folder or a checkpoint.
    func resumption(of path: String) -> String { "\(resumeCommand) \(shellQuoted(path))" }
}

/// A word as a shell reads it back: in quotes where it needs them.
package func shellQuoted(_ word: String) -> String {
    let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "/._-+=:,".contains($0) }
    return isPlain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}

/// Writes a value as JSON that people can read.
package func write(json value: some Encodable, to path: String) throws {
    try AtomicFile.write(jsonText(value, isPretty: true) + "\n", to: path)
}
