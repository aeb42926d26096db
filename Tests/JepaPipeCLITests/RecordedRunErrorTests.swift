import Foundation
import JepaCore
import JepaFormats
import JepaPipeCLI
import Testing

/// What is said of a folder that is no recorded run.
@Suite struct RecordedRunErrorTests {
    @Test func aMissingFileIsNamed() throws {
        let folder = try RecordedFolder()
        try FileManager.default.removeItem(atPath: folder.path + "/trace.safetensors")
        #expect(
            folder.refusal()
                == "error: cannot read 'DIR/trace.safetensors': No such file or directory")
    }

    @Test func aMissingDescriptionIsNamed() throws {
        let folder = try RecordedFolder()
        try FileManager.default.removeItem(atPath: folder.path + "/run.json")
        #expect(folder.refusal().contains("DIR/run.json"))
    }

    @Test(arguments: RecordedFolder.files)
    func aTruncatedFileIsNamed(file: String) throws {
        let folder = try RecordedFolder()
        let place = "\(folder.path)/\(file).safetensors"
        let bytes = try Data(contentsOf: URL(filePath: place))
        try bytes.dropLast(4).write(to: URL(filePath: place))
        #expect(
            folder.refusal().hasPrefix(
                "error: 'DIR/\(file).safetensors' is not a valid safetensors file: "))
    }

    @Test func everyTensorThatDoesNotBelongIsListed() throws {
        let folder = try RecordedFolder()
        try folder.rewrite("final") { tensor in
            switch tensor.name {
            case "encoder.norm.bias": nil
            case "predictor.mask_token":
                StoredTensor(tensor.name, integers: [1, 2], shape: [2])
            case "predictor.predictor_norm.bias": tensor.renamed("predictor.norm.bias")
            default: tensor
            }
        }
        #expect(
            folder.refusal() == """
                error: the tensors of 'DIR/final.safetensors' are not those of the run
                missing: encoder.norm.bias [16]
                missing: predictor.predictor_norm.bias [12]
                different: predictor.mask_token has the shape [2], not [1, 1, 12]
                unexpected: predictor.norm.bias [12]
                """)
    }

    @Test(arguments: ["trace", "batches"])
    func aTensorThatNothingUsesIsRefused(file: String) throws {
        let folder = try RecordedFolder()
        let place = "\(folder.path)/\(file).safetensors"
        let reader = try SafetensorsReader(path: place)
        var writer = SafetensorsWriter()
        for tensor in reader.tensors { try writer.add(tensor) }
        try writer.add(StoredTensor("4.context", integers: [1, 2], shape: [2]))
        try writer.write(to: place)
        #expect(
            folder.refusal() == """
                error: the tensors of 'DIR/\(file).safetensors' are not those of the run
                unexpected: 4.context [2]
                """)
    }

    @Test(arguments: [
        (
            "\"patch_size\": 4,", "\"patch_sise\": 4,",
            "'DIR/run.json' has no parameter 'patch_sise'; did you mean 'patch_size'?"
        ),
        ("\"gelu\": \"erf\"", "\"gelu\": \"tanh\"", "'gelu' of 'DIR/run.json' is one of erf, not"),
        (
            "\"layer_norm_eps\": 1e-06", "\"layer_norm_eps\": 1e-05",
            "'layer_norm_eps' is 1e-05; the official networks and their trainer use 1e-06"
        ),
        (
            "\"eps\": 1e-08", "\"eps\": 1e-07",
            "'eps' is 1e-07; the official networks and their trainer use 1e-08"
        ),
        (
            "\"warmup_epochs\": 1", "\"warmup_epochs\": 1.3",
            "'warmup_epochs' is 1.3; times 'iterations_per_epoch' it is 2.6, no whole number of"
        ),
        (
            "\"mlp_ratio\": 2.5", "\"mlp_ratio\": 2.51",
            "'mlp_ratio' is 2.51; times 'embed_dim' it is 40.16, no whole number"
        ),
        ("\"step\": 2", "\"step\": 4", "'step' is 4 where step 2 should be"),
        ("\"depth\": 2", "\"layers\": 3,\n \"depth\": 2", "has no parameter 'layers'"),
        ("\"embed_dim\": 16", "\"embed_dim\": 18", "'width' is 18; the positions need a multiple"),
    ])
    func aDescriptionThatCannotBeFollowedIsRefused(
        old: String, new: String, message: String
    ) throws {
        let folder = try RecordedFolder()
        try folder.replace(old, with: new)
        #expect(folder.refusal().contains(message))
    }

    @Test func remarksAreNoNumbers() throws {
        let folder = try RecordedFolder()
        try folder.replace("\"depth\": 2", with: "\"remark\": \"any\",\n \"depth\": 2")
        #expect(try folder.verify().isRight)
    }
}
