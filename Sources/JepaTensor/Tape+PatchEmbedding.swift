import CKernels

extension Tape {
    /// Each kept patch as a token: a convolution whose stride is its size, computed only where
    /// a patch is kept.
    ///
    /// - Parameters:
    ///   - images: `[B, C, H, W]`, H and W multiples of the patch size; they get no gradient.
    ///   - weight: `[D, C, patchSize, patchSize]`
    ///   - bias: `[D]`
    ///   - patchSize: In pixels.
    ///   - keep: `[1, B, K]`; nil keeps all patches, in row-major order.
    /// - Returns: `[B, K, D]`
    public func patchEmbedding(
        images: Variable, weight: Weight, bias: Weight, patchSize: Int, keep: PatchIndices?
    ) -> Variable {
        let shape = images.shape
        precondition(
            shape.count == 4 && patchSize > 0 && shape[2] % patchSize == 0
                && shape[3] % patchSize == 0,
            "images \(shape) cannot be cut into patches of \(patchSize) pixels")
        precondition(!images.requiresGradient, "the patch embedding passes no gradient to images")
        let patches = (shape[2] / patchSize) * (shape[3] / patchSize)
        precondition(
            keep == nil || (keep!.blocks == 1 && keep!.batch == shape[0]),
            "a mask for \(keep?.batch ?? 0) images and \(keep?.blocks ?? 0) blocks cannot cut \(shape)"
        )
        keep?.check(below: patches)
        let kept = keep?.kept ?? patches
        let pixels = shape[1] * patchSize * patchSize
        let map = LinearMap(
            weight: weight, bias: bias, inputShape: [shape[0], kept, pixels], precision: precision)
        let input = images.value
        let unfolded = { () -> Tensor in
            let columns = Tensor(uninitialized: [shape[0] * kept, pixels])
            parallelRows(shape[0], width: kept * pixels) { part in
                for b in part {
                    let unfold = { (index: UnsafePointer<Int32>?) in
                        jk_unfold_patches(
                            columns.mutablePointer + b * kept * pixels,
                            input.pointer + b * shape[1] * shape[2] * shape[3], index, kept,
                            shape[1], shape[2], shape[3], patchSize)
                    }
                    guard let keep else {
                        unfold(nil)
                        continue
                    }
                    keep.values.withUnsafeBufferPointer { unfold($0.baseAddress! + b * kept) }
                }
            }
            return columns
        }
        let (columns, rows) = (unfolded(), shape[0] * kept)
        let value = Tensor(uninitialized: [shape[0], kept, map.width])
        map.write(map.result(columns.pointer, rows: rows, into: value.mutablePointer))
        return record(value, keeps: keeps(weights: [weight, bias])) { gradient in
            map.accumulateBias(gradient.pointer, rows: rows)
            map.accumulateWeight(gradient.pointer, rows: rows, x: unfolded)
        }
    }
}
