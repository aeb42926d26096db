import CKernels

extension Tape {
    /// Smooth L1 (Huber) distance, the mean over all elements: `d^2 / (2 beta)` where
    /// `|d| < beta`, `|d| - beta / 2` elsewhere, with `d = predictions - targets`.
    ///
    /// Summed in float64. Targets get a gradient only if they ask for one.
    /// - Returns: A scalar.
    public func smoothL1(
        _ predictions: Variable, _ targets: Variable, beta: Float = 1
    ) -> Variable {
        precondition(beta > 0, "beta must be above 0, not \(beta)")
        return meanDistance(
            predictions, targets, sum: { jk_smooth_l1($0, $1, beta, $2) },
            derivative: { jk_smooth_l1_backward($0, $1, $2, beta, $3, $4) })
    }

    /// Squared distance, the mean over all elements of `(predictions - targets)^2`.
    ///
    /// Summed in float64. Targets get a gradient only if they ask for one.
    /// - Returns: A scalar.
    public func squaredError(_ predictions: Variable, _ targets: Variable) -> Variable {
        meanDistance(
            predictions, targets, sum: { jk_squared_error($0, $1, $2) },
            derivative: { jk_scaled_difference($0, $1, $2, 2 * $3, $4) })
    }

    /// The mean of an elementwise distance.
    ///
    /// - Parameters:
    ///   - sum: The sum over (a, b, count).
    ///   - derivative: Writes to (out, a, b, factor, count) factor times the derivative by a.
    private func meanDistance(
        _ predictions: Variable, _ targets: Variable,
        sum: (UnsafePointer<Float>, UnsafePointer<Float>, Int) -> Double,
        derivative:
            @escaping (
                UnsafeMutablePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, Float, Int
            ) -> Void
    ) -> Variable {
        precondition(
            predictions.shape == targets.shape && predictions.value.count > 0,
            "predictions \(predictions.shape) and targets \(targets.shape) cannot be compared")
        let (a, b) = (predictions.value, targets.value)
        let count = a.count
        let total = parallelSum(count) { part in
            sum(a.pointer + part.lowerBound, b.pointer + part.lowerBound, part.count)
        }
        let (recallA, recallB) = (predictions.recall, targets.recall)
        let slots = [(predictions.slot, Float(1)), (targets.slot, Float(-1))]
        let value = Tensor(scalar: Float(total / Double(count)))
        return record(value, keeps: keeps(predictions, targets)) { gradient in
            let (a, b) = (recallA(), recallB())
            for (slot, sign) in slots {
                guard let slot else { continue }
                let factor = sign * gradient.scalar / Float(count)
                let passed = Tensor(uninitialized: a.shape)
                parallelElements(count) { part in
                    let start = part.lowerBound
                    derivative(
                        passed.mutablePointer + start, a.pointer + start, b.pointer + start, factor,
                        part.count)
                }
                slot.accumulate(passed)
            }
        }
    }
}
