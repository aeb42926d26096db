package import JepaTensor

/// One quantity of a recorded run beside what the stages compute: a row of the table.
package struct Comparison {
    /// What is compared: a step, a stage, the name of a tensor.
    package let quantity: String
    /// The largest difference of two numbers.
    package let absolute: Double
    /// The same over the largest recorded number.
    package let relative: Double
    /// The index of the largest difference; empty for a number by itself.
    package let place: [Int]
    /// What is allowed.
    package let allowance: Allowance
    /// How many entries are farther off than is allowed but no farther than noise carries them.
    package let noisyEntries: Int
    /// Whether the quantity is reproduced.
    package let isRight: Bool

    /// Compares two numbers.
    package init(_ quantity: String, _ found: Double, recorded: Double, _ allowance: Allowance) {
        self.init(
            quantity, found: [found], recorded: [recorded], shape: [], 0..<1, allowance, nil)
    }

    /// Compares two tensors of the same shape.
    ///
    /// - Parameters:
    ///   - elements: Those to compare, in row-major order; nil for all. What is recorded of the
    ///     others only enters the scale of the relative error.
    ///   - noise: How far each entry may be off besides what is allowed.
    package init(
        _ quantity: String, _ found: Tensor, recorded: Tensor, elements: Range<Int>? = nil,
        _ allowance: Allowance, noise: [Double]? = nil
    ) {
        precondition(
            found.shape == recorded.shape,
            "\(quantity): \(found.shape) cannot be compared with \(recorded.shape)")
        self.init(
            quantity, found: found.elements.map(Double.init),
            recorded: recorded.elements.map(Double.init), shape: found.shape,
            elements ?? 0..<found.count, allowance, noise)
    }

    private init(
        _ quantity: String, found: [Double], recorded: [Double], shape: [Int],
        _ elements: Range<Int>, _ allowance: Allowance, _ noise: [Double]?
    ) {
        let scale = recorded.reduce(0) { max($0, abs($1)) }
        let allowed = allowance.distance(scale: scale)
        var (worst, place) = (-1.0, elements.lowerBound)
        var (noisy, wrong) = (0, 0)
        for index in elements {
            let distance = abs(found[index] - recorded[index])
            // A number that is not finite is as far away as can be.
            let error = distance.isFinite ? distance : .infinity
            if error > worst { (worst, place) = (error, index) }
            guard error > allowed else { continue }
            if error <= allowed + (noise?[index] ?? 0) { noisy += 1 } else { wrong += 1 }
        }
        self.quantity = quantity
        absolute = max(worst, 0)
        relative = worst <= 0 ? 0 : worst / scale
        self.place = Self.index(of: place, in: shape)
        self.allowance = allowance
        noisyEntries = noisy
        isRight = wrong == 0 && absolute.isFinite && scale.isFinite
    }

    /// The position along every axis of a row-major offset.
    private static func index(of offset: Int, in shape: [Int]) -> [Int] {
        var rest = offset
        let reversed = shape.reversed().map { length in
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: length)
            rest = quotient
            return remainder
        }
        return reversed.reversed()
    }
}
