import JepaCore
import JepaGraph
import JepaTraining

/// What the losses of a run are made of, as its graph file tells.
struct LossOrigin {
    /// The losses with the registered stages they use, in the order of the table of steps.
    let losses: [(name: String, use: String)]
    /// All that is set for the losses, their weights, and the stages that their targets come from.
    private let settings: [String: String]

    /// Looks into the graph file of a run.
    init(_ run: RunContents) {
        let root = try? GraphReader.read(text: run.pipelineText, file: "pipeline.yaml")
        let all = root?.flattened(at: "") ?? [:]
        let stages = Set((root?["stages"]?.entries ?? []).map(\.key))
        losses = run.metrics.names.filter { $0.hasPrefix("loss.") }.compactMap { column in
            let name = String(column.dropFirst("loss.".count))
            return all["stages.\(name).use"].map { (name: name, use: $0) }
        }
        var origins = Set(losses.map { $0.name })
        var waiting = losses.compactMap { all["stages.\($0.name).targets"] }
        while let reference = waiting.popLast() {
            // A stage, or an output of one.
            let name = reference.split(separator: ".").first.map(String.init) ?? reference
            guard stages.contains(name), origins.insert(name).inserted else { continue }
            waiting += all.filter { $0.key.hasPrefix("stages.\(name).") }.map(\.value)
        }
        var settings = all.filter { entry in
            let path = entry.key.split(separator: ".")
            guard path.count > 2, path[0] == "stages" else { return false }
            // The fingerprint tells the images better than where they lie.
            return path[2] == "minimize"
                || origins.contains(String(path[1])) && path.last != "path"
        }
        settings["data"] = run.record.data.fingerprint
        self.settings = settings
    }

    /// Whether the losses of some runs are the same, and compare with the same targets, so that
    /// the height of one says something beside that of another.
    static func areComparable(_ runs: [RunContents]) -> Bool {
        Set(runs.map { Self($0).settings }).count <= 1
    }
}
