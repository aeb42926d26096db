import CKernels

extension Tape {
    /// `gelu(x first^T + firstBias) second^T + secondBias + residual`: two linear maps with a GELU
    /// between them, the wide rows in the middle a few at a time.
    ///
    /// Keeps x (or what it is computed from) and the GELU's input; its result exists only for the
    /// rows at hand, forward and backward.
    ///
    /// - Parameters:
    ///   - x: `[..., in]`
    ///   - first: `[hidden, in]`
    ///   - firstBias: `[hidden]`
    ///   - second: `[out, hidden]`
    ///   - secondBias: `[out]`
    ///   - residual: `[..., out]`
    /// - Returns: `[..., out]`
    /// - Complexity: O(rows hidden (in + out))
    public func mlp(
        _ x: Variable, first: Weight, firstBias: Weight?, second: Weight, secondBias: Weight?,
        residual: Variable? = nil
    ) -> Variable {
        let widen = LinearMap(
            weight: first, bias: firstBias, inputShape: x.shape, precision: precision)
        let narrow = LinearMap(
            weight: second, bias: secondBias, inputShape: x.shape.dropLast() + [widen.width],
            precision: precision)
        let shape: [Int] = x.shape.dropLast() + [narrow.width]
        precondition(
            residual == nil || residual!.shape == shape,
            "a residual of shape \(residual?.shape ?? []) cannot join \(shape)")
        let maps = MlpMaps(
            widen: widen, narrow: narrow, rows: x.shape.dropLast().reduce(1, *))
        let keeps = keeps(x, residual, weights: [first, firstBias, second, secondBias])
        let wide = keeps ? Tensor(uninitialized: [maps.rows, widen.width]) : nil
        let value = Tensor(uninitialized: shape)
        maps.forward(x.value, residual: residual?.value, into: value, keeping: wide)
        guard let wide else { return Variable(value) }

        let (xShape, xSlot, recallX, otherSlot) = (x.shape, x.slot, x.recall, residual?.slot)
        return record(value, keeps: true) { gradient in
            otherSlot?.accumulate(gradient)
            maps.backwardToWide(gradient, wide)
            widen.accumulateBias(wide.pointer, rows: maps.rows)
            widen.accumulateWeight(wide.pointer, rows: maps.rows, x: recallX)
            xSlot?.accumulate(shape: xShape) { place, adds in
                widen.inputGradient(wide.pointer, rows: maps.rows, into: place, adds: adds)
                    .runInParallel()
            }
        }
    }
}

/// The two linear maps of an MLP over the rows of its input, and what happens between them.
private struct MlpMaps {
    let widen: LinearMap
    let narrow: LinearMap
    let rows: Int

    private var hidden: Int { widen.width }
    private var rowsOfAPart: Int { widen.rowsOfAPart(width: hidden) }

    /// - Parameters:
    ///   - input: `[rows, in]`
    ///   - residual: `[rows, out]`
    ///   - value: Gets the result, `[rows, out]`.
    ///   - wide: Gets the GELU's input, `[rows, hidden]`.
    func forward(_ input: Tensor, residual: Tensor?, into value: Tensor, keeping wide: Tensor?) {
        // For the weights alone: where the results go is decided part by part.
        let anywhere = value.mutablePointer
        widen.product(input.pointer, rows: rows, into: anywhere).withPackedB { widening in
            narrow.product(input.pointer, rows: rows, into: anywhere).withPackedB { narrowing in
                parallelRows(rows, width: hidden, longest: rowsOfAPart) { part in
                    Storage.withScratch(part.count * hidden) { active in
                        let place =
                            wide.map { $0.mutablePointer + part.lowerBound * hidden } ?? active
                        widen.product(
                            input.pointer + part.lowerBound * widen.inputs, rows: part.count,
                            into: place
                        ).sharingB(of: widening).run()
                        jk_add_bias_gelu(
                            active, place, widen.biasPointer, nil, part.count, hidden)
                        let offset = part.lowerBound * narrow.width
                        narrow.result(
                            active, rows: part.count,
                            residual: residual.map { $0.pointer + offset },
                            into: value.mutablePointer + offset
                        ).sharingB(of: narrowing).run()
                    }
                }
            }
        }
    }

    /// Adds to the gradients of the second map, and turns the GELU's input into its gradient.
    ///
    /// - Parameters:
    ///   - gradient: Of the result, `[rows, out]`.
    ///   - wide: What `forward` kept.
    func backwardToWide(_ gradient: Tensor, _ wide: Tensor) {
        narrow.accumulateBias(gradient.pointer, rows: rows)
        let anywhere = wide.mutablePointer
        narrow.inputGradient(gradient.pointer, rows: rows, into: anywhere, adds: false)
            .withPackedB { passing in
                let step = LinearMap.rowsAtOnce(width: hidden) * 2
                for start in stride(from: 0, to: rows, by: step) {
                    let count = min(step, rows - start)
                    let from = gradient.pointer + start * narrow.width
                    // The gradient of the GELU's result turns into that result, while the GELU's
                    // input turns into its gradient.
                    let active = Tensor(uninitialized: [count, hidden])
                    parallelRows(count, width: hidden, longest: rowsOfAPart) { part in
                        let place = active.mutablePointer + part.lowerBound * hidden
                        narrow.inputGradient(
                            from + part.lowerBound * narrow.width, rows: part.count, into: place,
                            adds: false
                        ).sharingB(of: passing).run()
                        jk_gelu_exchange(
                            place, wide.mutablePointer + (start + part.lowerBound) * hidden,
                            part.count * hidden)
                    }
                    narrow.accumulateWeight(from, rows: count) { active }
                }
            }
    }
}
