import CKernels

/// One step of stochastic gradient descent with momentum on one tensor.
///
/// `d = factor * (gradient + weightDecay * weight)`, `buffer = momentum * buffer + d`, then
/// `weight -= learningRate * buffer`, or with Nesterov `learningRate * (d + momentum * buffer)`.
///
/// - Parameters:
///   - weight: Overwritten; nobody else may be reading it.
///   - gradient: Of the same shape.
///   - buffer: Of the same shape; overwritten, zero before the first step.
///   - factor: What layer-wise rates multiply the step by.
///
/// Source: the arithmetic of `torch.optim.SGD` without dampening.
public func momentumUpdate(
    weight: Tensor, gradient: Tensor, buffer: Tensor, learningRate: Double, momentum: Double,
    weightDecay: Double, isNesterov: Bool = false, factor: Double = 1
) {
    for tensor in [gradient, buffer] {
        precondition(
            tensor.count == weight.count, "\(tensor.shape) cannot update \(weight.shape)")
    }
    let step = jk_momentum_step(
        factor: Float(factor), decay: Float(weightDecay), momentum: Float(momentum),
        rate: Float(isNesterov ? learningRate * momentum : learningRate),
        direct: Float(isNesterov ? learningRate : 0))
    parallelElements(weight.count) { part in
        let start = part.lowerBound
        jk_momentum(
            weight.mutablePointer + start, buffer.mutablePointer + start,
            gradient.pointer + start, step, part.count)
    }
}

/// `a + factor * b`, both of the same shape.
public func sum(_ a: Tensor, _ b: Tensor, times factor: Float) -> Tensor {
    precondition(a.count == b.count, "\(a.shape) and \(b.shape) cannot be added")
    let result = a.copy()
    parallelElements(a.count) { part in
        jk_add_scaled(
            result.mutablePointer + part.lowerBound, b.pointer + part.lowerBound, factor,
            part.count)
    }
    return result
}
