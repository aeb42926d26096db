import CKernels

/// What follows a linear map in the same operation.
public enum Activation: Sendable {
    /// Nothing.
    case none
    /// The exact (erf) GELU.
    case gelu
}

extension Tape {
    /// `activation(x weight^T + bias) + residual`.
    ///
    /// Keeps x (or what it is computed from) and, before a GELU, the linear map's result; not the
    /// GELU's, which is computed again.
    ///
    /// - Parameters:
    ///   - x: `[..., in]`
    ///   - weight: `[out, in]`
    ///   - bias: `[out]`
    ///   - residual: `[..., out]`
    ///   - outputs: The rows of weight and bias to use; all by default.
    /// - Returns: `[..., out]`
    /// - Complexity: O(rows in out)
    public func linear(
        _ x: Variable, weight: Weight, bias: Weight?, activation: Activation = .none,
        residual: Variable? = nil, outputs: Range<Int>? = nil
    ) -> Variable {
        let map = LinearMap(
            weight: weight, bias: bias, outputs: outputs, inputShape: x.shape, precision: precision)
        let shape: [Int] = x.shape.dropLast() + [map.width]
        precondition(
            residual == nil || residual!.shape == shape,
            "a residual of shape \(residual?.shape ?? []) cannot join \(shape)")
        let rows = x.shape.dropLast().reduce(1, *)
        let keeps = keeps(x, residual, weights: [weight, bias])
        let linear = Tensor(uninitialized: shape)
        // Without a backward pass the GELU overwrites its input.
        let value = activation == .gelu && keeps ? Tensor(uninitialized: shape) : linear
        let (input, other) = (x.value, residual?.value)
        switch activation {
        case .none:
            map.write(
                map.result(
                    input.pointer, rows: rows, residual: other?.pointer,
                    into: linear.mutablePointer))
        case .gelu:
            map.write(map.product(input.pointer, rows: rows, into: linear.mutablePointer)) { part in
                let offset = part.lowerBound * map.width
                jk_add_bias_gelu(
                    value.mutablePointer + offset, linear.mutablePointer + offset, map.biasPointer,
                    other.map { $0.pointer + offset }, part.count, map.width)
            }
        }

        let (xShape, xSlot, recallX, otherSlot) = (x.shape, x.slot, x.recall, residual?.slot)
        let passesBack = { (gradient: Tensor) in
            map.accumulateBias(gradient.pointer, rows: rows)
            map.accumulateWeight(gradient.pointer, rows: rows, x: recallX)
            xSlot?.accumulate(shape: xShape) { place, adds in
                map.inputGradient(gradient.pointer, rows: rows, into: place, adds: adds)
                    .runInParallel()
            }
        }
        guard activation == .gelu else {
            return record(value, keeps: keeps) { gradient in
                otherSlot?.accumulate(gradient)
                passesBack(gradient)
            }
        }
        let recall = { () -> Tensor in
            let again = Tensor(uninitialized: shape)
            parallelElements(again.count) { part in
                jk_gelu(
                    again.mutablePointer + part.lowerBound, linear.pointer + part.lowerBound,
                    part.count)
            }
            return again
        }
        return record(value, keeps: keeps, recall: residual == nil ? recall : nil) { gradient in
            otherSlot?.accumulate(gradient)
            // Nobody reads the map's result after this, so its gradient takes its place.
            parallelElements(linear.count) { part in
                jk_gelu_backward(
                    linear.mutablePointer + part.lowerBound, gradient.pointer + part.lowerBound,
                    linear.pointer + part.lowerBound, part.count)
            }
            passesBack(linear)
        }
    }
}
