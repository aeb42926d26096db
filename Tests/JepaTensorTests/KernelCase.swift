import CKernels
import JepaTensor
import JepaTestSupport

/// One run of each kernel on samples, to compare the levels with one another.
enum KernelCase: String, CaseIterable, Sendable {
    case fill
    case add
    case addScaled
    case sum
    case scale
    case erf
    case gelu
    case geluBackward
    case geluExchange
    case addBias
    case addBiasGelu
    case columnSums
    case gatherRows
    case scatterAddRows
    case layerNorm
    case layerNormAgain
    case layerNormBackward
    case softmaxUnscaled
    case softmaxAgain
    case softmaxBackward
    case scaleRows
    case rowDots
    case smoothL1Backward
    case scaledDifference
    case adamw
    case momentum
    case dots
    case halfDots
    case movingAverage
    case sumsOfLosses

    /// Everything the kernel writes, for operands of `r` rows of `w` elements.
    func run(rows r: Int, width w: Int) -> [Float] {
        let operands = Operands()
        defer { withExtendedLifetime(operands) {} }
        switch self {
        case .fill:
            return result(buffer(r * w, 1)) { jk_fill($0, 2.5, r * w) }
        case .add:
            return result(buffer(r * w, 1)) { jk_add($0, operands.sample(r * w, 2), r * w) }
        case .addScaled:
            return result(buffer(r * w, 1)) {
                jk_add_scaled($0, operands.sample(r * w, 2), 0.3, r * w)
            }
        case .sum:
            return result(buffer(r * w, 1)) {
                jk_sum($0, operands.sample(r * w, 2), operands.sample(r * w, 3), r * w)
            }
        case .scale:
            return result(buffer(r * w, 1)) { jk_scale($0, operands.sample(r * w, 2), 0.3, r * w) }
        case .erf:
            return result(buffer(r * w, 1)) { jk_erf($0, $0, r * w) }
        case .gelu:
            return result(buffer(r * w, 1)) { jk_gelu($0, $0, r * w) }
        case .geluBackward:
            return result(buffer(r * w, 1)) {
                jk_gelu_backward($0, operands.sample(r * w, 2), $0, r * w)
            }
        case .geluExchange:
            let x = buffer(r * w, 2)
            return result(buffer(r * w, 1)) { jk_gelu_exchange($0, x.mutablePointer, r * w) }
                + x.elements
        case .addBias:
            return result(buffer(r * w, 1)) {
                jk_add_bias($0, operands.sample(w, 2), operands.sample(r * w, 3), r, w)
            }
        case .addBiasGelu:
            let y = buffer(r * w, 4)
            return result(buffer(r * w, 1)) {
                jk_add_bias_gelu(
                    $0, y.mutablePointer, operands.sample(w, 2), operands.sample(r * w, 3), r, w)
            } + y.elements
        case .columnSums:
            return result(buffer(w, 1)) {
                jk_column_sums($0, operands.sample(r * w, 2), r, w, w, true)
            }
        case .gatherRows:
            let index = (0..<r).map { Int32(($0 * 7 + 3) % r) }
            return result(buffer(r * w, 1)) {
                jk_gather_rows($0, operands.sample(r * w, 2), index, r, w)
            }
        case .scatterAddRows:
            let index = (0..<r).map { Int32(($0 * 7 + 3) % max(1, r / 2)) }
            return result(buffer(r * w, 1)) {
                jk_scatter_add_rows($0, operands.sample(r * w, 2), index, r, w)
            }
        case .layerNorm:
            let (mean, scale) = (buffer(r, 5), buffer(r, 6))
            return result(buffer(r * w, 1)) {
                jk_layer_norm(
                    $0, mean.mutablePointer, scale.mutablePointer, operands.sample(r * w, 2),
                    operands.sample(w, 3), operands.sample(w, 4), r, w, 0.1)
            } + mean.elements + scale.elements
        case .layerNormAgain:
            return result(buffer(r * w, 1)) {
                jk_layer_norm_again(
                    $0, operands.sample(r, 5), operands.sample(r, 6), operands.sample(r * w, 2),
                    operands.sample(w, 3), operands.sample(w, 4), r, w)
            }
        case .layerNormBackward:
            let (weights, biases) = (buffer(w, 7), buffer(w, 8))
            return result(buffer(r * w, 1)) {
                jk_layer_norm_backward(
                    $0, true, weights.mutablePointer, biases.mutablePointer,
                    operands.sample(r * w, 2), operands.sample(r * w, 3), operands.sample(r, 5),
                    operands.sample(r, 6), operands.sample(w, 4), r, w)
            } + weights.elements + biases.elements
        case .softmaxUnscaled:
            let (inverse, log) = (buffer(r, 2), buffer(r, 3))
            return result(buffer(r * w, 1)) {
                jk_softmax_unscaled($0, inverse.mutablePointer, log.mutablePointer, 0.7, r, w)
            } + inverse.elements + log.elements
        case .softmaxAgain:
            return result(buffer(r * w, 1)) {
                jk_softmax_again($0, operands.sample(r, 2), 0.7, r, w)
            }
        case .softmaxBackward:
            return result(buffer(r * w, 1)) {
                jk_softmax_backward(
                    $0, operands.sample(r * w, 2), operands.sample(r, 3), 0.7, r, w)
            }
        case .scaleRows:
            return result(buffer(r * w, 1)) { jk_scale_rows($0, operands.sample(r, 2), r, w, w) }
        case .rowDots:
            return result(buffer(r, 1)) {
                jk_row_dots($0, operands.sample(r * w, 2), operands.sample(r * w, 3), r, w, w)
            }
        case .smoothL1Backward:
            return result(buffer(r * w, 1)) {
                jk_smooth_l1_backward(
                    $0, operands.sample(r * w, 2), operands.sample(r * w, 3), 0.5, 0.3, r * w)
            }
        case .scaledDifference:
            return result(buffer(r * w, 1)) {
                jk_scaled_difference(
                    $0, operands.sample(r * w, 2), operands.sample(r * w, 3), 0.3, r * w)
            }
        case .adamw:
            let (first, second) = (buffer(r * w, 2), buffer(r * w, 3))
            jk_sum(second.mutablePointer, second.pointer, operands.sample(r * w, 3), r * w)
            for i in 0..<r * w { second.mutablePointer[i] = abs(second.pointer[i]) }
            let step = jk_adamw_step(
                decay: 0.9, beta1: 0.9, rest1: 0.1, beta2: 0.99, rest2: 0.01, rate: 0.1,
                second_factor: 1.1, epsilon: 0.1)
            return result(buffer(r * w, 1)) {
                jk_adamw(
                    $0, first.mutablePointer, second.mutablePointer, operands.sample(r * w, 4),
                    step, r * w)
            } + first.elements + second.elements
        case .momentum:
            let sums = buffer(r * w, 2)
            let step = jk_momentum_step(
                factor: 0.7, decay: 0.05, momentum: 0.9, rate: 0.1, direct: 0.02)
            return result(buffer(r * w, 1)) {
                jk_momentum(
                    $0, sums.mutablePointer, operands.sample(r * w, 4), step, r * w)
            } + sums.elements
        case .dots:
            return result(buffer(r, 1)) {
                jk_dots($0, operands.sample(r * w, 2), operands.sample(w, 3), r, w)
            }
        case .halfDots:
            let halves = VectorTable.halves(of: buffer(r * w, 2))
            return result(buffer(r, 1)) { jk_half_dots($0, halves, operands.sample(w, 3), r, w) }
        case .movingAverage:
            return result(buffer(r * w, 1)) {
                jk_moving_average($0, operands.sample(r * w, 2), 0.9, r * w)
            }
        case .sumsOfLosses:
            let (a, b) = (buffer(r * w, 1), buffer(r * w, 2))
            return [
                Float(jk_total(a.pointer, r * w)), Float(jk_sum_of_squares(a.pointer, r * w)),
                Float(jk_smooth_l1(a.pointer, b.pointer, 0.5, r * w)),
                Float(jk_squared_error(a.pointer, b.pointer, r * w)),
            ]
        }
    }

    /// Holds the samples that a kernel reads for as long as it may read them.
    private final class Operands {
        private var tensors: [Tensor] = []

        func sample(_ count: Int, _ seed: UInt64) -> UnsafePointer<Float> {
            let tensor = sampleTensor([count], seed: seed)
            tensors.append(tensor)
            return tensor.pointer
        }
    }

    private func buffer(_ count: Int, _ seed: UInt64) -> Tensor {
        sampleTensor([count], seed: seed)
    }

    /// Runs a kernel that writes to the first tensor.
    private func result(
        _ tensor: Tensor, _ body: (UnsafeMutablePointer<Float>) -> Void
    ) -> [Float] {
        body(tensor.mutablePointer)
        return tensor.elements
    }
}
