import Foundation
import JepaTensor
import JepaTestSupport
import Testing

@Suite struct EppsPulleyTests {
    /// Every point of the integral, both signs, in float64.
    private func naive(_ z: Tensor, _ directions: Tensor, points: Int, limit: Double) -> Double {
        let (x, a) = (Oracle.doubles(z), Oracle.doubles(directions))
        let (batch, width, count) = (z.shape[0], z.shape[1], directions.shape[0])
        let step = 2 * limit / Double(points - 1)
        var total = 0.0
        for p in 0..<count {
            let projections = (0..<batch).map { n in
                (0..<width).reduce(0) { $0 + x[n * width + $1] * a[p * width + $1] }
            }
            for k in 0..<points {
                let t = -limit + Double(k) * step
                let normal = exp(-t * t / 2)
                let real = projections.reduce(0) { $0 + cos(t * $1) } / Double(batch) - normal
                let imaginary = projections.reduce(0) { $0 + sin(t * $1) } / Double(batch)
                let weight = k == 0 || k == points - 1 ? step / 2 : step
                total += weight * normal * (real * real + imaginary * imaginary)
            }
        }
        return Double(batch) * total / Double(count)
    }

    @Test(
        arguments: [[1, 1, 1], [7, 5, 3], [64, 17, 11], [131, 8, 67]], [(17, 5.0), (3, 1), (33, 4)])
    func isTheNaiveIntegral(sizes: [Int], integral: (Int, Double)) {
        let z = sampleTensor([sizes[0], sizes[1]], seed: 1)
        let directions = sampleTensor([sizes[2], sizes[1]], seed: 2).withUnitRows()
        let found = Tape().eppsPulley(
            Variable(z), directions: directions, points: integral.0, limit: Float(integral.1))
        let expected = naive(z, directions, points: integral.0, limit: integral.1)
        #expect(abs(Double(found.value.scalar) / expected - 1) < 2e-6)
    }

    /// Made by the code printed in arXiv 2511.08544 (torch, float64), for
    /// `z = sin(1 + 3 i + 5 j)` and directions along `cos(2 + p j + p)`.
    @Test(arguments: [
        ([1, 1, 1], 0.9840308841850283, 1.2494991770238737, [1.2494991770238737]),
        (
            [7, 5, 3], 2.148447345282968, 3.3686135498840786,
            [-0.07111126479334008, -0.2008872957272701, 0.030434090837115374]
        ),
        (
            [64, 16, 11], 21.74828369153327, 33.94192284050396,
            [-0.0018797265208298109, 0.09176499440292979, -0.004690737550665352]
        ),
    ])
    func agreesWithThePapersCode(
        sizes: [Int], expected: Double, gradientSum: Double, firstGradients: [Double]
    ) {
        func table(_ rows: Int, _ entry: (Double, Double) -> Double) -> Tensor {
            let entries = (0..<rows).flatMap { i in
                (0..<sizes[1]).map { j in Float(entry(Double(i), Double(j))) }
            }
            return Tensor(entries, shape: [rows, sizes[1]])
        }
        let z = Variable(table(sizes[0]) { sin(1 + 3 * $0 + 5 * $1) }, requiresGradient: true)
        let directions = table(sizes[2]) { cos(2 + $0 * $1 + $0) }.withUnitRows()
        let tape = Tape()
        let loss = tape.eppsPulley(z, directions: directions)
        #expect(abs(Double(loss.value.scalar) / expected - 1) < 2e-6)
        tape.backward(from: [(loss, 1)])
        let gradient = z.receivedGradient?.elements.map(Double.init) ?? []
        #expect(abs(gradient.reduce(0) { $0 + abs($1) } / gradientSum - 1) < 2e-6)
        #expect(zip(gradient, firstGradients).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test(arguments: [[1, 1, 1], [5, 3, 4], [3, 7, 2]])
    func passesGradients(sizes: [Int]) {
        let directions = sampleTensor([sizes[2], sizes[1]], seed: 2).withUnitRows()
        expectGradients(inputs: [sampleTensor([sizes[0], sizes[1]], seed: 1)], step: 0.01) {
            tape, z in tape.eppsPulley(z[0], directions: directions)
        }
    }

    @Test func normalNumbersScoreLowAndCollapsedOnesHigh() {
        let directions = sampleTensor([16, 8], seed: 2).withUnitRows()
        let score = { (z: Tensor) in
            Tape().eppsPulley(Variable(z), directions: directions).value.scalar
        }
        let normal = Weight("z", shape: [500, 8], initial: .truncatedNormal(deviation: 0.3))
        normal.materialise(key: 1)
        let wide = Tensor(normal.value.elements.map { $0 / 0.3 }, shape: [500, 8])
        #expect(score(wide) < 1.5)
        #expect(score(Tensor(repeating: 0, shape: [500, 8])) > 100)
    }
}

extension Tensor {
    /// The rows of a matrix divided by their lengths.
    fileprivate func withUnitRows() -> Tensor {
        let (elements, width) = (elements, shape[1])
        return Tensor(
            elements.indices.map { place in
                let row = elements[place / width * width..<(place / width + 1) * width]
                let square = row.reduce(0) { $0 + Double($1) * Double($1) }
                return Float(Double(elements[place]) / square.squareRoot())
            }, shape: shape)
    }
}
