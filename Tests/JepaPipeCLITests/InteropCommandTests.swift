import Foundation
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Weights from a run to other programs and back, by command lines.
final class InteropCommandTests {
    private let scratch = TemporaryFolder()
    private var folder: String { scratch.path }
    private var graph: String { folder + "/tiny.yaml" }

    init() throws {
        try scratch.makeFolder("images")
        try scratch.write(TinyPipeline.text, to: "tiny.yaml")
    }

    private func run(_ words: String...) -> Int32 {
        scratch.run(words)
    }

    private func tensors(_ name: String) throws -> [String: [UInt8]] {
        let reader = try SafetensorsReader(path: "\(folder)/\(name)")
        return Dictionary(
            uniqueKeysWithValues: reader.tensors.map { ($0.name, $0.withUnsafeBytes { Array($0) }) }
        )
    }

    private static let first = "checkpoints/step-000000.safetensors"
    private static let last = "checkpoints/step-000002.safetensors"

    @Test func aRunGoesOutAndComesBack() throws {
        try #require(run("run", graph, "--out", "DIR/run") == 0)
        #expect(run("inspect", "DIR/run") == 0)
        #expect(run("inspect", "DIR/run", "--only", "target_encoder.norm") == 0)
        #expect(run("inspect", "DIR/run", "--only", "zzz") == 1)
        #expect(run("export", "DIR/run", "--format", "official", "--out", "DIR/a.pth.tar") == 0)
        #expect(run("import", "DIR/a.pth.tar", "--out", "DIR/imported") == 0)
        let trained = try tensors("run/" + Self.last)
        let imported = try tensors("imported/weights.safetensors")
        for (stage, network) in [
            ("context_encoder", "encoder"), ("target_encoder", "target_encoder"),
            ("predictor", "predictor"),
        ] {
            let names = trained.keys.filter { $0.hasPrefix(stage + ".") }
            #expect(names.count > 20)
            for name in names {
                #expect(imported[network + name.dropFirst(stage.count)] == trained[name], "\(name)")
            }
        }
        // A new run begins with these weights, in images of another size only when asked.
        let words = [
            "run", graph, "--set", "stages.data.size=24", "--weights", "\(folder)/imported",
            "--out",
            "\(folder)/second",
        ]
        #expect(JepaPipe.run(words) == 2)
        #expect(!FileManager.default.fileExists(atPath: folder + "/second"))
        #expect(JepaPipe.run(words + ["--recompute-positions"]) == 0)
        let begun = try tensors("second/" + Self.first)
        for (name, bytes) in begun where name.hasPrefix("target") || name.hasPrefix("predictor") {
            #expect(bytes == trained[name], "\(name)")
        }
    }

    /// A torch file of one encoder has no place for the heads; a pipeline that it begins has.
    @Test func headsThatNoFileTellsAreThoseOfThePipeline() throws {
        try #require(run("run", graph, "--out", "DIR/run") == 0)
        #expect(run("export", "DIR/run", "--format", "timm", "--out", "DIR/t.pth") == 0)
        #expect(run("import", "DIR/t.pth", "--out", "DIR/imported") == 2)
        #expect(run("run", graph, "--weights", "DIR/t.pth", "--out", "DIR/second") == 0)
        let trained = try tensors("run/" + Self.last)
        let begun = try tensors("second/" + Self.first)
        let name = "blocks.1.attn.qkv.weight"
        #expect(begun["context_encoder.\(name)"] == trained["target_encoder.\(name)"])
    }

    @Test func aRunOfTheSameStagesIsTakenOverWhateverTheyAre() throws {
        let text = TinyPipeline.text.replacing(
            "minimize: loss}",
            with: """
                minimize: {loss: 1, spread: 0.1}}
                  projector: {use: mlp, layers: 2, width: 8, tokens: context_encoder.tokens}
                  spread: {use: variance_covariance, tokens: projector.tokens}
                """)
        try scratch.write(text, to: "projected.yaml")
        let file = folder + "/projected.yaml"
        try #require(run("run", file, "--out", "DIR/run") == 0)
        #expect(run("run", file, "--weights", "DIR/run", "--out", "DIR/second") == 0)
        let trained = try tensors("run/" + Self.last)
        let begun = try tensors("second/" + Self.first)
        #expect(begun.keys.contains("projector.layers.0.weight"))
        for (name, bytes) in begun where !name.hasPrefix("optimizer.") {
            #expect(bytes == trained[name], "\(name)")
        }
    }

