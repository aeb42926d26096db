import Foundation
import JepaCore
import JepaTensor

/// What a checkpoint holds besides tensors; JSON in the metadata of its file.
public struct TrainingState: Codable, Equatable, Sendable {
    /// Steps taken.
    public internal(set) var step: Int
    /// What the run was made of; it has to be the same when it goes on.
    public let origin: RunOrigin
    /// Seconds of training so far, over all sessions.
    public internal(set) var seconds: Double
    /// The loss of the first step.
    public internal(set) var firstLoss: Double?
    /// The loss of the last step.
    public internal(set) var lastLoss: Double?
    /// What was seen before any training and since then, the newest last; of very many looks
    /// every second one.
    public internal(set) var readings: [MonitorReading]
    /// Seconds of all looks.
    public internal(set) var monitorSeconds: Double
    /// What was seen of the weights that the run began with instead of random ones; nil if it did not.
    public internal(set) var given: MonitorReading?
    /// The most memory that the process has taken while a step was made, over all sessions, in MiB;
    /// nil before the first, and in checkpoints written before it was kept.
    public internal(set) var peakMemory: Double?
    /// The best value of the figure that `checkpoint.best` names, and its step.
    public internal(set) var best: BestValue?

    /// The value of a figure at a step.
    public struct BestValue: Codable, Equatable, Sendable {
        /// The step.
        public let step: Int
        /// The value.
        public let value: Double
    }

    init(origin: RunOrigin) {
        step = 0
        (seconds, monitorSeconds) = (0, 0)
        readings = []
        self.origin = origin
    }
}

/// Everything that decides what a run comes to.
public struct RunOrigin: Codable, Equatable, Sendable {
    /// The version of this package.
    public let version: String
    /// The seed of every random draw.
    public let seed: UInt64
    /// The fingerprint of the data.
    public let data: String
    /// Steps of the whole training, of its warm-up, and of the schedules.
    public let schedule: [Int]
    /// Every setting by its path: `stages.optimizer.lr`.
    public let settings: [String: String]
    /// Threads and vector instructions, which decide how numbers are rounded.
    public let arithmetic: String

    /// What holds for settings of `train` that are not said.
    private static let unsaid = ["train.precision": Precision.float32.rawValue]

    init(_ pipeline: Pipeline, _ plan: TrainingPlan, data: String, version: String) {
        self.version = version
        self.data = data
        seed = pipeline.graph.seed
        schedule = [plan.steps, plan.warmUpSteps, plan.scheduleSteps]
        settings = Self.settings(of: pipeline)
        let precision = Precision(rawValue: settings["train.precision"] ?? "")
        arithmetic =
            "\(threadCount) threads with \(vectorLevel)"
            + (precision?.library.map { " and \($0)" } ?? "")
    }

    /// What is different in `other`, one line each; empty if a run can go on with it as it is.
    ///
    /// Another arithmetic is no change of the run: it comes to the same up to rounding.
    func changes(to other: RunOrigin) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ old: String, _ new: String) {
            lines += [name: old].changes(to: [name: new])
        }
        compare("version", version, other.version)
        compare("seed", "\(seed)", "\(other.seed)")
        compare("data", data, other.data)
        for (index, name) in ["steps", "warm-up steps", "steps of the schedules"].enumerated() {
            compare(name, "\(schedule[index])", "\(other.schedule[index])")
        }
        // Checkpoints written before there was a choice do not say what they chose.
        lines += settings.merging(Self.unsaid) { said, _ in said }.changes(to: other.settings)
        return lines
    }

    /// The settings as written, with defaults filled in where a stage has them.
    ///
    /// What does not change what a run computes is left out: threads, and when to save or look.
    private static func settings(of pipeline: Pipeline) -> [String: String] {
        var settings: [String: String] = [:]
        for section in ["stages", "train"] {
            guard let values = pipeline.graph.root[section] else { continue }
            settings.merge(values.flattened(at: section)) { first, _ in first }
        }
        for node in pipeline.nodes {
            for (name, value) in node.parameters.resolved {
                settings["stages.\(node.name).\(name)"] = value.description
            }
        }
        // Said or not, float32 is float32.
        settings.merge(Self.unsaid) { said, _ in said }
        let free = [
            "train.workers", "train.threads", "train.log.", "train.checkpoint.",
            "train.monitor.every_", "train.monitor.detail", "train.stop_when",
        ]
        return settings.filter { key, _ in !free.contains { key.hasPrefix($0) } }
    }
}
