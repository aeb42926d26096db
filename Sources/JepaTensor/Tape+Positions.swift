import CKernels

extension Tape {
    /// Tokens plus the fixed vectors of the patches they stand for.
    ///
    /// - Parameters:
    ///   - x: `[R, K, D]` with `R = M*B`
    ///   - table: `[N, D]`, a row per patch; no gradient flows to it.
    ///   - indices: `[M, B, K]`, each below N
    /// - Returns: `[R, K, D]`
    public func addPositions(_ x: Variable, table: Tensor, indices: PatchIndices) -> Variable {
        let rows = indices.blocks * indices.batch * indices.kept
        let width = x.shape.last ?? 0
        precondition(
            x.shape == [indices.blocks * indices.batch, indices.kept, width]
                && table.shape.count == 2 && table.shape[1] == width,
            "tokens \(x.shape) do not fit \(indices.kept) patches and positions \(table.shape)")
        indices.check(below: table.shape[0])
        let (input, slot) = (x.value, x.slot)
        let value = Tensor(uninitialized: x.shape)
        indices.values.withUnsafeBufferPointer { patches in
            parallelRows(rows, width: width) { part in
                for row in part {
                    jk_sum(
                        value.mutablePointer + row * width, input.pointer + row * width,
                        table.pointer + Int(patches[row]) * width, width)
                }
            }
        }
        return record(value, keeps: keeps(x)) { slot?.accumulate($0) }
    }

    /// One mask token per patch to predict: the shared vector plus the patch's position.
    ///
    /// - Parameters:
    ///   - token: `[1, 1, P]`
    ///   - positions: `[N, P]`; no gradient flows to it.
    ///   - indices: `[M, B, K]`, each below N
    /// - Returns: `[M*B, K, P]`
    public func maskTokens(
        token: Weight, positions: Tensor, indices: PatchIndices
    ) -> Variable {
        let rows = indices.blocks * indices.batch * indices.kept
        let width = token.count
        precondition(
            positions.shape.count == 2 && positions.shape[1] == width,
            "mask token \(token.shape) does not fit positions \(positions.shape)")
        indices.check(below: positions.shape[0])
        let shared = token.value
        let value = Tensor(uninitialized: [indices.blocks * indices.batch, indices.kept, width])
        indices.values.withUnsafeBufferPointer { patches in
            parallelRows(rows, width: width) { part in
                for row in part {
                    jk_sum(
                        value.mutablePointer + row * width, shared.pointer,
                        positions.pointer + Int(patches[row]) * width, width)
                }
            }
        }
        return record(value, keeps: keeps(weights: [token])) { gradient in
            token.accumulate { sum, adds in
                sumColumns(of: gradient.pointer, rows: rows, width: width, into: sum, adds: adds)
            }
        }
    }
}