    /// A projector before the predictor is not taken for it, nor asked for.
    @Test func aProjectorIsNoPredictor() throws {
        let text = TinyPipeline.text
            .replacing(
                "  predictor: {",
                with: "  projector: {use: mlp, layers: 2, width: 8, "
                    + "tokens: context_encoder.tokens}\n  predictor: {"
            ).replacing(
                "  optimizer: {use: adamw, minimize: loss}",
                with: "  spread: {use: variance_covariance, tokens: projector.tokens}\n"
                    + "  optimizer: {use: adamw, minimize: {loss: 1, spread: 0.1}}")
        try scratch.write(text, to: "joined.yaml")
        try #require(run("run", "DIR/joined.yaml", "--out", "DIR/joined") == 0)
        #expect(run("export", "DIR/joined", "--format", "official", "--out", "DIR/j.pth.tar") == 0)
        #expect(run("import", "DIR/j.pth.tar", "--out", "DIR/imported") == 0)
        #expect(
            run("run", "DIR/joined.yaml", "--weights", "DIR/imported", "--out", "DIR/again") == 0)
        let (trained, again) = (
            try tensors("joined/" + Self.last), try tensors("again/" + Self.first)
        )
        let name = "predictor.predictor_embed.weight"
        #expect(again[name] != nil && again[name] == trained[name])
        #expect(again["projector.layers.0.weight"] != trained["projector.layers.0.weight"])
    }

    @Test func positionsAreInterpolatedWhereTheStageSaysSo() throws {
        try #require(run("run", graph, "--out", "DIR/run") == 0)
        let image = Image(width: 24, height: 24, pixels: (0..<24 * 24 * 3).map { UInt8($0 % 251) })
        for name in ["a", "b"] { try scratch.write(image.pngData(), to: "images/\(name).png") }
        // The run begins with the weights of another, and is exported before it has learnt more.
        #expect(
            run(
                "run", graph, "--set", "stages.data.size=24", "--set",
                "stages.context_encoder.interpolate_from=4", "--weights", "DIR/run", "--out",
                "DIR/second") == 0)
        let begun = "DIR/second/" + Self.first
        #expect(run("export", begun, "--format", "huggingface", "--out", "DIR/hf") == 0)
        let files = [
            ["run", "--size", "24", "--interpolate-positions"], ["hf"], ["run", "--size", "24"],
        ]
        var features: [[UInt8]] = []
        for (number, words) in files.enumerated() {
            let command =
                ["features", "\(folder)/\(words[0])", "\(folder)/images"] + words.dropFirst()
                + ["--out", "\(folder)/f\(number).safetensors"]
            #expect(JepaPipe.run(command) == 0)
            features.append(try #require(try tensors("f\(number).safetensors")["features"]))
        }
        #expect(features[0] == features[1])
        #expect(features[0] != features[2])
    }

    @Test func featuresAreTheSameFromEveryForm() throws {
        for number in 0..<5 {
            let image = Image(
                width: 20, height: 16,
                pixels: (0..<20 * 16 * 3).map { UInt8(($0 * (number + 3)) % 251) })
            try scratch.write(image.pngData(), to: "images/\(number).png")
        }
        try scratch.write("not an image", to: "images/2.png")
        try #require(run("run", graph, "--out", "DIR/run") == 0)
        let steps = "DIR/run/" + Self.last
        #expect(run("export", "DIR/run", "--format", "huggingface", "--out", "DIR/hf") == 0)
        #expect(run("export", steps, "--format", "timm", "--out", "DIR/timm.safetensors") == 0)
        let forms = [
            ("run", ["DIR/run"]), ("step", [steps]), ("hf", ["DIR/hf"]),
            ("timm", ["DIR/timm.safetensors"]),
        ]
        var features: [[UInt8]] = []
        for (name, words) in forms {
            let command =
                ["features"] + words + ["DIR/images", "--out", "DIR/\(name)-f.safetensors"]
            #expect(scratch.run(command) == 0)
            features.append(try #require(try tensors("\(name)-f.safetensors")["features"]))
        }
        #expect(features.allSatisfy { $0 == features[0] })
        #expect(features[0].count == 4 * 16 * 4)
        let written = try SafetensorsReader(path: folder + "/run-f.safetensors")
        #expect(written.metadata["files"] == #"["0.png","1.png","3.png","4.png"]"#)
        #expect(written.metadata["omitted"]?.contains(#""file":"2.png""#) == true)
        #expect(
            run("features", "DIR/run", "DIR/images", "--encoder", "context", "--out", "DIR/c.npy")
                == 0)
        let context = try NpyFile.read(folder + "/c.npy")
        #expect(context.shape == [4, 16])
        #expect(context.withUnsafeBytes { Array($0) } != features[0])
    }

    /// Two views, one encoder, no moving average: 'the target encoder' can only mean that one.
    @Test func aPipelineWithoutTargetEncoderGivesTheEncoderItTrained() throws {
        let text = """
            pipeline: pair
            seed: 5
            stages:
              data: {use: scenes, count: 16, size: 16, samples: 1}
              encoder: {use: vit, patch_size: 4, width: 16, depth: 2, heads: 2, images: data.images}
              second_encoder: {use: shared, of: encoder, images: data.second}
              projector: {use: mlp, width: 8, tokens: encoder.tokens}
              second_projector: {use: shared_predictor, of: projector, tokens: second_encoder.tokens}
              loss: {use: vicreg, predictions: projector.tokens, targets: second_projector.tokens}
              optimizer: {use: adamw, minimize: loss}
            train: {batch_size: 8, epochs: 1, monitor: {images: 8, queries: 8}}
            """
        try scratch.write(text, to: "pair.yaml")
        let image = Image(width: 16, height: 16, colour: Colour(200, 100, 50))
        try scratch.write(image.pngData(), to: "images/0.png")
        try #require(run("run", "DIR/pair.yaml", "--out", "DIR/pair") == 0)
        let trained = try tensors("pair/" + Self.last)
        #expect(!trained.keys.contains { $0.hasPrefix("second") })
        let exported = run("export", "DIR/pair", "--format", "timm", "--out", "DIR/t.safetensors")
        #expect(exported == 0)
        let weights = try tensors("t.safetensors")
        #expect(weights["norm.weight"] == trained["encoder.norm.weight"])
        for encoder in [[], ["--encoder", "context"]] {
            let words = [
                "features", "DIR/pair", "DIR/images", "--out", "DIR/f\(encoder.count).npy",
            ]
            #expect(scratch.run(words + encoder) == 0)
        }
        let both = try [0, 2].map {
            try NpyFile.read("\(folder)/f\($0).npy").withUnsafeBytes(Array.init)
        }
        #expect(both[0] == both[1])
        // It has its own name.
        #expect(
            run(
                "eval", "DIR/pair", "--task", "knn", "--data", "scenes", "--images", "40",
                "--no-cache", "--out", "DIR/new/record.json") == 0)
        let record = try EvaluationRecord(file: folder + "/new/record.json")
        #expect(record.encoder.network == "trained encoder")
        #expect(record.protocol["features"]?.hasPrefix("the trained encoder, frozen") == true)
    }

    @Test func foldersOfResultsAreMade() throws {
        let image = Image(width: 16, height: 16, colour: Colour(200, 100, 50))
        try scratch.write(image.pngData(), to: "images/0.png")
        try #require(run("run", graph, "--out", "DIR/run") == 0)
        #expect(run("features", "DIR/run", "DIR/images", "--out", "DIR/new/a/f.npy") == 0)
        #expect(run("masks", graph, "--batches", "1", "--out", "DIR/new/b/m.PNG") == 0)
        #expect(run("graph", graph, "--out", "DIR/new/c/g.txt") == 0)
        for file in ["a/f.npy", "b/m.PNG", "c/g.txt"] {
            #expect(FileManager.default.fileExists(atPath: "\(folder)/new/\(file)"), "\(file)")
        }
    }

    @Test func networksOfOtherSizesOrHeadsAreRefusedBeforeARunIsMade() throws {
        try #require(run("run", graph, "--out", "DIR/run") == 0)
        for change in ["width=32", "depth=3", "heads=4", "patch_size=8"] {
            #expect(
                run(
                    "run", graph, "--set", "stages.context_encoder.\(change)", "--set",
                    "stages.masks.min_keep=1", "--weights", "DIR/run", "--out", "DIR/other") == 2,
                "\(change)")
            #expect(!FileManager.default.fileExists(atPath: folder + "/other"))
        }
    }

    @Test(arguments: [
        ["export", "DIR/x", "--out", "y"], ["export", "DIR/x", "--format", "timm"],
        ["import", "DIR/x"], ["features", "DIR/x", "DIR/images"],
        ["features", "DIR/x", "DIR/images", "--out", "x.csv"],
        ["features", "DIR/x", "DIR/images", "--out", "x.npy", "--size", "12x"],
        ["features", "DIR/x", "DIR/images", "--out", "x.npy", "--interpolate-positions"],
        ["import", "DIR/x", "--out", "y", "--interpolate-positions"],
        ["run", "--resume", "DIR/x", "--weights", "DIR/x"],
        ["run", "DIR/x", "--recompute-positions"],
    ])
    func commandLinesThatLackSomethingBeginNothing(words: [String]) {
        #expect(scratch.run(words) == 2)
    }
}
