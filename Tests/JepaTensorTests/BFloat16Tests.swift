import CKernels
import JepaTensor
import JepaTestSupport
import Testing

/// Operations whose matrix products round their operands to bf16, where this processor can.
@Suite(.enabled(if: Precision.bf16.isAvailable, "skipped: this processor has no avx512_bf16"))
struct BFloat16Tests {
    /// Both sides of a product are converted by code of their own, transposed or not.
    @Test(arguments: [(true, false), (true, true), (false, false), (false, true)])
    func operandsAreRoundedToNearestEven(isLeft: Bool, isTransposed: Bool) {
        let count = BFloat16RoundingTests.numbers.count
        let numbers = Tensor(BFloat16RoundingTests.numbers, shape: [count])
        let one = Tensor(repeating: 1, shape: [1])
        let rounded = Tensor(uninitialized: [count])
        // A column times 1, or 1 times a row: one number after the other.
        var product =
            isLeft
            ? jk_product(
                m: count, n: 1, k: 1, transposes_a: isTransposed, transposes_b: false,
                a_stride: isTransposed ? count : 1, b_stride: 1, c_stride: 1, alpha: 1, beta: 0,
                a: numbers.pointer, b: one.pointer, c: rounded.mutablePointer,
                bias: nil, residual: nil, packed: nil)
            : jk_product(
                m: 1, n: count, k: 1, transposes_a: false, transposes_b: isTransposed,
                a_stride: 1, b_stride: isTransposed ? 1 : count, c_stride: count, alpha: 1,
                beta: 0, a: one.pointer, b: numbers.pointer, c: rounded.mutablePointer,
                bias: nil, residual: nil, packed: nil)
        withExtendedLifetime((numbers, one)) { jk_multiply_bf16(&product) }
        let wrong = zip(BFloat16RoundingTests.numbers, rounded.elements).filter { x, found in
            let expected = Oracle.bf16(x)
            return expected.isNaN ? !found.isNaN : found != expected
        }
        #expect(wrong.isEmpty, "\(wrong.count) of \(count) numbers: \(wrong.prefix(3))")
    }

    /// An operation with the inputs and weights that gradients are compared for.
    struct Operation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let inputs: @Sendable () -> [Tensor]
        let weights: @Sendable () -> [Weight]
        let run: @Sendable (Tape, [Variable], [Weight]) -> Variable
    }

    static let operations = [
        Operation(
            testDescription: "linear", inputs: { [sampleTensor([2, 70, 67], seed: 1)] },
            weights: { [sampleWeight("w", [33, 67], seed: 2), sampleWeight("b", [33], seed: 3)] },
            run: { $0.linear($1[0], weight: $2[0], bias: $2[1]) }),
        Operation(
            testDescription: "linear of some outputs, GELU, residual",
            inputs: { [sampleTensor([70, 33], seed: 1), sampleTensor([70, 20], seed: 4)] },
            weights: { [sampleWeight("w", [40, 33], seed: 2), sampleWeight("b", [40], seed: 3)] },
            run: {
                $0.linear(
                    $1[0], weight: $2[0], bias: $2[1], activation: .gelu, residual: $1[1],
                    outputs: 7..<27)
            }),
        Operation(
            testDescription: "mlp",
            inputs: { [sampleTensor([90, 24], seed: 1), sampleTensor([90, 24], seed: 5)] },
            weights: {
                [
                    sampleWeight("first", [96, 24], seed: 2), sampleWeight("b", [96], seed: 3),
                    sampleWeight("second", [24, 96], seed: 4), sampleWeight("c", [24], seed: 6),
                ]
            },
            run: {
                $0.mlp(
                    $1[0], first: $2[0], firstBias: $2[1], second: $2[2], secondBias: $2[3],
                    residual: $1[1])
            }),
        Operation(
            testDescription: "attention of all tokens",
            inputs: { [sampleTensor([2, 37, 3 * 34], seed: 1)] }, weights: { [] },
            run: { tape, inputs, _ in tape.attention(qkv: inputs[0], heads: 2) }),
        Operation(
            testDescription: "attention of some queries",
            inputs: { [sampleTensor([4, 9, 34], seed: 1), sampleTensor([2, 37, 68], seed: 2)] },
            weights: { [] },
            run: { tape, inputs, _ in
                tape.attention(queries: inputs[0], keysValues: inputs[1], heads: 2)
            }),
        Operation(
            testDescription: "patch embedding", inputs: { [] },
            weights: {
                [sampleWeight("w", [24, 3, 4, 4], seed: 2), sampleWeight("b", [24], seed: 3)]
            },
            run: { tape, _, weights in
                tape.patchEmbedding(
                    images: Variable(sampleTensor([2, 3, 16, 16], seed: 1)), weight: weights[0],
                    bias: weights[1], patchSize: 4, keep: nil)
            }),
    ]

    /// An operand is off by up to 2^-9 of itself, a sum of products of two by some 0.3 % of the
    /// root mean square of its terms times their number's root; three products deep (scores,
    /// their gradient, its products) that stays below 2 % of the largest entry.
    @Test(arguments: operations)
    func resultsAndGradientsAreThoseOfFloat32WithinTheRounding(_ operation: Operation) throws {
        let (inputs, weights) = (operation.inputs(), operation.weights())
        func run(_ precision: Precision) throws -> [Tensor] {
            let tape = Tape(precision: precision)
            let variables = inputs.map { Variable($0, requiresGradient: true) }
            let result = operation.run(tape, variables, weights)
            result.accumulate(sampleTensor(result.shape, seed: 0x5eed))
            tape.backward(from: [])
            defer { for weight in weights { weight.clearGradient() } }
            return try [result.value] + variables.map { try #require($0.receivedGradient) }
                + weights.map { try #require($0.gradient) }
        }
        let (exact, rounded) = (try run(.float32), try run(.bf16))
        for (index, (a, b)) in zip(rounded, exact).enumerated() {
            expectEqual(a, b, .ofLargest(2e-2), "\(index) of result, inputs and weights")
        }
        // It is another precision, and the same one every time.
        #expect(rounded[0].elements != exact[0].elements)
        #expect(rounded.map(\.elements) == (try run(.bf16)).map(\.elements))
    }
}
