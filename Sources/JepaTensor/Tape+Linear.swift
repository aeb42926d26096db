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
        let map = LinearMap(x: x, weight: weight, bias: bias, outputs: outputs)
        let shape = x.shape.dropLast() + [map.outputs.count]
        precondition(
            residual == nil || residual!.shape == Array(shape),
            "a residual of shape \(residual?.shape ?? []) cannot join \(shape)")
        let keeps = keeps(x, residual, weights: [weight, bias])
        let linear = Tensor(uninitialized: Array(shape))
        guard activation == .gelu else {
            map.forward(x.value, into: linear, gelu: nil, residual: residual?.value)
            let (xSlot, residualSlot, recallX) = (x.slot, residual?.slot, x.recall)
            return record(linear, keeps: keeps) { gradient in
                residualSlot?.accumulate(gradient)
                map.backward(gradient, x: recallX, xSlot: xSlot)
            }
        }
        // Without a backward pass the GELU overwrites its input.
        let value = keeps ? Tensor(uninitialized: Array(shape)) : linear
        map.forward(x.value, into: linear, gelu: value, residual: residual?.value)
        let (xSlot, residualSlot, recallX) = (x.slot, residual?.slot, x.recall)
        let recall = { () -> Tensor in
            let again = Tensor(uninitialized: linear.shape)
            parallelElements(again.count) { part in
                jk_gelu(
                    again.mutablePointer + part.lowerBound, linear.pointer + part.lowerBound,
                    part.count)
            }
            return again
        }
        return record(value, keeps: keeps, recall: residual == nil ? recall : nil) { gradient in
            residualSlot?.accumulate(gradient)
            // Nobody reads the map's result after this, so its gradient takes its place.
            parallelElements(linear.count) { part in
                jk_gelu_backward(
                    linear.mutablePointer + part.lowerBound, gradient.pointer + part.lowerBound,
                    linear.pointer + part.lowerBound, part.count)
            }
            map.backward(linear, x: recallX, xSlot: xSlot)
        }
    }
}

/// The matrix products of a linear map and of its way back.
private struct LinearMap {
    let weight: Weight
    let bias: Weight?
    let outputs: Range<Int>
    let inputs: Int
    let rows: Int
    let xShape: [Int]

    init(x: Variable, weight: Weight, bias: Weight?, outputs: Range<Int>?) {
        precondition(
            weight.shape.count == 2 && x.shape.last == weight.shape[1],
            "weight '\(weight.name)' of shape \(weight.shape) cannot map \(x.shape)")
        precondition(
            bias == nil || bias!.shape == [weight.shape[0]],
            "a bias of shape \(bias?.shape ?? []) cannot follow weight '\(weight.name)' \(weight.shape)"
        )
        self.weight = weight
        self.bias = bias
        self.outputs = outputs ?? 0..<weight.shape[0]
        inputs = weight.shape[1]
        xShape = x.shape
        rows = x.shape.dropLast().reduce(1, *)
    }

    /// Rows that stay in the last-level cache between the product and what follows it.
    private static let rowsAtOnce = 1024

    func forward(_ x: Tensor, into linear: Tensor, gelu: Tensor?, residual: Tensor?) {
        let width = outputs.count
        let product = MatrixProduct(
            m: rows, n: width, k: inputs, a: x.pointer, aStride: inputs,
            b: weight.value.pointer + outputs.lowerBound * inputs, bStride: inputs,
            transposesB: true, c: linear.mutablePointer, cStride: width)
        let bias = self.bias.map { $0.value.pointer + outputs.lowerBound }
        parallelRows(rows, width: width, longest: Self.rowsAtOnce) { part in
            product.rows(part).run()
            let offset = part.lowerBound * width
            let from = residual.map { $0.pointer + offset }
            let place = linear.mutablePointer + offset
            if let gelu {
                jk_add_bias_gelu(gelu.mutablePointer + offset, place, bias, from, part.count, width)
            } else if bias != nil || from != nil {
                jk_add_bias(place, bias, from, part.count, width)
            }
        }
    }

    func backward(_ gradient: Tensor, x recallX: () -> Tensor, xSlot: GradientSlot?) {
        let width = outputs.count
        bias?.accumulate(elements: outputs) { sum, adds in
            sumColumns(of: gradient.pointer, rows: rows, width: width, into: sum, adds: adds)
        }
        weight.accumulate(elements: outputs.lowerBound * inputs..<outputs.upperBound * inputs) {
            sum, adds in
            let x = recallX()
            MatrixProduct(
                m: width, n: inputs, k: rows, a: gradient.pointer, aStride: width,
                transposesA: true, b: x.pointer, bStride: inputs, c: sum, cStride: inputs,
                beta: adds ? 1 : 0
            ).runInParallel()
        }
        xSlot?.accumulate(shape: xShape) { sum, adds in
            MatrixProduct(
                m: rows, n: inputs, k: width, a: gradient.pointer, aStride: width,
                b: weight.value.pointer + outputs.lowerBound * inputs, bStride: inputs, c: sum,
                cStride: inputs, beta: adds ? 1 : 0
            ).runInParallel()
        }
    }
}

/// The sums of the columns of a matrix `[rows, width]`; threads share the columns, so that the
/// result does not depend on their number.
func sumColumns(
    of matrix: UnsafePointer<Float>, rows: Int, width: Int, into sum: UnsafeMutablePointer<Float>,
    adds: Bool
) {
    let group = 64
    parallelParts((width + group - 1) / group, grain: max(1, 16384 / (rows * group + 1))) {
        groups in
        let start = groups.lowerBound * group
        let end = min(width, groups.upperBound * group)
        jk_column_sums(sum + start, matrix + start, rows, end - start, width, adds)
    }
}
