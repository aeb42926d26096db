import JepaCore
import JepaTensor
import JepaTestSupport
import Testing

/// The battery finds what deliberately wrong stages do, and nothing in right ones.
struct StageConformanceTests {
    @Test func findsNothingInRightStages() {
        let types: [any Stage.Type] = [
            FaultyEncoder.self, FaultyPredictor.self, FaultyLoss.self, FaultyOptimizer.self,
            FaultySource.self,
        ]
        for type in types { #expect(found("none", in: type) == [], "\(type)") }
    }

    @Test func findsNothingInToyStages() throws {
        for entry in try ToyStages.registry().entries {
            #expect(StageConformance().violations(of: entry.type) == [], "\(entry.type)")
        }
    }

    @Test(
        arguments: [
            ("shape", "[3, 6, 7]"), ("undeclared", "'D' of output 'tokens' is neither in"),
            ("early", "'weight' has memory before"), ("twins", "two weights are called 'weight'"),
            ("unsteady", "made again, it describes other weights"),
            ("counts", " gives another result"),
            ("hides", "a second stage with the same weights gives another result"),
            ("images", "rows are not in that order"), ("blocks", "rows are not in that order"),
            ("writes", "writes into its input 'images'"),
            ("factor", "by central differences"), ("silent", "by central differences"),
            ("infinite", "is not finite"), ("plain_error", "which is no PipelineError"),
            ("refuses", "it does not want to"), ("figure", "the figure 'Speed'"),
            ("records", "records on a tape that does not record"),
        ])
    func findsWhatAnEncoderGetsWrong(_ fault: String, _ expected: String) {
        let violations = found(fault, in: FaultyEncoder.self)
        #expect(violations.contains { $0.contains(expected) }, "\(violations)")
    }

    @Test(
        arguments: [
            ("shape", "has the shape [3, 4, 8]"), ("blocks", "rows are not in that order"),
            ("stops", "no gradient reaches any of its inputs"), ("sign", "by central differences"),
            ("caches", "in another order"),
        ])
    func findsWhatAPredictorGetsWrong(_ fault: String, _ expected: String) {
        let violations = found(fault, in: FaultyPredictor.self)
        #expect(violations.contains { $0.contains(expected) }, "\(violations)")
    }

    @Test(
        arguments: [
            ("sum", "'couplesImages' is false"), ("cautious", "forbids micro-batches"),
            ("vector", "has the shape [1]"), ("row", "depends on the order of the rows"),
            ("factor", "by central differences"),
            ("root", "gradient of equal inputs is not finite"),
            ("stops", "no gradient reaches any of its inputs"),
            ("overflows", "a hundred times as large is not finite"),
            ("random", "give another result the second time"),
        ])
    func findsWhatALossGetsWrong(_ fault: String, _ expected: String) {
        let violations = found(fault, in: FaultyLoss.self)
        #expect(violations.contains { $0.contains(expected) }, "\(violations)")
    }

    @Test(
        arguments: [
            ("hides", "is not in 'weights'"), ("idle", "which has no gradient"),
            ("still", "six steps do not change"), ("uphill", "do not come nearer"),
            ("early", "has memory before"), ("trained", "would be trained"),
            ("claims", "of another stage as its own"), ("random", "other weights the second time"),
            ("infinite", "no longer finite"), ("figures", "two figures 'lr'"),
            ("counts", "is not in 'weights'"),
        ])
    func findsWhatAnOptimizerGetsWrong(_ fault: String, _ expected: String) {
        let violations = found(fault, in: FaultyOptimizer.self)
        #expect(violations.contains { $0.contains(expected) }, "\(violations)")
    }

    @Test(
        arguments: [
            ("shared", "from several threads"), ("augments", "not to be augmented"),
            ("label", "label 2 names none of the 2 classes"),
            ("moving_label", "label of an image changes"), ("outside", "outside the buffer"),
            ("unwritten", "unwritten"), ("infinite", "not finite"),
            ("fingerprint", "two fingerprints"), ("empty", "no images"),
            ("sequence", "other pixels the second time"), ("throws", "threw"),
        ])
    func findsWhatADataSourceGetsWrong(_ fault: String, _ expected: String) {
        let violations = found(fault, in: FaultySource.self)
        #expect(violations.contains { $0.contains(expected) }, "\(violations)")
    }

    @Test func findsADataSourceThatLooksForFilesTooEarly() {
        let violations = StageConformance(parameters: ["path": "."])
            .violations(of: HastySource.self)
        #expect(violations.count == 1)
        #expect(violations.first?.contains("looks for files when it is made") == true)
    }

    @Test func findsAMaskerThatRemembers() {
        let violations = StageConformance().violations(of: RememberingMasker.self)
        #expect(
            violations.contains { $0.hasSuffix("the same random numbers give other masks later") })
    }

    @Test func findsWhatADescriptionGetsWrong() {
        #expect(
            StageConformance().violations(of: Misdescribed.self) == [
                "the name 'Bad Name' is not in snake_case", "the summary is no sentence: 'bad'",
                "the parameter 'Beta' is not in snake_case",
                "the help of parameter 'Beta' is no sentence",
                "the parameter 'Beta' is not in snake_case", "there are two parameters 'Beta'",
                "link 'width' follows the input 'tokens', which is not there",
            ])
    }

    @Test func findsATypeWithoutARole() {
        let violations = StageConformance().violations(of: Roleless.self)
        #expect(violations.first?.contains("has no role") == true)
    }
}

/// Shows other patches every second time.
private final class RememberingMasker: Masker, @unchecked Sendable {
    static let descriptor = StageDescriptor(name: "remembering", summary: "Test.")
    private var calls: Int32 = 0

    init(parameters: StageParameters) throws {
        guard parameters.grid("patches").count >= 4 else { throw parameters.error("too small") }
    }

    func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        calls += 1
        let row = { (value: Int32) in
            PatchIndices(
                blocks: 1, batch: batchSize, kept: 1,
                values: [Int32](repeating: value, count: batchSize))
        }
        return MaskSet(context: row(calls % 2), targets: row(3))
    }
}

private struct Misdescribed: Loss {
    static let descriptor = StageDescriptor(
        name: "Bad Name", summary: "bad",
        parameters: [
            .real("Beta", in: 0...1, default: 1, help: "?"),
            .real("Beta", in: 0...1, default: 1, help: "The same."),
        ],
        links: [.init("width", from: "width", of: "tokens", help: "The width.")])

    init(parameters: StageParameters) throws {}

    func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        tape.squaredError(inputs.variable("predictions"), inputs.variable("targets"))
    }
}

private struct Roleless: Stage {
    static let descriptor = StageDescriptor(name: "roleless", summary: "Test.")
    init(parameters: StageParameters) throws {}
}
