import CKernels

extension Tape {
    /// Each row of the last axis shifted to mean 0 and scaled to variance 1, then times `weight`
    /// plus `bias`.
    ///
    /// Keeps x and two numbers a row; the result is computed again for the backward pass of
    /// whoever uses it.
    ///
    /// - Parameters:
    ///   - x: `[..., D]`
    ///   - weight: `[D]`; nil leaves the scale alone.
    ///   - bias: `[D]`; nil leaves the mean at 0.
    ///   - epsilon: Added to the (biased) variance.
    /// - Returns: `[..., D]`
    public func layerNorm(
        _ x: Variable, weight: Weight?, bias: Weight?, epsilon: Float
    ) -> Variable {
        let width = x.shape.last ?? 1
        let rows = width == 0 ? 0 : x.value.count / width
        for parameter in [weight, bias] {
            precondition(
                parameter == nil || parameter!.shape == [width],
                "'\(parameter?.name ?? "")' of shape \(parameter?.shape ?? []) cannot join \(x.shape)"
            )
        }
        let keeps = keeps(x, weights: [weight, bias])
        let input = x.value
        let value = Tensor(uninitialized: x.shape)
        let mean = keeps ? Tensor(uninitialized: [rows]) : nil
        let scale = keeps ? Tensor(uninitialized: [rows]) : nil
        parallelRows(rows, width: width) { part in
            let offset = part.lowerBound * width
            jk_layer_norm(
                value.mutablePointer + offset, mean.map { $0.mutablePointer + part.lowerBound },
                scale.map { $0.mutablePointer + part.lowerBound }, input.pointer + offset,
                weight?.value.pointer, bias?.value.pointer, part.count, width, epsilon)
        }
        guard let mean, let scale else { return Variable(value) }

        let recallX = x.recall
        let recall = { () -> Tensor in
            let (input, again) = (recallX(), Tensor(uninitialized: value.shape))
            parallelRows(rows, width: width) { part in
                let offset = part.lowerBound * width
                jk_layer_norm_again(
                    again.mutablePointer + offset, mean.pointer + part.lowerBound,
                    scale.pointer + part.lowerBound, input.pointer + offset,
                    weight?.value.pointer, bias?.value.pointer, part.count, width)
            }
            return again
        }
        let (slot, shape) = (x.slot, x.shape)
        return record(value, keeps: true, recall: recall) { gradient in
            let input = recallX()
            let way = LayerNormBackward(
                gradient: gradient, x: input, mean: mean, scale: scale, weight: weight, bias: bias,
                rows: rows, width: width)
            if let slot {
                slot.accumulate(shape: shape) { place, adds in way.run(into: place, adds: adds) }
            } else {
                way.run(into: nil, adds: false)
            }
        }
    }
}

/// The way back through a layer norm.
private struct LayerNormBackward {
    let gradient: Tensor
    let x: Tensor
    let mean: Tensor
    let scale: Tensor
    let weight: Weight?
    let bias: Weight?
    let rows: Int
    let width: Int

    /// Rows whose contributions to weight and bias are summed before they are added up: fixed,
    /// so that the sums do not depend on the number of threads.
    private static let rowsAtOnce = 64

    func run(into place: UnsafeMutablePointer<Float>?, adds: Bool) {
        let groups = (rows + Self.rowsAtOnce - 1) / Self.rowsAtOnce
        let trainsWeight = weight?.isTrainable == true
        let trainsBias = bias?.isTrainable == true
        let weightSums = trainsWeight ? Tensor(repeating: 0, shape: [groups, width]) : nil
        let biasSums = trainsBias ? Tensor(repeating: 0, shape: [groups, width]) : nil
        parallel(groups) { group in
            let first = group * Self.rowsAtOnce
            let count = min(Self.rowsAtOnce, rows - first)
            jk_layer_norm_backward(
                place.map { $0 + first * width }, adds,
                weightSums.map { $0.mutablePointer + group * width },
                biasSums.map { $0.mutablePointer + group * width },
                gradient.pointer + first * width,
                x.pointer + first * width, mean.pointer + first, scale.pointer + first,
                weight?.value.pointer, count, width)
        }
        for (parameter, sums) in [(weight, weightSums), (bias, biasSums)] {
            guard let parameter, let sums else { continue }
            parameter.accumulate { sum, adds in
                sumColumns(of: sums.pointer, rows: groups, width: width, into: sum, adds: adds)
            }
        }
    }
}
