import CKernels

extension Tape {
    /// `x + factor * change`, with a factor of its own for each row: stochastic depth, where a
    /// factor is 0 for a row that skips a branch.
    ///
    /// - Parameters:
    ///   - x: `[R, ...]`
    ///   - change: Of the same shape.
    ///   - factors: R of them.
    /// - Returns: Of the shape of x.
    ///
    /// Source: Huang et al., arXiv 1603.09382.
    public func add(_ x: Variable, _ change: Variable, times factors: [Float]) -> Variable {
        precondition(
            x.shape == change.shape && x.shape.first == factors.count,
            "\(x.shape) and \(change.shape) cannot be added with \(factors.count) factors")
        let (first, second) = (x.value, change.value)
        let width = first.count / max(factors.count, 1)
        let value = first.copy()
        parallelRows(factors.count, width: width) { rows in
            for row in rows where factors[row] != 0 {
                jk_add_scaled(
                    value.mutablePointer + row * width, second.pointer + row * width, factors[row],
                    width)
            }
        }
        let (slot, changeSlot, shape) = (x.slot, change.slot, x.shape)
        return record(value, keeps: keeps(x, change)) { gradient in
            if let changeSlot {
                let passed = Tensor(uninitialized: shape)
                parallelRows(factors.count, width: width) { rows in
                    for row in rows {
                        jk_scale(
                            passed.mutablePointer + row * width, gradient.pointer + row * width,
                            factors[row], width)
                    }
                }
                changeSlot.accumulate(passed)
            }
            slot?.accumulate(gradient)
        }
    }
}
