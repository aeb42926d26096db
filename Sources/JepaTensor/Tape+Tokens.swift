import CKernels

extension Tape {
    /// The kept tokens of each mask.
    ///
    /// - Parameters:
    ///   - x: `[B, N, D]`
    ///   - indices: `[M, B, K]`, each below N
    /// - Returns: `[M*B, K, D]`, row `m*B + b`
    public func gather(_ x: Variable, _ indices: PatchIndices) -> Variable {
        precondition(
            x.shape.count == 3 && x.shape[0] == indices.batch,
            "tokens \(x.shape) cannot be gathered by masks for \(indices.batch) images")
        let (batch, tokens, width) = (x.shape[0], x.shape[1], x.shape[2])
        indices.check(below: tokens)
        let (input, shape, slot) = (x.value, x.shape, x.slot)
        let kept = indices.kept
        let value = Tensor(uninitialized: [indices.blocks * batch, kept, width])
        indices.values.withUnsafeBufferPointer { table in
            parallelRows(indices.blocks * batch, width: kept * width) { rows in
                for row in rows where kept > 0 {
                    jk_gather_rows(
                        value.mutablePointer + row * kept * width,
                        input.pointer + row % batch * tokens * width,
                        table.baseAddress! + row * kept, kept, width)
                }
            }
        }
        return record(value, keeps: keeps(x)) { gradient in
            // By image, so that no two threads add to the same token.
            let passed = Tensor(repeating: 0, shape: shape)
            indices.values.withUnsafeBufferPointer { table in
                parallel(kept > 0 ? batch : 0) { b in
                    for m in 0..<indices.blocks {
                        let row = m * batch + b
                        jk_scatter_add_rows(
                            passed.mutablePointer + b * tokens * width,
                            gradient.pointer + row * kept * width, table.baseAddress! + row * kept,
                            kept, width)
                    }
                }
            }
            slot?.accumulate(passed)
        }
    }

    /// `a` and `b` side by side along the token axis.
    ///
    /// - Parameters:
    ///   - a: `[R, K, D]`, or `[B, K, D]` with R a multiple of B: then row r holds `a[r % B]`,
    ///     as every target block of an image sees the same context.
    ///   - b: `[R, L, D]`
    /// - Returns: `[R, K + L, D]`
    public func concatenate(_ a: Variable, _ b: Variable) -> Variable {
        precondition(
            a.shape.count == 3 && b.shape.count == 3 && a.shape[2] == b.shape[2]
                && a.shape[0] > 0 && b.shape[0] % a.shape[0] == 0,
            "tokens \(a.shape) and \(b.shape) cannot stand side by side")
        let (rows, sources, width) = (b.shape[0], a.shape[0], a.shape[2])
        let (first, second) = (a.shape[1] * width, b.shape[1] * width)
        let (aValue, bValue) = (a.value, b.value)
        let value = Tensor(uninitialized: [rows, a.shape[1] + b.shape[1], width])
        parallelRows(rows, width: first + second) { part in
            for row in part {
                let place = value.mutablePointer + row * (first + second)
                place.update(from: aValue.pointer + row % sources * first, count: first)
                (place + first).update(from: bValue.pointer + row * second, count: second)
            }
        }
        let (aSlot, bSlot, aShape, bShape) = (a.slot, b.slot, a.shape, b.shape)
        return record(value, keeps: keeps(a, b)) { gradient in
            aSlot?.accumulate(shape: aShape) { place, adds in
                parallelRows(sources, width: first * rows / sources) { part in
                    for row in part.lowerBound..<part.upperBound {
                        let sum = place + row * first
                        if !adds { jk_fill(sum, 0, first) }
                        for r in stride(from: row, to: rows, by: sources) {
                            jk_add(sum, gradient.pointer + r * (first + second), first)
                        }
                    }
                }
            }
            bSlot?.accumulate(shape: bShape) { place, adds in
                parallelRows(rows, width: second) { part in
                    for row in part {
                        let from = gradient.pointer + row * (first + second) + first
                        if adds {
                            jk_add(place + row * second, from, second)
                        } else {
                            (place + row * second).update(from: from, count: second)
                        }
                    }
                }
            }
        }
    }

    /// The tokens `range` of every row.
    ///
    /// - Parameter x: `[R, N, D]`
    /// - Returns: `[R, range.count, D]`
    public func tokens(_ range: Range<Int>, of x: Variable) -> Variable {
        precondition(
            x.shape.count == 3 && range.lowerBound >= 0 && range.upperBound <= x.shape[1],
            "tokens \(range) are outside \(x.shape)")
        let (rows, width) = (x.shape[0], x.shape[2])
        let (whole, part) = (x.shape[1] * width, range.count * width)
        let offset = range.lowerBound * width
        let (input, shape, slot) = (x.value, x.shape, x.slot)
        let value = Tensor(uninitialized: [rows, range.count, width])
        parallelRows(rows, width: part) { share in
            for row in share {
                (value.mutablePointer + row * part).update(
                    from: input.pointer + row * whole + offset, count: part)
            }
        }
        return record(value, keeps: keeps(x)) { gradient in
            slot?.accumulate(shape: shape) { place, adds in
                parallelRows(rows, width: whole) { share in
                    for row in share {
                        if !adds { jk_fill(place + row * whole, 0, whole) }
                        jk_add(place + row * whole + offset, gradient.pointer + row * part, part)
                    }
                }
            }
        }
    }

    /// The first `count` tokens of every row, and the others.
    ///
    /// - Parameter x: `[R, N, D]`
    /// - Returns: `[R, count, D]` and `[R, N - count, D]`
    public func split(_ x: Variable, at count: Int) -> (Variable, Variable) {
        (tokens(0..<count, of: x), tokens(count..<x.shape[1], of: x))
    }

    /// The batch `times` times over, block by block.
    ///
    /// - Parameter x: `[B, ...]`
    /// - Returns: `[M*B, ...]`, row `m*B + b` holding row b
    public func repeatBatch(_ x: Variable, times: Int) -> Variable {
        precondition(times > 0 && !x.shape.isEmpty, "\(x.shape) cannot be repeated \(times) times")
        let (input, shape, slot) = (x.value, x.shape, x.slot)
        let count = input.count
        let value = Tensor(uninitialized: [times * shape[0]] + shape.dropFirst())
        for m in 0..<times {
            parallelElements(count) { part in
                (value.mutablePointer + m * count + part.lowerBound).update(
                    from: input.pointer + part.lowerBound, count: part.count)
            }
        }
        return record(value, keeps: keeps(x)) { gradient in
            slot?.accumulate(shape: shape) { place, adds in
                parallelElements(count) { part in
                    let sum = place + part.lowerBound
                    if !adds { jk_fill(sum, 0, part.count) }
                    for m in 0..<times {
                        jk_add(sum, gradient.pointer + m * count + part.lowerBound, part.count)
                    }
                }
            }
        }
    }
}
