import CKernels

extension Tape {
    /// Each column shifted to mean 0 and scaled to (biased) variance 1 over the rows, then times
    /// `weight` plus `bias`.
    ///
    /// The statistics are those of this batch; none are kept for later. Keeps x and two numbers a
    /// column. Sums are in float64.
    ///
    /// - Parameters:
    ///   - x: `[..., D]`, at least two rows.
    ///   - weight: `[D]`; nil leaves the scale alone.
    ///   - bias: `[D]`; nil leaves the mean at 0.
    ///   - epsilon: Added to the variance.
    /// - Returns: `[..., D]`
    ///
    /// Source: arXiv 1502.03167, algorithm 1.
    public func batchNorm(
        _ x: Variable, weight: Weight?, bias: Weight?, epsilon: Float
    ) -> Variable {
        let width = x.shape.last ?? 0
        let rows = width == 0 ? 0 : x.value.count / width
        precondition(rows >= 2, "\(x.shape) has no variance over its rows")
        for parameter in [weight, bias] {
            precondition(
                parameter == nil || parameter!.shape == [width],
                "'\(parameter?.name ?? "")' of shape \(parameter?.shape ?? []) cannot join \(x.shape)"
            )
        }
        let input = x.value
        let value = Tensor(uninitialized: x.shape)
        let mean = Tensor(uninitialized: [width])
        let scale = Tensor(uninitialized: [width])
        parallelRows(width, width: rows) { part in
            jk_batch_norm(
                value.mutablePointer, mean.mutablePointer, scale.mutablePointer, input.pointer,
                weight?.value.pointer, bias?.value.pointer, rows, width, part.lowerBound,
                part.count, epsilon)
        }
        let (slot, recall) = (x.slot, x.recall)
        return record(value, keeps: keeps(x, weights: [weight, bias])) { gradient in
            let input = recall()
            let passed = slot == nil ? nil : Tensor(uninitialized: input.shape)
            let weightGradient = Tensor(uninitialized: [width])
            let biasGradient = Tensor(uninitialized: [width])
            parallelRows(width, width: rows) { part in
                jk_batch_norm_backward(
                    passed?.mutablePointer, weightGradient.mutablePointer,
                    biasGradient.mutablePointer, gradient.pointer, input.pointer, mean.pointer,
                    scale.pointer, weight?.value.pointer, rows, width, part.lowerBound, part.count)
            }
            weight?.accumulate(weightGradient)
            bias?.accumulate(biasGradient)
            if let passed { slot?.accumulate(passed) }
        }
    }
}

extension Weight {
    /// Adds a gradient of its own shape.
    fileprivate func accumulate(_ contribution: Tensor) {
        accumulate { place, adds in
            if adds {
                jk_add(place, contribution.pointer, contribution.count)
            } else {
                place.update(from: contribution.pointer, count: contribution.count)
            }
        }
    }
}
