import JepaCore
import JepaGraph
import JepaStages
import JepaTraining

/// A graph file that has been read and checked with everything that goes with it.
struct LoadedPipeline {
    /// The graph, overrides applied.
    let graph: Graph
    /// The assembled stages; nothing is allocated yet.
    let pipeline: Pipeline
    /// The section `train`.
    let settings: TrainingSettings

    /// Reads a graph file and checks it, its overrides and its section `train`.
    ///
    /// - Throws: `PipelineErrors` with everything that is wrong, in the order of the file.
    init(file: String, overrides: [String], registry: Registry) throws {
        try self.init(root: Self.root(file: file, overrides: overrides), registry: registry)
    }

    /// The text of a graph file, overrides applied, not yet checked.
    ///
    /// - Throws: `usage` for a sweep file; as `GraphReader` and `SettingOverride`.
    static func root(file: String, overrides: [String]) throws -> Setting {
        let root = try GraphReader.read(path: file)
        if SweepFile.describes(root) {
            let base = (try? SweepFile(root, path: file))?.base
            throw PipelineError(
                .usage,
                "'\(file)' is a sweep, a list of changes to a pipeline; 'jepa-pipe sweep' trains "
                    + "it",
                notes: base.map { ["The graph file that it changes is '\($0)'."] } ?? [])
        }
        return try root.applying(overrides.map { try SettingOverride($0) })
    }

    /// Checks a graph that has been read.
    init(root: Setting, registry: Registry) throws {
        var errors: [PipelineError] = []
        let graph = Graph(collecting: root)
        let registry = try registry.adding(graph.plugins)
        func collecting<Result>(_ body: () throws -> Result) throws -> Result? {
            do {
                return try body()
            } catch {
                guard let found = PipelineErrors(error) else { throw error }
                errors += found.errors
                return nil
            }
        }
        let pipeline = try collecting { try Pipeline(graph, registry: registry) }
        // Without a section that can be read, its own mistakes would only repeat that.
        let hasTraining = root["train"]?.entries != nil || graph.mistakes.isEmpty
        let settings =
            hasTraining
            ? try collecting { try TrainingSettings(graph, registry: registry) } : nil
        if let pipeline, let settings { errors += Self.unusedSources(pipeline, settings) }
        guard let pipeline, let settings, errors.isEmpty else { throw PipelineErrors(errors) }
        try pipeline.check(
            StepOptions(microBatch: settings.microBatch), batchSize: settings.batchSize)
        self.graph = graph
        self.pipeline = pipeline
        self.settings = settings
    }

    /// Reports data sources that neither feed the pipeline nor are looked at by the monitor.
    private static func unusedSources(
        _ pipeline: Pipeline, _ settings: TrainingSettings
    ) -> [PipelineError] {
        let used = [pipeline.dataSource.name, settings.monitor.heldOut]
        return pipeline.nodes.filter { $0.role == .dataSource && !used.contains($0.name) }.map {
            PipelineError(
                .wiring, "nothing uses the data source '\($0.name)'", at: $0.location,
                notes: ["Name it in 'train.monitor.held_out', or remove it."])
        }
    }

    /// What is right but may not be meant, in sentences.
    var remarks: [String] {
        let minimised = pipeline.minimised.map(\.stage)
        return pipeline.nodes.filter { $0.role == .loss && !minimised.contains($0.name) }.map {
            "The loss '\($0.name)' is logged only: 'minimize' of no optimizer names it."
        }
    }

    /// The training in steps. Opens the data, whose number of images decides it.
    func plan() throws -> TrainingPlan {
        try pipeline.openData()
        return try TrainingPlan(settings, images: pipeline.dataSource.source.count)
    }
}
