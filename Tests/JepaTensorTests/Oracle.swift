import Foundation
import JepaTensor

/// Naive implementations in float64: one loop per index, nothing clever.
enum Oracle {
    static func doubles(_ tensor: Tensor) -> [Double] { tensor.elements.map(Double.init) }

    static func gelu(_ x: Double) -> Double { x * 0.5 * (1 + erf(x / 2.0.squareRoot())) }

    /// The nearest number with 8 bits of significand, the even one of two that are as near; zero
    /// for denormal numbers, infinity from half a step above the largest on.
    static func bf16(_ x: Float) -> Float {
        guard x.isNormal else { return x.isSubnormal ? 0 : x }
        let below = Float(bitPattern: x.bitPattern & 0xffff_0000)
        let step = Double(below.ulp) * 65_536
        let past = abs(Double(x)) - abs(Double(below))
        let isOdd = below.bitPattern & 0x1_0000 != 0
        guard past > step / 2 || (past == step / 2 && isOdd) else { return below }
        let above = abs(Double(below)) + step
        return Float(signOf: x, magnitudeOf: above < 0x1p128 ? Float(above) : .infinity)
    }

    /// x `[rows, inputs]`, weight `[outputs, inputs]`.
    static func linear(
        _ x: [Double], rows: Int, inputs: Int, weight: [Double], outputs: Int, bias: [Double]?
    ) -> [Double] {
        var result: [Double] = []
        for r in 0..<rows {
            for o in 0..<outputs {
                var sum = bias?[o] ?? 0
                for i in 0..<inputs { sum += x[r * inputs + i] * weight[o * inputs + i] }
                result.append(sum)
            }
        }
        return result
    }

    static func layerNorm(
        _ x: [Double], width: Int, weight: [Double]?, bias: [Double]?, epsilon: Double
    ) -> [Double] {
        var result: [Double] = []
        for start in stride(from: 0, to: x.count, by: width) {
            let row = x[start..<start + width]
            let mean = row.reduce(0, +) / Double(width)
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
            for (j, value) in row.enumerated() {
                let normal = (value - mean) / (variance + epsilon).squareRoot()
                result.append(normal * (weight?[j] ?? 1) + (bias?[j] ?? 0))
            }
        }
        return result
    }

    /// Queries `[rows, n, d]`; keys and values `[images, m, d]`; row r attends to `r % images`.
    static func attention(
        queries: [Double], rows: Int, n: Int, keys: [Double], values: [Double], images: Int, m: Int,
        width d: Int, heads: Int
    ) -> [Double] {
        var result = [Double](repeating: 0, count: rows * n * d)
        let size = d / heads
        for r in 0..<rows {
            for h in 0..<heads {
                for i in 0..<n {
                    var weights: [Double] = []
                    for j in 0..<m {
                        var dot = 0.0
                        for c in h * size..<(h + 1) * size {
                            dot += queries[(r * n + i) * d + c] * keys[(r % images * m + j) * d + c]
                        }
                        weights.append(exp(dot / Double(size).squareRoot()))
                    }
                    let sum = weights.reduce(0, +)
                    for j in 0..<m {
                        for c in h * size..<(h + 1) * size {
                            result[(r * n + i) * d + c] +=
                                weights[j] / sum * values[(r % images * m + j) * d + c]
                        }
                    }
                }
            }
        }
        return result
    }

    /// Columns `range` of a matrix with rows of `width`.
    static func columns(_ x: [Double], width: Int, _ range: Range<Int>) -> [Double] {
        stride(from: 0, to: x.count, by: width).flatMap {
            x[$0 + range.lowerBound..<$0 + range.upperBound]
        }
    }
}
