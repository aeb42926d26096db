import JepaCore
import JepaTensor
import Testing

/// What a stage reads of its parameters and inputs. A value of another kind is a mistake of the
/// stage, never a value that was left out.
@Suite struct ReadingTests {
    private enum Filter: String, CaseIterable {
        case sharp
        case soft
    }

    private enum Other: String {
        case hard
    }

    private struct Asking: Stage {
        static let descriptor = StageDescriptor(
            name: "asking", summary: "Has a parameter of each kind that may be left out.",
            parameters: [
                .optionalInteger("depth", in: 1...9, help: "An integer."),
                .optionalReal("ratio", in: 0...9, help: "A number."),
                .optionalChoice("word", of: ["a", "b"], help: "A word."),
                .choice("filter", of: Filter.self, default: .soft, help: "One of two."),
                .choice("needed", of: Filter.self, help: "One of two, without a default."),
            ])

        init(parameters: StageParameters) throws {}
    }

    private static func parameters(_ more: Setting = [:]) throws -> StageParameters {
        let needed: Setting = ["needed": "sharp"]
        return try StageParameters(
            for: Asking.self, Setting(.mapping((needed.entries ?? []) + (more.entries ?? []))))
    }

    private static func inputs() -> StageInputs {
        StageInputs([
            "mask": .mask(.all(batch: 1, patches: 2)),
            "scalar": .variable(Variable(Tensor(scalar: 1))),
        ])
    }

    @Test func whatIsLeftOutIsNil() throws {
        let parameters = try Self.parameters()
        #expect(parameters.optionalInteger("depth") == nil)
        #expect(parameters.optionalReal("ratio") == nil)
        #expect(parameters.optionalText("word") == nil)
        #expect(Self.inputs().optionalMask("open") == nil)
        #expect(Self.inputs().optionalVariable("open") == nil)
    }

    @Test func whatIsGivenIsRead() throws {
        let parameters = try Self.parameters(["depth": 3, "ratio": 2, "word": "b"])
        #expect(parameters.optionalInteger("depth") == 3)
        #expect(parameters.optionalReal("ratio") == 2)
        #expect(parameters.optionalText("word") == "b")
        #expect(Self.inputs().optionalMask("mask")?.kept == 2)
        #expect(Self.inputs().optionalVariable("scalar")?.value.scalar == 1)
    }

    @Test func wordsAreTheCasesOfAType() throws {
        #expect(try Self.parameters().choice("filter", as: Filter.self) == .soft)
        let set = try Self.parameters(["filter": "sharp"])
        #expect(set.choice("filter", as: Filter.self) == .sharp)
        #expect(Asking.descriptor.parameters[3].kind == .choice(["sharp", "soft"]))
        #expect(Asking.descriptor.parameters[3].defaultValue == .text("soft"))
        #expect(!Asking.descriptor.parameters[3].isRequired)
        #expect(Asking.descriptor.parameters[4].isRequired)
    }

    private static func expect(
        _ message: String, in result: ExitTest.Result?,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains(message), sourceLocation: sourceLocation)
    }

    @Test func anIntegerIsNoNumberThatWasLeftOut() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { _ = try Self.parameters(["depth": 3]).optionalReal("depth") }
        Self.expect("the parameter 'depth' is read as real but has no such value", in: result)
    }

    @Test func aNumberIsNoIntegerThatWasLeftOut() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { _ = try Self.parameters(["ratio": 3]).optionalInteger("ratio") }
        Self.expect("the parameter 'ratio' is read as integer but has no such value", in: result)
    }

    @Test func aNumberIsNoTextThatWasLeftOut() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { _ = try Self.parameters(["ratio": 3]).optionalText("ratio") }
        Self.expect("the parameter 'ratio' is read as text but has no such value", in: result)
    }

    @Test func aWordOfAnotherTypeIsNoCase() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { _ = try Self.parameters().choice("filter", as: Other.self) }
        Self.expect("the parameter 'filter' is read as Other but has no such value", in: result)
    }

    @Test func aMaskIsNoOpenSocket() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { _ = Self.inputs().optionalVariable("mask") }
        Self.expect("no images, tokens or scalar arrive at the socket 'mask'", in: result)
    }

    @Test func aScalarIsNoOpenSocket() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) { _ = Self.inputs().optionalMask("scalar") }
        Self.expect("no mask arrives at the socket 'scalar'", in: result)
    }

    @Test func replacedValuesLeaveTheRestOfTheCall() {
        var traced: [String] = []
        let step = StepInfo(index: 3, total: 9, warmUp: 0, batchSize: 8, seed: 5)
        let call = StageInputs(
            ["old": .labels([1])], step: step, random: StageRandom(seed: 5, purpose: "a"),
            firstImage: 4, trace: { name, _ in traced.append(name) })
        let other = call.replacing(["new": .labels([2])])
        #expect(other.labels("new") == [2])
        #expect(other.optionalMask("old") == nil)
        #expect(other.step?.index == 3)
        var (own, expected) = (other.random, StageRandom(seed: 5, purpose: "a"))
        #expect(own.next() == expected.next())
        #expect(other.firstImage == 4)
        other.trace?("seen", Tensor(scalar: 1))
        #expect(traced == ["seen"])
    }
}
