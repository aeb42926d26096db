import Foundation
import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct DenseProbeTests {
    private let layout = PatchLayout(PatchGrid(height: 2, width: 3), height: 8, width: 12)

    /// Maps of blocks as large as patches, a value per patch.
    private func blocks(_ values: [Float]) -> PixelMap {
        PixelMap(
            height: 8, width: 12,
            values: (0..<96).map { values[$0 / 12 / 4 * 3 + $0 % 12 / 4] })
    }

    /// What stands in the middle of each patch.
    private func middles(of map: PixelMap) -> [Float] {
        (0..<6).map { patch in
            // The two pixels beside the middle, of which the first is taken.
            map.values[(patch / 3 * 4 + 1) * 12 + patch % 3 * 4 + 1]
        }
    }

    private func targets(_ probe: any DenseProbe, _ maps: [PixelMap]) -> Tensor {
        let rows = maps.flatMap { probe.targets(of: $0, layout) }.map { $0! }
        return Tensor(rows.flatMap { $0 }, shape: [rows.count, probe.targetCount])
    }

    // MARK: - Segmentation

    private func segmentation(_ classes: Int) throws -> SegmentationProbe {
        SegmentationProbe(
            try LogisticRegression(inverseRegularisation: 100),
            classNames: (0..<classes).map { "class \($0)" })
    }

    /// Tokens that tell the class of their patch, in one of eight numbers, in noise.
    private func tokens(of classes: [Int], seed: UInt64) -> Tensor {
        let tokens = noiseTable(classes.count, 8, seed: seed)
        for (row, name) in classes.enumerated() {
            tokens.mutablePointer[row * 8 + name] += 3
        }
        return tokens
    }

    @Test func classesThatTokensTellAreFound() throws {
        let probe = try segmentation(4)
        let train = noise(120, seed: 4).map { Int(abs($0) * 3.99) }
        let maps = stride(from: 0, to: 120, by: 6).map { start in
            blocks(train[start..<start + 6].map { Float($0) })
        }
        let predictor = try probe.fit(tokens(of: train, seed: 5), to: targets(probe, maps))
        let test = [3, 0, 2, 1, 1, 0]
        let said = try predictor.map(of: tokens(of: test, seed: 6), layout)
        #expect(middles(of: said) == test.map { Float($0) })
        var tally = probe.tally()
        tally.add(prediction: blocks(test.map { Float($0) }), truth: blocks(test.map { Float($0) }))
        #expect(tally.figures.map(\.name).prefix(3) == ["miou", "pixel accuracy", "iou, class 0"])
        #expect(tally.figures.allSatisfy { $0.value == 1 })
    }

    @Test func aClassWithoutTrainingPixelsIsNeverSaid() throws {
        let probe = try segmentation(5)
        let train = (0..<60).map { $0 % 2 == 0 ? 1 : 4 }
        let maps = stride(from: 0, to: 60, by: 6).map { start in
            blocks(train[start..<start + 6].map { Float($0) })
        }
        let predictor = try probe.fit(tokens(of: train, seed: 5), to: targets(probe, maps))
        let said = try predictor.map(of: tokens(of: [0, 1, 2, 3, 4, 1], seed: 6), layout)
        #expect(Set(said.values) == [1, 4])
    }

    @Test func patchesWithoutAKnownPixelHaveNoTarget() throws {
        let map = blocks([0, .nan, 1, 1, .nan, 0])
        let known = try segmentation(2).targets(of: map, layout)
        #expect(known.map { $0 != nil } == [true, false, true, true, false, true])
        let far = DepthProbe(unit: "m").targets(of: map, layout)
        #expect(far.map { $0?[0] } == [0, nil, 1, 1, nil, 0])
    }

    @Test func oneClassAloneIsRefused() throws {
        let probe = try segmentation(3)
        expectError(
            .data,
            "all training images show class '2' alone; logistic regression needs 2 classes or more"
        ) {
            try probe.fit(
                noiseTable(6, 8), to: targets(probe, [blocks([2, 2, 2, 2, 2, 2])]))
        }
    }

    // MARK: - Shares

    @Test func sharesOfWholeImagesAreTheirLabels() throws {
        let features = noiseTable(80, 5, seed: 7)
        let labels = noise(80, seed: 8).map { Int(abs($0) * 2.99) }
        let shares = Tensor(
            labels.flatMap { label in (0..<3).map { $0 == label ? 1 : 0 } }, shape: [80, 3])
        let regression = try LogisticRegression()
        let byShares = try regression.fit(features, shares: shares)
        let byLabels = try regression.fit(FeatureSet(features: features, labels: labels))
        #expect(byShares.classes == byLabels.classes)
        expectClose(byShares.loss, byLabels.loss, within: 1e-7)
        expectClose(
            byShares.weights.elements.map { Double($0) },
            byLabels.weights.elements.map { Double($0) }, within: 1e-3)
    }

    /// A row of which a quarter is of one class counts as four rows, one of which is.
    @Test func aRowCountsAsItsPixelsDo() throws {
        let features = noiseTable(40, 3, seed: 9)
        let quarters = noise(40, seed: 10).map { Int(abs($0) * 4.99) }
        let shares = Tensor(
            quarters.flatMap { [Float($0) / 4, 1 - Float($0) / 4] }, shape: [40, 2])
        let copies = Tensor(uninitialized: [160, 3])
        var labels: [Int] = []
        for row in 0..<160 {
            (copies.mutablePointer + row * 3).update(
                from: features.pointer + row / 4 * 3, count: 3)
            labels.append(row % 4 < quarters[row / 4] ? 0 : 1)
        }
        let byShares = try LogisticRegression(inverseRegularisation: 4, standardise: false)
            .fit(features, shares: shares)
        let byLabels = try LogisticRegression(inverseRegularisation: 1, standardise: false)
            .fit(FeatureSet(features: copies, labels: labels))
        expectClose(byShares.loss, byLabels.loss, within: 1e-6)
        expectClose(
            byShares.weights.elements.map { Double($0) },
            byLabels.weights.elements.map { Double($0) }, within: 2e-3)
    }

    /// Half of the pixels of a patch being unknown, it counts half.
    @Test func tokensThatTellNothingGiveTheFrequencies() throws {
        let features = Tensor(repeating: 2, shape: [4, 3])
        let shares = Tensor([1, 0, 0, 0.5, 0.25, 0.25, 0, 0], shape: [4, 2])
        let classifier = try LogisticRegression().fit(features, shares: shares)
        let logits = try classifier.logits(of: FeatureSet(features: features))
        // 1.25 of the first to .75 of the second.
        // The search ends within 1e-8 of the lowest loss, whose curvature here is an eighth.
        expectClose(Double(logits.pointer[0] - logits.pointer[1]), log(5.0 / 3), within: 5e-4)
    }

    // MARK: - Depth

    @Test func distancesThatTokensTellAreFound() throws {
        let probe = DepthProbe(unit: "m")
        func distances(_ tokens: Tensor) -> [Float] {
            (0..<tokens.shape[0]).map {
                7 + 2 * tokens.pointer[$0 * 4] - tokens.pointer[$0 * 4 + 3]
            }
        }
        let train = noiseTable(300, 4, seed: 11)
        let maps = stride(from: 0, to: 300, by: 6).map { start in
            blocks(Array(distances(train)[start..<start + 6]))
        }
        let predictor = try probe.fit(train, to: targets(probe, maps))
        let test = noiseTable(6, 4, seed: 12)
        let said = try predictor.map(of: test, layout)
        // Interpolated between the centres of patches, so exactly theirs only by their mean around.
        let truth = layout.map(of: Tensor(distances(test), shape: [6, 1])) { $0[0] }
        expectClose(
            said.values.map { Double($0) }, truth.values.map { Double($0) }, within: 0.02)
    }

    @Test func nothingIsSaidBeyondWhatWasSeen() throws {
        let probe = DepthProbe(unit: "m")
        let train = Tensor((0..<12).map { Float($0) }, shape: [12, 1])
        let maps = [blocks([1, 2, 3, 4, 5, 6]), blocks([7, 8, 9, 10, 11, 12])]
        let predictor = try probe.fit(train, to: targets(probe, maps))
        let said = try predictor.map(
            of: Tensor([-50, -50, -50, 90, 90, 90], shape: [6, 1]), layout)
        #expect(said.values.min() == 1 && said.values.max() == 12)
    }

    @Test func withoutTokensEveryPlaceHasWhatIsSaidOfIt() throws {
        let probe = try segmentation(2)
        let means = Tensor([1, 0, 0, 1, 1, 0, 0.4, 0.6, 1, 0, 0, 1], shape: [6, 2])
        let said = try probe.saying(means).map(of: noiseTable(6, 1), layout)
        #expect(middles(of: said) == [0, 1, 0, 1, 0, 1])
    }
}
