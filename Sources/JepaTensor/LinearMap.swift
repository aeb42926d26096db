import CKernels

/// The matrix products of `x weight^T + bias` and of its way back, for operations that contain
/// linear maps.
struct LinearMap {
    let weight: Weight
    let bias: Weight?
    /// The rows of weight and bias that are used.
    let outputs: Range<Int>
    let inputs: Int
    let precision: Precision

    /// - Parameters:
    ///   - weight: `[out, ...]`; what follows the first dimension counts as one.
    ///   - outputs: nil uses them all.
    init(
        weight: Weight, bias: Weight?, outputs: Range<Int>? = nil, inputShape: [Int],
        precision: Precision
    ) {
        guard weight.shape.count >= 2 && inputShape.last == weight.count / max(weight.shape[0], 1)
        else {
            fatalError("weight '\(weight.name)' of shape \(weight.shape) cannot map \(inputShape)")
        }
        precondition(
            bias == nil || bias!.shape == [weight.shape[0]],
            "a bias of shape \(bias?.shape ?? []) cannot follow weight '\(weight.name)'")
        self.weight = weight
        self.bias = bias
        self.outputs = outputs ?? 0..<weight.shape[0]
        inputs = weight.count / max(weight.shape[0], 1)
        self.precision = precision
    }

    /// The number of outputs.
    var width: Int { outputs.count }

    /// The bias that is used.
    var biasPointer: UnsafePointer<Float>? {
        bias.map { $0.value.pointer + outputs.lowerBound }
    }

    private var weightPointer: UnsafePointer<Float> {
        weight.value.pointer + outputs.lowerBound * inputs
    }

    /// The product without the bias: x `[rows, inputs]` to `[rows, width]`.
    func product(
        _ x: UnsafePointer<Float>, rows: Int, into place: UnsafeMutablePointer<Float>
    ) -> MatrixProduct {
        MatrixProduct(
            m: rows, n: width, k: inputs, a: x, aStride: inputs, b: weightPointer, bStride: inputs,
            transposesB: true, c: place, cStride: width, precision: precision)
    }

    /// The product with the bias and a residual `[rows, width]`.
    func result(
        _ x: UnsafePointer<Float>, rows: Int, residual: UnsafePointer<Float>? = nil,
        into place: UnsafeMutablePointer<Float>
    ) -> MatrixProduct {
        var result = product(x, rows: rows, into: place)
        result.bias = biasPointer
        result.residual = residual
        return result
    }

    /// Computes a product of this map on all threads, and `finish` on the rows of each part while
    /// the cache has them.
    func write(_ product: MatrixProduct, finish: (Range<Int>) -> Void = { _ in }) {
        product.withPackedB { product in
            parallelRows(product.m, width: width, longest: rowsOfAPart(width: width)) { part in
                product.rows(part).run()
                finish(part)
            }
        }
    }

    /// The gradient of x from that of the outputs, `[rows, width]` to `[rows, inputs]`.
    func inputGradient(
        _ gradient: UnsafePointer<Float>, rows: Int, into place: UnsafeMutablePointer<Float>,
        adds: Bool
    ) -> MatrixProduct {
        MatrixProduct(
            m: rows, n: inputs, k: width, a: gradient, aStride: width, b: weightPointer,
            bStride: inputs, c: place, cStride: inputs, beta: adds ? 1 : 0,
            precision: precision)
    }

    /// Adds to the gradient of the bias; gradient `[rows, width]`.
    func accumulateBias(_ gradient: UnsafePointer<Float>, rows: Int) {
        bias?.accumulate(elements: outputs) { sum, adds in
            sumColumns(of: gradient, rows: rows, width: width, into: sum, adds: adds)
        }
    }

    /// Adds to the gradient of the weight; gradient `[rows, width]`, x `[rows, inputs]`, which is
    /// asked for only if the weight is trained.
    func accumulateWeight(_ gradient: UnsafePointer<Float>, rows: Int, x recallX: () -> Tensor) {
        weight.accumulate(elements: outputs.lowerBound * inputs..<outputs.upperBound * inputs) {
            sum, adds in
            let x = recallX()
            MatrixProduct(
                m: width, n: inputs, k: rows, a: gradient, aStride: width, transposesA: true,
                b: x.pointer, bStride: inputs, c: sum, cStride: inputs, beta: adds ? 1 : 0,
                precision: precision
            ).runInParallel()
        }
    }

    /// Rows of `width` that stay in the last-level cache between one step of the work and the next.
    static func rowsAtOnce(width: Int) -> Int { max(128, min(1024, (2 << 20) / max(width, 1))) }

    /// Rows that a thread takes at a time: with the weight copied once for all of them, few enough
    /// for its own cache and for the threads to end together; else as many as `rowsAtOnce`.
    func rowsOfAPart(width: Int) -> Int {
        MatrixProduct.canPackB(precision) ? 192 : Self.rowsAtOnce(width: width)
    }
}

/// The sums of the columns of a matrix `[rows, width]`; threads share the columns, so that the
/// result does not depend on their number.
func sumColumns(
    of matrix: UnsafePointer<Float>, rows: Int, width: Int, into sum: UnsafeMutablePointer<Float>,
    adds: Bool
) {
    let group = 64
    let groups = (width + group - 1) / group
    parallelParts(groups, grain: max(1, 16384 / (rows * group + 1))) { part in
        let start = part.lowerBound * group
        let end = min(width, part.upperBound * group)
        jk_column_sums(sum + start, matrix + start, rows, end - start, width, adds)
    }
}
