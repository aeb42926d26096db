import Foundation
import JepaCore
import JepaFormats
import JepaInterop
import JepaTensor
import JepaTestSupport
import Testing

/// Files that claim impossible things give errors and never end the program.
@Suite struct DamagedModelTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("x") }

    /// Reads what there is; true if it could be read.
    private func isReadable(_ path: String) -> Bool {
        do {
            _ = try ModelWeights(reading: path, hints: ModelHints(heads: 2))
            return true
        } catch {
            #expect(error is PipelineError, "\(error)")
            return false
        }
    }

    /// Shapes that a tensor without elements may have in a file.
    private static let shapes: [[Int]] = [
        [], [0], [0, 0], [1, 1 << 60, 0], [1, 1 << 60, 0, 0],
        [1 << 60, 0],
    ]

    @Test(arguments: [
        "target_encoder.pos_embed", "target_encoder.patch_embed.proj.weight",
        "target_encoder.blocks.0.mlp.fc1.weight", "predictor.predictor_embed.weight",
        "predictor.predictor_pos_embed",
    ])
    func tensorsWithoutElements(name: String) throws {
        for shape in Self.shapes {
            var model = TinyModel()
            let count = shape.isEmpty ? 1 : 0
            model.replace(
                name,
                by: StoredTensor(
                    name, .float32, shape: shape, bytes: [UInt8](repeating: 0, count: count * 4)))
            try write(model.tensors, to: path)
            #expect(!isReadable(path))
        }
    }

    @Test func queriesWithoutElements() throws {
        try write(TinyModel().tensors, to: path)
        let model = try ModelWeights(reading: path, hints: ModelHints(heads: 2))
        let hub = folder.file("hub")
        try ModelExport(model, as: .huggingface, encoder: .targetEncoder).write(to: hub)
        #expect(isReadable(hub))
        let tensors = try SafetensorsReader(path: hub + "/model.safetensors").tensors
        try write(
            tensors.map { tensor in
                guard tensor.name.hasPrefix("encoder.layer.0.attention.attention") else {
                    return tensor
                }
                return StoredTensor(
                    tensor.name, .float32, shape: [1 << 60, 0], bytes: [])
            }, to: hub + "/model.safetensors")
        #expect(!isReadable(hub))
    }

    @Test(arguments: ["config.json", "model.json"])
    func numbersOfADescription(file: String) throws {
        try write(TinyModel().tensors, to: path)
        let model = try ModelWeights(reading: path, hints: ModelHints(heads: 2))
        let place = folder.file("model")
        if file == "config.json" {
            try ModelExport(model, as: .huggingface, encoder: .targetEncoder).write(to: place)
        } else {
            try ModelFolder.write(model, to: place)
        }
        #expect(isReadable(place))
        let text = try String(contentsOfFile: "\(place)/\(file)", encoding: .utf8)
        let numbers = text.ranges(of: /: ?[0-9]+/)
        #expect(numbers.count >= 8)
        for range in numbers {
            for value in ["0", "-1", "3", "4611686018427387904", "9223372036854775807", "null"] {
                var changed = text
                changed.replaceSubrange(range, with: ": \(value)")
                try AtomicFile.write(changed, to: "\(place)/\(file)")
                // Some numbers do not matter, such as how weights were drawn once.
                _ = isReadable(place)
                _ = try? FileContents(of: place)
            }
        }
    }
}
