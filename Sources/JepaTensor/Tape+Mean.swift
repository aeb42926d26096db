import CKernels

extension Tape {
    /// The mean of all elements, a scalar.
    public func mean(_ x: Variable) -> Variable {
        let (input, shape, slot) = (x.value, x.shape, x.slot)
        let total = parallelSum(input.count) { jk_total(input.pointer + $0.lowerBound, $0.count) }
        let count = input.count
        return record(Tensor(scalar: Float(total / Double(count))), keeps: keeps(x)) { gradient in
            slot?.accumulate(Tensor(repeating: gradient.scalar / Float(count), shape: shape))
        }
    }

    /// The mean over the tokens of each row.
    ///
    /// - Parameter x: `[B, K, D]`
    /// - Returns: `[B, D]`
    public func meanPool(_ x: Variable) -> Variable {
        precondition(x.shape.count == 3 && x.shape[1] > 0, "\(x.shape) has no tokens to average")
        let (batch, tokens, width) = (x.shape[0], x.shape[1], x.shape[2])
        let (input, shape, slot) = (x.value, x.shape, x.slot)
        let factor = 1 / Float(tokens)
        let value = Tensor(uninitialized: [batch, width])
        parallelRows(batch, width: tokens * width) { rows in
            for b in rows {
                let place = value.mutablePointer + b * width
                jk_column_sums(
                    place, input.pointer + b * tokens * width, tokens, width, width, false)
                jk_scale(place, place, factor, width)
            }
        }
        return record(value, keeps: keeps(x)) { gradient in
            let passed = Tensor(uninitialized: shape)
            parallelRows(batch, width: tokens * width) { rows in
                for row in rows.lowerBound * tokens..<rows.upperBound * tokens {
                    jk_scale(
                        passed.mutablePointer + row * width,
                        gradient.pointer + row / tokens * width, factor, width)
                }
            }
            slot?.accumulate(passed)
        }
    }
}
