import CKernels

extension Tape {
    /// How far the rows of `z` are from a standard normal distribution: the mean over directions of
    /// the Epps-Pulley statistic of the rows projected on them.
    ///
    /// `B * integral of |phi(t) - exp(-t^2/2)|^2 exp(-t^2/2) dt` over -limit...limit by the
    /// trapezoid rule, with `phi(t)` the mean over the rows of `exp(i t <z, direction>)`; in
    /// float64. It is symmetric in t, so half of the points are computed. Keeps the projections.
    ///
    /// - Parameters:
    ///   - z: `[B, D]`
    ///   - directions: `[P, D]`, rows of length 1.
    ///   - points: Odd, from 3 to 129.
    /// - Returns: A scalar.
    /// - Complexity: O(B P (D + points))
    ///
    /// Source: LeJEPA, arXiv 2511.08544, section 4.
    public func eppsPulley(
        _ z: Variable, directions: Tensor, points: Int = 17, limit: Float = 5
    ) -> Variable {
        precondition(
            z.shape.count == 2 && directions.shape.count == 2 && z.shape[1] == directions.shape[1]
                && z.value.count > 0 && directions.count > 0,
            "\(z.shape) cannot be projected on \(directions.shape)")
        precondition(
            points % 2 == 1 && 3...129 ~= points, "\(points) points have no middle or no ends")
        let (batch, width, count) = (z.shape[0], z.shape[1], directions.shape[0])
        let half = points / 2
        let input = z.value
        // [P, B], so that each direction has its numbers side by side.
        let projections = Tensor(uninitialized: [count, batch])
        MatrixProduct(
            m: count, n: batch, k: width, a: directions.pointer, aStride: width, b: input.pointer,
            bStride: width, transposesB: true, c: projections.mutablePointer, cStride: batch
        ).runInParallel()
        var statistics = [Double](repeating: 0, count: count)
        var differences = [Double](repeating: 0, count: count * 2 * half)
        statistics.withUnsafeMutableBufferPointer { statistics in
            differences.withUnsafeMutableBufferPointer { differences in
                let (sums, places) = (statistics, differences)
                parallelRows(count, width: batch * half) { part in
                    for p in part {
                        sums[p] = jk_epps_pulley(
                            places.baseAddress! + p * 2 * half, projections.pointer + p * batch,
                            batch, half, limit)
                    }
                }
            }
        }
        let value = Tensor(scalar: Float(statistics.reduce(0, +) / Double(count)))
        let (slot, found) = (z.slot, differences)
        return record(value, keeps: keeps(z)) { gradient in
            let factor = gradient.scalar / Float(count)
            let passed = Tensor(uninitialized: [count, batch])
            found.withUnsafeBufferPointer { places in
                parallelRows(count, width: batch * half) { part in
                    for p in part {
                        jk_epps_pulley_backward(
                            passed.mutablePointer + p * batch,
                            places.baseAddress! + p * 2 * half, projections.pointer + p * batch,
                            batch, half, limit, factor)
                    }
                }
            }
            slot?.accumulate(shape: [batch, width]) { place, adds in
                MatrixProduct(
                    m: batch, n: width, k: count, a: passed.pointer, aStride: batch,
                    transposesA: true, b: directions.pointer, bStride: width, c: place,
                    cStride: width, beta: adds ? 1 : 0
                ).runInParallel()
            }
        }
    }
}
