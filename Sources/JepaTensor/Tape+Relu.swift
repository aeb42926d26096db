import CKernels

extension Tape {
    /// `max(x, 0)`, elementwise; the derivative at 0 is 0.
    ///
    /// - Parameter x: Any shape.
    public func relu(_ x: Variable) -> Variable {
        let input = x.value
        let value = Tensor(uninitialized: x.shape)
        parallelElements(input.count) { part in
            jk_relu(
                value.mutablePointer + part.lowerBound, input.pointer + part.lowerBound, part.count)
        }
        // The result is positive where the input is, and is kept by whoever uses it anyway.
        let slot = x.slot
        return record(value, keeps: keeps(x)) { gradient in
            let passed = Tensor(uninitialized: value.shape)
            parallelElements(value.count) { part in
                jk_relu_backward(
                    passed.mutablePointer + part.lowerBound, gradient.pointer + part.lowerBound,
                    value.pointer + part.lowerBound, part.count)
            }
            slot?.accumulate(passed)
        }
    }
}
