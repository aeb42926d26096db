import Foundation
import JepaFormats
import JepaInterop
import JepaTestSupport
import Testing

/// Weights come out as they went in, to the bit.
@Suite struct RoundTripTests {
    private let folder = TemporaryFolder()

    /// Import, write the folder, read it again, export.
    private func export(
        _ path: String, as format: ModelExport.Format, to name: String, heads: Int? = 2,
        encoder: ModelNetwork = .targetEncoder
    ) throws -> String {
        let place = folder.file("imported-\(name)")
        let model = try ModelWeights(reading: path, hints: ModelHints(heads: heads))
        try ModelFolder.write(model, to: place)
        let again = try ModelWeights(reading: place)
        #expect(again.sizes == model.sizes)
        let target = folder.file(name)
        try ModelExport(again, as: format, encoder: encoder).write(to: target)
        return target
    }

    @Test func officialNamesAsSafetensors() throws {
        let model = TinyModel()
        try write(model.tensors, to: folder.file("a"))
        let out = try export(folder.file("a"), as: .official, to: "b.safetensors")
        #expect(bytes(try SafetensorsReader(path: out).tensors) == bytes(model.tensors))
    }

    @Test func officialNamesAsATorchFile() throws {
        let model = TinyModel()
        try write(model.tensors, to: folder.file("a"))
        let out = try export(folder.file("a"), as: .official, to: "b.pth.tar")
        let root = try TorchArchive(path: out).root
        for name in ["encoder", "target_encoder", "predictor"] {
            let found = try #require(root[name]).tensors()
            #expect(found.allSatisfy { $0.name.hasPrefix("module.") })
            let own = found.map { $0.renamed(String($0.name.dropFirst("module.".count))) }
            #expect(bytes(own) == bytes(model.network(name)))
        }
        // And what was written is read again.
        let again = try export(out, as: .official, to: "c.safetensors")
        #expect(bytes(try SafetensorsReader(path: again).tensors) == bytes(model.tensors))
    }

    @Test(arguments: [ModelExport.Format.timm, .huggingface], [(2, 2), (1, 3)])
    func oneEncoder(_ format: ModelExport.Format, grid: (Int, Int)) throws {
        let model = TinyModel(rows: grid.0, columns: grid.1)
        try write(model.tensors, to: folder.file("a"))
        let hints = ModelHints(heads: 2, imageSize: (grid.0 * 4, grid.1 * 4))
        let read = try ModelWeights(reading: folder.file("a"), hints: hints)
        for encoder in [ModelNetwork.contextEncoder, .targetEncoder] {
            let out = folder.file("\(encoder.rawValue)-\(format.rawValue)")
            try ModelExport(read, as: format, encoder: encoder).write(to: out)
            let again = try ModelWeights(reading: out, hints: hints)
            #expect(again.remarks == [], "the file says which encoder it holds")
            #expect(
                bytes(try again.tensors(of: encoder)) == bytes(model.network(encoder.rawValue)))
        }
    }

    @Test func timmHasTheNamesOfTheEncoderAndItsPositions() throws {
        let model = TinyModel()
        try write(model.tensors, to: folder.file("a"))
        let out = try export(folder.file("a"), as: .timm, to: "b.safetensors")
        #expect(
            bytes(try SafetensorsReader(path: out).tensors)
                == bytes(model.network("target_encoder")))
    }

    @Test func halfPrecisionStaysAsItIs() throws {
        var model = TinyModel()
        let name = "target_encoder.norm.weight"
        model.replace(
            name, by: StoredTensor(name, .bfloat16, shape: [8], bytes: (0..<16).map { UInt8($0) }))
        try write(model.tensors, to: folder.file("a"))
        let out = try export(folder.file("a"), as: .official, to: "b.safetensors")
        let found = try SafetensorsReader(path: out).tensor(name)
        #expect(found.element == .bfloat16)
        #expect(found.withUnsafeBytes { Array($0) } == (0..<16).map { UInt8($0) })
    }

    // Skipped: ../shared is not here.
    @Test(.enabled(if: Reference.isHere)) func anOfficialCheckpoint() throws {
        let out = try export(Reference.official, as: .official, to: "b.pth.tar", heads: 3)
        let before = try TorchArchive(path: Reference.official).root
        let after = try TorchArchive(path: out).root
        for name in ["encoder", "target_encoder", "predictor"] {
            let expected = try #require(before[name]).tensors()
            #expect(expected.count > 30)
            #expect(bytes(try #require(after[name]).tensors()) == bytes(expected))
        }
    }

    // Skipped: ../shared is not here.
    @Test(.enabled(if: Reference.isHere)) func aHuggingFaceFolder() throws {
        let out = try export(Reference.huggingFace, as: .huggingface, to: "hf", heads: nil)
        let file = { try SafetensorsReader(path: $0 + "/model.safetensors") }
        #expect(bytes(try file(out).tensors) == bytes(try file(Reference.huggingFace).tensors))
        let config = { (path: String) throws -> [String: Any] in
            let text = try Data(contentsOf: URL(filePath: path + "/config.json"))
            return try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
        }
        let (before, after) = (try config(Reference.huggingFace), try config(out))
        for (key, value) in after {
            #expect("\(value)" == "\(try #require(before[key]))", "\(key)")
        }
    }
}
