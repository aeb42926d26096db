import Foundation
import JepaCore
import JepaTensor
import JepaTestSupport
import JepaTraining

let identity = RunIdentity(
    version: "1.0", command: "jepa-pipe run toy.yaml",
    resumeCommand: "jepa-pipe run toy.yaml --resume")

/// What a test watches and what it does while training goes on.
final class Watcher: ProgressReporter {
    var said: [String] = []
    var progress: [TrainingProgress] = []
    var onStep: (Int) -> Void = { _ in }

    func begin(_ plan: TrainingPlan, from step: Int, in folder: String) {}
    func advance(_ progress: TrainingProgress) {
        self.progress.append(progress)
        onStep(progress.step)
    }
    func say(_ message: String) { said.append(message) }
    func end() {}
}

/// A pipeline of toy stages with everything a run of it needs.
struct ToyRun {
    let graph: Graph
    let pipeline: Pipeline
    let settings: TrainingSettings
    let watcher = Watcher()
    let interruption = Interruption()

    init(
        _ train: Setting = ["batch_size": 8, "epochs": 2], seed: Int = 0, data: Setting = [:],
        optimizer: Setting = [:], stages: Setting = [:], adding stage: (any Stage.Type)? = nil
    ) throws {
        var registry = try ToyStages.registry()
        if let stage { try registry.register(stage) }
        graph = try ToyStages.graph(
            seed: seed, train: train, data: data, optimizer: optimizer, stages: stages)
        pipeline = try Pipeline(graph, registry: registry)
        settings = try TrainingSettings(graph, registry: registry)
    }

    /// A run of a pipeline of other stages.
    init(_ graph: Graph, registry: Registry) throws {
        self.graph = graph
        pipeline = try Pipeline(graph, registry: registry)
        settings = try TrainingSettings(graph, registry: registry)
    }

    func trainer() throws -> Trainer {
        try Trainer(
            pipeline, settings: settings, identity: identity, reporter: watcher,
            interruption: interruption)
    }

    /// Trains from the beginning in a new folder.
    @discardableResult
    func train(in path: String) throws -> TrainingOutcome {
        try trainer().run(in: RunFolder.create(at: path, pipeline: "toy"))
    }

    /// Goes on in a folder.
    @discardableResult
    func resume(_ path: String, allowingChanges: Bool = false) throws -> TrainingOutcome {
        try trainer().run(
            in: RunFolder.open(path), from: path, allowingChanges: allowingChanges)
    }

    /// Trains in a new folder and is interrupted after a step.
    @discardableResult
    func train(in path: String, untilStep last: Int, signal: Int32 = SIGINT) throws
        -> TrainingOutcome
    {
        watcher.onStep = { [interruption] step in
            if step == last { interruption.ask(signal) }
        }
        return try train(in: path)
    }

    /// The elements of all weights, copies and moments.
    var elements: [String: [Float]] {
        Dictionary(
            uniqueKeysWithValues: pipeline.allWeights.map { ($0.name, $0.weight.value.elements) })
    }
}

/// The description of what `body` throws; an empty text if it throws nothing.
func message(of body: () throws -> Void) -> String {
    do {
        try body()
        return ""
    } catch {
        return "\(error)"
    }
}
