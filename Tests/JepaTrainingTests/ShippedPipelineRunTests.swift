import Foundation
import JepaCore
import JepaGraph
import JepaImages
import JepaStages
import JepaTestSupport
import JepaTraining
import Testing

/// Every graph file of the package trains, is looked at and resumed, with networks and data cut
/// down to a few seconds: what stays is its structure.
@Suite struct ShippedPipelineRunTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "pipelines")

    /// All graph files, sweeps aside.
    static let names: [String] = {
        let files = try? FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return (files ?? []).filter { name in
            name.hasSuffix(".yaml")
                && (!name.hasPrefix("ablations/") || name == "ablations/base.yaml")
        }.sorted()
    }()

    private let scratch = TemporaryFolder()

    /// Two classes of eight pictures each.
    private func makeImages() throws -> String {
        let path = scratch.path + "/images"
        for index in 0..<16 {
            let name = "\(path)/\(index % 2 == 0 ? "even" : "odd")/\(index).png"
            try FileManager.default.createDirectory(
                atPath: (name as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true)
            let pixels = (0..<40 * 36 * 3).map { UInt8(($0 * (index + 3) / 7) % 251) }
            let image = Image(width: 40, height: 36, pixels: pixels)
            try Data(image.pngData()).write(to: URL(filePath: name))
        }
        return path
    }

    /// What is changed in a graph: the data, the sizes of the networks and the training.
    private func reductions(of graph: Setting, images: String) throws -> [SettingOverride] {
        var changes: [String] = []
        var heldOut = ""
        for stage in graph["stages"]?.entries ?? [] {
            guard case .text(let use)? = stage.value["use"]?.content else { continue }
            func set(_ name: String, _ value: String) {
                changes.append("stages.\(stage.key).\(name)=\(value)")
            }
            switch use {
            case "image_folder":
                set("path", images)
                if stage.key == "held_out" { heldOut = ", held_out: held_out" }
            case "scenes":
                set("count", "16")
                set("samples", "1")
                if stage.key == "held_out" { heldOut = ", held_out: held_out" }
            case "vit":
                for (name, value) in [("width", 16), ("depth", 1), ("heads", 2)] {
                    set(name, "\(value)")
                }
            case "vit_predictor":
                for (name, value) in [("width", 8), ("depth", 1), ("heads", 1)] {
                    set(name, "\(value)")
                }
            case "mlp":
                set("width", "16")
                if stage.value["output_width"] != nil { set("output_width", "16") }
            default: break
            }
        }
        // Of five images at four a time one is left over.
        let monitor = "{images: 8, queries: 4, augmented: 5, every_steps: 2\(heldOut)}"
        changes.append("train={batch_size: 4, epochs: 1, monitor: \(monitor)}")
        return try changes.map { try SettingOverride($0) }
    }

    private func run(_ name: String, images: String) throws -> ToyRun {
        let root = try GraphReader.read(path: Self.folder.appending(path: name).path)
        let reduced = try root.applying(try reductions(of: root, images: images))
        var registry = Registry()
        try BuiltInStages.register(into: &registry)
        return try ToyRun(Graph(reduced), registry: registry)
    }

    @Test func thereAreFilesOfEveryFamily() {
        for name in ["ijepa", "mae", "vicreg", "simsiam", "cjepa", "lejepa"] {
            #expect(Self.names.contains("\(name).yaml"))
        }
    }

    @Test(arguments: names)
    func trainsIsLookedAtAndResumes(name: String) throws {
        let images = try makeImages()
        let whole = try run(name, images: images)
        let outcome = try whole.train(in: scratch.path + "/whole")
        #expect(outcome.step == 4)
        #expect(outcome.latest?.encoders.isEmpty == false)
        let isFinite = whole.elements.values.allSatisfy { $0.allSatisfy(\.isFinite) }
        #expect(isFinite)

        let path = scratch.path + "/interrupted"
        try run(name, images: images).train(in: path, untilStep: 2)
        let second = try run(name, images: images)
        let resumed = try second.resume(path)
        #expect(resumed.step == 4)
        #expect(second.elements == whole.elements)
        #expect(resumed.latest == outcome.latest)
    }

    /// The first encoder that is looked at: the target encoder if there is one.
    @Test(arguments: [
        ("ijepa", "target_encoder"), ("cjepa", "target_encoder"), ("mae", "encoder"),
        ("vicreg", "encoder"), ("simsiam", "encoder"), ("lejepa", "encoder"),
    ])
    func theRightEncoderIsJudged(name: String, encoder: String) throws {
        let small = try run("\(name).yaml", images: scratch.path)
        #expect(small.pipeline.monitoredEncoders.first == encoder)
        #expect(small.pipeline.viewCount == (["ijepa", "mae"].contains(name) ? 1 : 2))
    }
}
