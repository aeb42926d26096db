import JepaCore
import JepaFormats
import JepaInterop
import JepaNN
import JepaTensor
import JepaTestSupport
import Testing

/// What is not exactly the weights of a model is refused, with everything that is wrong.
@Suite struct StrictLoadingTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("x") }

    private func failure(
        _ model: TinyModel, _ hints: ModelHints = ModelHints(heads: 2)
    ) throws -> String {
        try write(model.tensors, to: path)
        let error = #expect(throws: PipelineError.self) {
            try ModelWeights(reading: path, hints: hints)
        }
        return (error?.description ?? "").replacing(folder.path, with: "DIR")
    }

    private static let refusal =
        "error: the tensors of 'DIR/x' are not those of the model it seems to be; nothing was "
        + "loaded\n"
    private static let seems =
        "\nIt seems to be width 8, depth 2, 2 heads, patches of 4 on a 2x2 grid (8x8 pixels); "
        + "predictor of width 4, depth 1."

    @Test func everythingWrongIsListed() throws {
        var model = TinyModel()
        model.replace("encoder.blocks.1.norm2.bias", by: nil)
        model.replace(
            "target_encoder.norm.weight",
            by: StoredTensor("target_encoder.norm.weight", Tensor(repeating: 1, shape: [4, 2])))
        model.replace(
            "predictor.mask_token",
            by: StoredTensor("predictor.mask_token", integers: [1, 2, 3, 4], shape: [1, 1, 4]))
        model.tensors.append(StoredTensor("encoder.cls_token", Tensor([1], shape: [1])))
        model.tensors.append(StoredTensor("head.weight", Tensor([1], shape: [1])))
        #expect(
            try failure(model) == Self.refusal + """
                  unexpected: head.weight [1]
                  missing: encoder.blocks.1.norm2.bias [8]
                  unexpected: encoder.cls_token [1]
                  mis-shaped: target_encoder.norm.weight is [4, 2], not [8]
                  mistyped: predictor.mask_token holds int64
                """ + Self.seems)
    }

    @Test func aWholeBlockCanBeMissing() throws {
        var model = TinyModel()
        model.tensors.removeAll { $0.name.hasPrefix("encoder.blocks.0.") }
        let text = try failure(model)
        #expect(text.hasPrefix(Self.refusal + "  missing: encoder.blocks.0.norm1.weight [8]\n"))
    }

    @Test func otherNetworksAreNamed() throws {
        let model = TinyModel()
        try write([model.tensors[0].renamed("conv1.weight")], to: path)
        let error = #expect(throws: PipelineError.self) { try ModelWeights(reading: path) }
        #expect(
            error?.message == "'\(path)': its weights are not those of a vision transformer: no "
                + "tensor 'patch_embed.proj.weight'")
    }

    @Test func headsAreAskedForWhereNobodyCanKnowThem() throws {
        #expect(
            try failure(TinyModel(), ModelHints()) == """
                error: the tensors of 'DIR/x' do not show how many attention heads there are
                Give --heads N. Only for the widths 192, 384, 768, 1024, 1280, 1408 there is a \
                usual number; this one is 8.
                """)
        #expect(
            try failure(TinyModel(), ModelHints(heads: 3))
                == "error: 3 heads do not divide the width 8 of 'DIR/x'")
    }

    @Test func otherPositionsAreRefusedUnlessTheyAreToBeReplaced() throws {
        var model = TinyModel()
        let name = "target_encoder.pos_embed"
        var values = try #require(model.tensors.first { $0.name == name }).floats().elements
        values[13] += 0.001
        model.replace(name, by: StoredTensor(name, Tensor(values, shape: [1, 4, 8])))
        let text = try failure(model)
        #expect(
            text.hasPrefix(
                "error: the positions of the target encoder of 'DIR/x' are not the fixed "
                    + "sine-cosine ones of a 2x2 grid: patch 1, channel 5 is "))
        #expect(text.hasSuffix("--recompute-positions replaces them by computed ones."))
        let read = try ModelWeights(
            reading: path, hints: ModelHints(heads: 2, recomputesPositions: true))
        let positions = try #require(try read.tensors(of: .targetEncoder).last).floats().elements
        #expect(abs(positions[13] - values[13]) > 0.0009)
        #expect(read.remarks == ["Positions were computed; those of the file were not used."])
    }

    @Test func positionsThatAreNoNumbersAreRefused() throws {
        var model = TinyModel()
        let name = "encoder.pos_embed"
        model.replace(name, by: StoredTensor(name, Tensor(repeating: .nan, shape: [1, 4, 8])))
        #expect(try failure(model).contains("patch 0, channel 0 is nan, computed 0.0"))
    }

    @Test func aGridThatIsNotSquareNeedsItsImageSize() throws {
        let text = try failure(TinyModel(rows: 2, columns: 3))
        #expect(
            text.hasPrefix("error: 'DIR/x' has positions of 6 patches, which make no square grid"))
        let read = try ModelWeights(
            reading: path, hints: ModelHints(heads: 2, imageSize: (8, 12)))
        #expect(read.sizes.gridHeight == 2 && read.sizes.gridWidth == 3)
    }

    @Test func aTransposedGridIsNoticed() throws {
        let text = try failure(
            TinyModel(rows: 2, columns: 3), ModelHints(heads: 2, imageSize: (12, 8)))
        #expect(text.contains("are not the fixed sine-cosine ones of a 3x2 grid"))
    }

    @Test func anotherImageSizeHasOtherPositions() throws {
        try write(TinyModel().tensors, to: path)
        let read = try ModelWeights(reading: path, hints: ModelHints(heads: 2))
        let larger = try read.resized(height: 16, width: 8)
        #expect(larger.sizes.gridHeight == 4 && larger.sizes.gridWidth == 2)
        #expect(try larger.tensors(of: .targetEncoder).last?.shape == [1, 8, 8])
        #expect(
            larger.remarks == [
                "Positions were computed for images of 16x8 instead of 8x8 pixels."
            ])
        #expect(try read.resized(height: 8, width: 8).remarks == [])
        #expect(throws: PipelineError.self) { try read.resized(height: 10, width: 8) }
    }

    @Test func interpolatedPositionsAreKeptAndKnownAgain() throws {
        try write(TinyModel().tensors, to: path)
        let read = try ModelWeights(reading: path, hints: ModelHints(heads: 2))
        let larger = try read.resized(height: 16, width: 12, interpolating: true)
        #expect(larger.sizes.positionGrid == PositionGrid(height: 2, width: 2))
        #expect(
            larger.remarks == [
                "Positions were interpolated from those of a 2x2 grid for images of 16x12 instead "
                    + "of 8x8 pixels."
            ])
        let positions = try #require(try larger.tensors(of: .predictor).last)
        let expected = SinCosPositions.table(
            rows: 4, columns: 3, width: 4, interpolatedFrom: PositionGrid(height: 2, width: 2))
        #expect(positions.shape == [1, 12, 4])
        #expect(try positions.floats().elements == expected.elements)
        let computed = try read.resized(height: 16, width: 12)
        #expect(try computed.tensors(of: .predictor).last?.floats().elements != expected.elements)
        // Every form that has a place to say so is read again as the same network.
        let places = ["folder", "b.safetensors", "timm.safetensors", "hf"].map { path + $0 }
        try ModelFolder.write(larger, to: places[0])
        try ModelExport(larger, as: .official, encoder: .targetEncoder).write(to: places[1])
        try ModelExport(larger, as: .timm, encoder: .targetEncoder).write(to: places[2])
        try ModelExport(larger, as: .huggingface, encoder: .targetEncoder).write(to: places[3])
        for place in places {
            let again = try ModelWeights(
                reading: place, hints: ModelHints(heads: 2, imageSize: (16, 12)))
            #expect(again.sizes.positionGrid == larger.sizes.positionGrid, "\(place)")
            #expect(
                bytes(try again.tensors(of: .targetEncoder))
                    == bytes(try larger.tensors(of: .targetEncoder)), "\(place)")
        }
        // Back to the images they were made for, they are what they were.
        let back = try larger.resized(height: 8, width: 8, interpolating: true)
        #expect(back.sizes == read.sizes)
        #expect(
            bytes(try back.tensors(of: .targetEncoder))
                == bytes(try read.tensors(of: .targetEncoder)))
    }

    @Test func anotherImageSizeIsNoReasonToAdaptPositions() throws {
        let text = try failure(TinyModel(), ModelHints(heads: 2, imageSize: (16, 16)))
        #expect(text.contains("mis-shaped: encoder.pos_embed is [1, 4, 8], not [1, 16, 8]"))
        #expect(
            text.hasSuffix(
                "To adapt the positions to another image size, add --interpolate-positions or "
                    + "--recompute-positions to 'import --size'."))
    }

    @Test func aMissingNetworkIsNamed() throws {
        var model = TinyModel()
        model.tensors.removeAll { $0.name.hasPrefix("target_encoder.") }
        try write(model.tensors, to: path)
        let read = try ModelWeights(reading: path, hints: ModelHints(heads: 2))
        let error = #expect(throws: PipelineError.self) {
            try ModelExport(read, as: .timm, encoder: .targetEncoder)
        }
        #expect(
            error?.description == """
                error: '\(path)' has no target encoder
                It has: context encoder, predictor.
                """)
    }
}
