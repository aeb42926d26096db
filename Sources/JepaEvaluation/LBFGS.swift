/// Minimises a smooth function of many variables from its gradient.
///
/// The inverse Hessian is known by the last few steps only (two-loop recursion), on top of a first
/// guess that the caller may give; the length of a step satisfies the weak Wolfe conditions, found
/// by bisection and doubling. Source: Nocedal and Wright, Numerical Optimization, algorithm 7.4;
/// line search: Lewis and Overton 2013.
package struct LBFGS {
    /// How many past steps describe the curvature.
    package var history: Int
    /// After this many steps the search ends as not converged.
    package var maxIterations: Int
    /// The search ends where a full step promises to lower the value by less than this share of
    /// it (of 1, if the value is smaller).
    package var tolerance: Double

    /// A search.
    package init(
        history: Int = 20, maxIterations: Int = 500, tolerance: Double = 1e-8
    ) {
        self.history = history
        self.maxIterations = maxIterations
        self.tolerance = tolerance
    }

    /// Where a search ended.
    package struct Minimum: Equatable {
        package var point: [Double]
        package var value: Double
        package var gradient: [Double]
        package var iterations = 0
        /// Whether no more than the tolerance is left to gain, or rounding hides what is.
        package var converged = false
    }

    /// A function value and its gradient.
    package typealias Evaluation = (value: Double, gradient: [Double])

    /// One remembered step: the change of the point, of the gradient, and 1 / their product.
    private struct Pair {
        let step: [Double]
        let change: [Double]
        let inverseCurvature: Double
    }

    /// The minimum of `function` reached from `start`.
    ///
    /// - Parameter precondition: multiplies a gradient by an approximate inverse of the Hessian,
    ///   correct up to a factor; without it that is the identity.
    package func minimise(
        from start: [Double], precondition: ([Double]) -> [Double] = { $0 },
        _ function: ([Double]) throws -> Evaluation
    ) rethrows -> Minimum {
        let first = try function(start)
        var best = Minimum(point: start, value: first.value, gradient: first.gradient)
        var pairs: [Pair] = []
        while best.iterations < maxIterations {
            let direction = direction(best.gradient, pairs, precondition)
            if -dot(best.gradient, direction) / 2 <= tolerance * max(1, abs(best.value)) {
                best.converged = true
                break
            }
            // Without curvature the gradient has no scale: start with a step of length one.
            let length = pairs.isEmpty ? 1 / max(1, dot(direction, direction).squareRoot()) : 1
            guard let next = try search(best, direction, from: length, function) else {
                // No descent along a descent direction: the rest is rounding. A stale history
                // can look the same, so the plain gradient is tried before giving up.
                if pairs.isEmpty {
                    best.converged = true
                    break
                }
                pairs = []
                continue
            }
            let step = combine(next.point, -1, best.point)
            let change = combine(next.gradient, -1, best.gradient)
            let curvature = dot(step, change)
            if curvature > 0 {
                pairs.append(Pair(step: step, change: change, inverseCurvature: 1 / curvature))
                if pairs.count > history { pairs.removeFirst() }
            }
            best = next
        }
        return best
    }

    /// Minus the inverse Hessian times the gradient.
    private func direction(
        _ gradient: [Double], _ pairs: [Pair], _ precondition: ([Double]) -> [Double]
    ) -> [Double] {
        var result = gradient.map { -$0 }
        var factors: [Double] = []
        for pair in pairs.reversed() {
            let factor = pair.inverseCurvature * dot(pair.step, result)
            factors.append(factor)
            result = combine(result, -factor, pair.change)
        }
        result = precondition(result)
        if let last = pairs.last {
            let scale = last.inverseCurvature * dot(last.change, precondition(last.change))
            result = result.map { $0 / scale }
        }
        for (pair, factor) in zip(pairs, factors.reversed()) {
            let correction = factor - pair.inverseCurvature * dot(pair.change, result)
            result = combine(result, correction, pair.step)
        }
        return result
    }

    /// A point along `direction` that is lower by enough and where the slope has flattened.
    private func search(
        _ here: Minimum, _ direction: [Double], from length: Double,
        _ function: ([Double]) throws -> Evaluation
    ) rethrows -> Minimum? {
        let slope = dot(here.gradient, direction)
        guard slope < 0 else { return nil }
        var (low, high, length) = (0.0, Double.infinity, length)
        for _ in 0..<30 {
            let point = combine(here.point, length, direction)
            let (value, gradient) = try function(point)
            // Written so that a value that is not a number counts as too far.
            if !(value < here.value && value <= here.value + 1e-4 * length * slope) {
                high = length
            } else if dot(gradient, direction) < 0.9 * slope {
                low = length
            } else {
                return Minimum(
                    point: point, value: value, gradient: gradient,
                    iterations: here.iterations + 1)
            }
            length = high < .infinity ? (low + high) / 2 : 2 * low
        }
        return nil
    }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
            var sum = 0.0
            for i in 0..<a.count { sum += a[i] * b[i] }
            return sum
        }
    }
}

/// `a + factor * b`.
private func combine(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] {
    Array(unsafeUninitializedCapacity: a.count) { result, count in
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                for i in 0..<a.count { result[i] = a[i] + factor * b[i] }
            }
        }
        count = a.count
    }
}
