import JepaTensor
import JepaTestSupport
import Testing

@Suite struct LinearTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rows: [Int]
        let inputs: Int
        let outputs: Int
        var hasBias = true
        var activation = Activation.none
        var hasResidual = false

        var testDescription: String {
            "\(rows) x \(inputs) -> \(outputs)\(hasBias ? ", bias" : "")"
                + "\(activation == .gelu ? ", gelu" : "")\(hasResidual ? ", residual" : "")"
        }
    }

    static let cases = [
        Case(rows: [1], inputs: 1, outputs: 1),
        Case(rows: [3], inputs: 7, outputs: 5, hasBias: false),
        Case(rows: [2, 3], inputs: 5, outputs: 7, hasResidual: true),
        Case(rows: [7], inputs: 3, outputs: 2, activation: .gelu),
        Case(rows: [2, 2], inputs: 4, outputs: 3, hasBias: false, activation: .gelu),
        Case(rows: [5], inputs: 3, outputs: 4, activation: .gelu, hasResidual: true),
    ]

    private func operands(_ c: Case) -> (Tensor, Weight, Weight?, Tensor?) {
        (
            sampleTensor(c.rows + [c.inputs], seed: 1),
            sampleWeight("w", [c.outputs, c.inputs], seed: 2),
            c.hasBias ? sampleWeight("b", [c.outputs], seed: 3) : nil,
            c.hasResidual ? sampleTensor(c.rows + [c.outputs], seed: 4) : nil
        )
    }

    @Test(
        arguments: cases + [
            Case(rows: [1, 1031], inputs: 67, outputs: 129, activation: .gelu, hasResidual: true)
        ])
    func givesTheNaiveResult(_ c: Case) {
        let (x, weight, bias, residual) = operands(c)
        let rows = c.rows.reduce(1, *)
        var expected = Oracle.linear(
            Oracle.doubles(x), rows: rows, inputs: c.inputs, weight: Oracle.doubles(weight.value),
            outputs: c.outputs, bias: bias.map { Oracle.doubles($0.value) })
        if c.activation == .gelu { expected = expected.map(Oracle.gelu) }
        if let residual { expected = zip(expected, Oracle.doubles(residual)).map { $0.0 + $0.1 } }
        for tape in [Tape(), Tape(recording: false)] {
            let y = tape.linear(
                Variable(x), weight: weight, bias: bias, activation: c.activation,
                residual: residual.map { Variable($0) })
            // Sums of up to 67 products of order 1 in float32.
            expectEqual(y.value, expected, shape: c.rows + [c.outputs], .ofLargest(1e-6))
        }
    }

    @Test(arguments: cases)
    func passesGradients(_ c: Case) {
        let (x, weight, bias, residual) = operands(c)
        expectGradients(
            inputs: [x] + (residual.map { [$0] } ?? []),
            weights: [weight] + (bias.map { [$0] } ?? [])
        ) { tape, inputs in
            tape.linear(
                inputs[0], weight: weight, bias: bias, activation: c.activation,
                residual: inputs.count > 1 ? inputs[1] : nil)
        }
    }

    @Test func computesSomeOutputsAlone() {
        let (x, weight, bias, _) = operands(Case(rows: [3], inputs: 5, outputs: 7))
        let all = Tape().linear(Variable(x), weight: weight, bias: bias).value.elements
        let some = Tape().linear(Variable(x), weight: weight, bias: bias, outputs: 2..<6).value
        let expected = (0..<3).flatMap { all[$0 * 7 + 2..<$0 * 7 + 6] }
        expectEqual(some, Tensor(expected, shape: [3, 4]), .absolute(1e-6))
        expectGradients(inputs: [x], weights: [weight, bias!]) { tape, inputs in
            tape.linear(inputs[0], weight: weight, bias: bias, outputs: 2..<6)
        }
    }

    @Test func aResidualThatIsTheInputGetsBothGradients() {
        let (x, weight, bias, _) = operands(Case(rows: [3], inputs: 4, outputs: 4))
        expectGradients(inputs: [x], weights: [weight, bias!]) { tape, inputs in
            tape.linear(inputs[0], weight: weight, bias: bias, residual: inputs[0])
        }
    }

    @Test func gradientsOfWeightsAddUpOverTapes() {
        let (x, weight, bias, _) = operands(Case(rows: [3], inputs: 4, outputs: 2))
        func run() {
            let tape = Tape()
            let loss = tape.mean(tape.linear(Variable(x), weight: weight, bias: bias))
            tape.backward(from: [(loss, 1)])
        }
        run()
        let once = weight.gradient!.copy()
        run()
        expectEqual(
            weight.gradient!, once.elements.map { 2 * Double($0) }, shape: [2, 4], .absolute(1e-6))
        weight.clearGradient()
        #expect(weight.gradient == nil)
    }

    @Test func aMismatchTrapsWithBothShapes() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let weight = Weight("fc", shape: [2, 3], initial: .constant(0))
            weight.materialise(key: 0)
            _ = Tape().linear(
                Variable(Tensor(repeating: 0, shape: [1, 4])), weight: weight, bias: nil)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("weight 'fc' of shape [2, 3] cannot map [1, 4]"))
    }
}
