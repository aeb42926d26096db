import CKernels

extension Tape {
    /// `x Phi(x)` with `Phi` the normal distribution function: the exact (erf) GELU.
    ///
    /// - Parameter x: Any shape.
    public func gelu(_ x: Variable) -> Variable {
        let input = x.value
        let value = Tensor(uninitialized: x.shape)
        parallelElements(input.count) { part in
            jk_gelu(
                value.mutablePointer + part.lowerBound, input.pointer + part.lowerBound, part.count)
        }
        let (slot, recall) = (x.slot, x.recall)
        return record(value, keeps: keeps(x)) { gradient in
            let input = recall()
            let passed = Tensor(uninitialized: input.shape)
            parallelElements(input.count) { part in
                jk_gelu_backward(
                    passed.mutablePointer + part.lowerBound, gradient.pointer + part.lowerBound,
                    input.pointer + part.lowerBound, part.count)
            }
            slot?.accumulate(passed)
        }
    }

    /// `a + b`, both of the same shape.
    public func add(_ a: Variable, _ b: Variable) -> Variable {
        precondition(a.shape == b.shape, "\(a.shape) and \(b.shape) cannot be added")
        let (first, second) = (a.value, b.value)
        let value = Tensor(uninitialized: a.shape)
        parallelElements(value.count) { part in
            let start = part.lowerBound
            jk_sum(
                value.mutablePointer + start, first.pointer + start, second.pointer + start,
                part.count)
        }
        let slots = [a.slot, b.slot]
        return record(value, keeps: keeps(a, b)) { gradient in
            for slot in slots { slot?.accumulate(gradient) }
        }
    }

    /// `factor x`.
    public func scale(_ x: Variable, by factor: Float) -> Variable {
        let scaled = { (input: Tensor) -> Tensor in
            let value = Tensor(uninitialized: input.shape)
            parallelElements(value.count) { part in
                jk_scale(
                    value.mutablePointer + part.lowerBound, input.pointer + part.lowerBound, factor,
                    part.count)
            }
            return value
        }
        let slot = x.slot
        return record(scaled(x.value), keeps: keeps(x)) { slot?.accumulate(scaled($0)) }
    }
}
