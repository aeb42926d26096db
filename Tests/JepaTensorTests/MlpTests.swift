import JepaTensor
import JepaTestSupport
import Testing

@Suite struct MlpTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rows: [Int]
        let inputs: Int
        let hidden: Int
        let outputs: Int
        var hasBias = true
        var hasResidual = false

        var testDescription: String {
            "\(rows) x \(inputs) -> \(hidden) -> \(outputs)\(hasBias ? ", bias" : "")"
                + "\(hasResidual ? ", residual" : "")"
        }
    }

    struct Operands {
        let x: Tensor
        let first: Weight
        let second: Weight
        let firstBias: Weight?
        let secondBias: Weight?
        let residual: Tensor?

        init(_ c: Case) {
            x = sampleTensor(c.rows + [c.inputs], seed: 1)
            first = sampleWeight("first", [c.hidden, c.inputs], seed: 2)
            second = sampleWeight("second", [c.outputs, c.hidden], seed: 3)
            firstBias = c.hasBias ? sampleWeight("first bias", [c.hidden], seed: 4) : nil
            secondBias = c.hasBias ? sampleWeight("second bias", [c.outputs], seed: 5) : nil
            residual = c.hasResidual ? sampleTensor(c.rows + [c.outputs], seed: 6) : nil
        }

        var weights: [Weight] { [first, firstBias, second, secondBias].compactMap { $0 } }

        func run(_ x: Variable, residual: Variable?, on tape: Tape) -> Variable {
            tape.mlp(
                x, first: first, firstBias: firstBias, second: second, secondBias: secondBias,
                residual: residual)
        }
    }

    static let small = [
        Case(rows: [1], inputs: 1, hidden: 1, outputs: 1),
        Case(rows: [3], inputs: 2, hidden: 5, outputs: 3, hasBias: false),
        Case(rows: [2, 2], inputs: 3, hidden: 4, outputs: 2, hasResidual: true),
    ]

    @Test(
        arguments: small + [
            // More rows than are taken at once, forward and backward.
            Case(rows: [1, 4111], inputs: 7, hidden: 67, outputs: 5, hasResidual: true)
        ])
    func givesTheNaiveResult(_ c: Case) {
        let o = Operands(c)
        let rows = c.rows.reduce(1, *)
        let hidden = Oracle.linear(
            Oracle.doubles(o.x), rows: rows, inputs: c.inputs,
            weight: Oracle.doubles(o.first.value), outputs: c.hidden,
            bias: o.firstBias.map { Oracle.doubles($0.value) })
        var expected = Oracle.linear(
            hidden.map(Oracle.gelu), rows: rows, inputs: c.hidden,
            weight: Oracle.doubles(o.second.value), outputs: c.outputs,
            bias: o.secondBias.map { Oracle.doubles($0.value) })
        if let residual = o.residual {
            expected = zip(expected, Oracle.doubles(residual)).map { $0.0 + $0.1 }
        }
        for tape in [Tape(), Tape(recording: false)] {
            let y = o.run(Variable(o.x), residual: o.residual.map { Variable($0) }, on: tape)
            expectEqual(y.value, expected, shape: c.rows + [c.outputs], .ofLargest(1e-6))
        }
    }

    @Test(arguments: small)
    func passesGradients(_ c: Case) {
        let o = Operands(c)
        expectGradients(
            inputs: [o.x] + (o.residual.map { [$0] } ?? []), weights: o.weights
        ) { tape, inputs in
            o.run(inputs[0], residual: inputs.count > 1 ? inputs[1] : nil, on: tape)
        }
    }

    @Test func manyRowsGetTheGradientsOfTwoLinearMaps() {
        let c = Case(rows: [4111], inputs: 7, hidden: 67, outputs: 5, hasResidual: true)
        let o = Operands(c)
        func gradients(_ run: (Variable, Variable, Tape) -> Variable) -> [Tensor] {
            let tape = Tape()
            let x = Variable(o.x, requiresGradient: true)
            let residual = Variable(o.residual!, requiresGradient: true)
            let y = run(x, residual, tape)
            y.accumulate(sampleTensor(y.shape, seed: 9))
            tape.backward(from: [])
            defer { for weight in o.weights { weight.clearGradient() } }
            return [x.receivedGradient!, residual.receivedGradient!]
                + o.weights.map { $0.gradient! }
        }
        let fused = gradients { o.run($0, residual: $1, on: $2) }
        let apart = gradients { x, residual, tape in
            let hidden = tape.linear(
                x, weight: o.first, bias: o.firstBias, activation: .gelu)
            return tape.linear(hidden, weight: o.second, bias: o.secondBias, residual: residual)
        }
        for (a, b) in zip(fused, apart) { expectEqual(a, b, .ofLargest(2e-6)) }
    }
}
