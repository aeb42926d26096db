import JepaCore
import JepaGraph
import JepaTraining

/// Checks a graph file or a sweep file.
enum ValidateCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "validate", summary: "Checks a graph file and reports every mistake.",
        arguments: [.init(name: "FILE", help: "A graph file, or a sweep file with all its rows.")],
        options: [
            .overrides, .plugins,
            .init(name: "--no-data", help: "Does not look for the images the file names."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let file = arguments.argument("FILE")
        let overrides = try arguments.all("--set").map { try SettingOverride($0) }
        let root = try GraphReader.read(path: file)
        if SweepFile.describes(root) {
            let options = Sweep.Options(
                overrides: overrides, opensData: !arguments.isOn("--no-data"))
            let sweep = try Sweep(SweepFile(root, path: file), options, registry: registry)
            let rows = Quantities.count(sweep.rows.count, "row")
            print("\(file) is valid: \(rows), \(Quantities.count(sweep.runs.count, "run")).")
            return JepaPipe.ExitStatus.done
        }
        let loaded = try LoadedPipeline(root: root.applying(overrides), registry: registry)
        var about = "\(loaded.pipeline.nodes.count) stages"
        if !arguments.isOn("--no-data") {
            let plan = try loaded.plan()
            about +=
                ", \(Quantities.count(plan.images, "image")), "
                + Quantities.count(plan.steps, "step")
        }
        print("\(file) is valid: \(about).")
        for remark in loaded.remarks { JepaPipe.report(remark) }
        return JepaPipe.ExitStatus.done
    }
}

extension CommandDescriptor.Argument {
    /// The graph file that nearly every command takes.
    static let graphFile = Self(name: "FILE", help: "A graph file, such as pipelines/ijepa.yaml.")
}

extension CommandDescriptor.Option {
    /// Changes to a graph file.
    static let overrides = Self(
        name: "--set", value: "PATH=VALUE", isRepeatable: true,
        help: "Changes a value of the file, as in --set train.epochs=1.")
}
