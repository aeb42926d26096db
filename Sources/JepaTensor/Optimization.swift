import CKernels
import Foundation

/// One step of AdamW on one tensor: decay apart from the gradient, both moments corrected for
/// their start at zero.
///
/// `w *= 1 - lr * weightDecay`, then `w -= lr * m / (1 - beta1^step) / (sqrt(v / (1 -
/// beta2^step)) + epsilon)`.
///
/// - Parameters:
///   - weight: Overwritten; nobody else may be reading it.
///   - gradient: Of the same shape.
///   - firstMoment: m, the running mean of the gradient; overwritten, zero before the first step.
///   - secondMoment: v, that of its square; likewise.
///   - step: Counted from 1.
///
/// Source: Loshchilov and Hutter, arXiv 1711.05101; the arithmetic of `torch.optim.AdamW`.
public func adamWUpdate(
    weight: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
    step: Int
) {
    precondition(step >= 1, "steps are counted from 1, not \(step)")
    for tensor in [gradient, firstMoment, secondMoment] {
        precondition(
            tensor.count == weight.count, "\(tensor.shape) cannot update \(weight.shape)")
    }
    let update = jk_adamw_step(
        decay: Float(1 - learningRate * weightDecay), beta1: Float(beta1),
        rest1: Float(1 - beta1), beta2: Float(beta2), rest2: Float(1 - beta2),
        rate: Float(learningRate / (1 - pow(beta1, Double(step)))),
        second_factor: Float(1 / (1 - pow(beta2, Double(step))).squareRoot()),
        epsilon: Float(epsilon))
    parallelElements(weight.count) { part in
        let start = part.lowerBound
        jk_adamw(
            weight.mutablePointer + start, firstMoment.mutablePointer + start,
            secondMoment.mutablePointer + start, gradient.pointer + start, update, part.count)
    }
}

/// `target = momentum * target + (1 - momentum) * source`, in place.
public func emaUpdate(target: Tensor, source: Tensor, momentum: Double) {
    precondition(
        target.count == source.count, "\(source.shape) cannot be averaged into \(target.shape)")
    parallelElements(target.count) { part in
        jk_moving_average(
            target.mutablePointer + part.lowerBound, source.pointer + part.lowerBound, momentum,
            part.count)
    }
}

/// The Euclidean norm of all elements of all tensors together, summed in float64.
public func globalNorm(_ tensors: [Tensor]) -> Double {
    tensors.reduce(0) { sum, tensor in
        sum
            + parallelSum(tensor.count) {
                jk_sum_of_squares(tensor.pointer + $0.lowerBound, $0.count)
            }
    }.squareRoot()
}

/// Multiplies all elements by `factor`, in place.
public func scaleInPlace(_ tensor: Tensor, by factor: Float) {
    parallelElements(tensor.count) { part in
        let place = tensor.mutablePointer + part.lowerBound
        jk_scale(place, place, factor, part.count)
    }
}
