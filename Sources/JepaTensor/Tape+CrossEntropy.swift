import Foundation

extension Tape {
    /// The mean over the rows of `-sum of target log softmax(logits)`.
    ///
    /// Keeps the probabilities. Sums are in float64.
    ///
    /// - Parameters:
    ///   - logits: `[B, C]`
    ///   - targets: `[B, C]`, the share of each class in each row; rows sum to 1.
    /// - Returns: A scalar.
    public func crossEntropy(_ logits: Variable, targets: Tensor) -> Variable {
        precondition(
            logits.shape.count == 2 && logits.shape == targets.shape && targets.count > 0,
            "logits \(logits.shape) and targets \(targets.shape) cannot be compared")
        let (rows, classes) = (logits.shape[0], logits.shape[1])
        let input = logits.value
        let probabilities = Tensor(uninitialized: logits.shape)
        let total = parallelSum(rows, grain: max(1, 32768 / classes)) { part in
            var loss = 0.0
            for row in part {
                let (x, t) = (input.pointer + row * classes, targets.pointer + row * classes)
                let p = probabilities.mutablePointer + row * classes
                var largest = x[0]
                for c in 1..<classes where x[c] > largest { largest = x[c] }
                var (sum, hit, mass) = (0.0, 0.0, 0.0)
                for c in 0..<classes {
                    let lead = Double(x[c] - largest)
                    let power = exp(lead)
                    sum += power
                    hit += Double(t[c]) * lead
                    mass += Double(t[c])
                    p[c] = Float(power)
                }
                loss += mass * log(sum) - hit
                let share = Float(1 / sum)
                for c in 0..<classes { p[c] *= share }
            }
            return loss
        }
        let slot = logits.slot
        let value = Tensor(scalar: Float(total / Double(rows)))
        return record(value, keeps: keeps(logits)) { gradient in
            let factor = gradient.scalar / Float(rows)
            // Nobody reads the probabilities after this, so the gradient takes their place.
            parallelRows(rows, width: classes) { part in
                for i in part.lowerBound * classes..<part.upperBound * classes {
                    probabilities.mutablePointer[i] =
                        factor * (probabilities.pointer[i] - targets.pointer[i])
                }
            }
            slot?.accumulate(probabilities)
        }
    }

    /// Targets for `crossEntropy` from the class of each row.
    ///
    /// - Parameter smoothing: The share that is spread evenly over all classes.
    /// - Returns: `[B, C]`
    public static func targets(
        classes labels: [Int], of count: Int, smoothing: Float = 0
    ) -> Tensor {
        let result = Tensor(repeating: smoothing / Float(count), shape: [labels.count, count])
        for (row, label) in labels.enumerated() {
            precondition((0..<count).contains(label), "the label \(label) is not one of \(count)")
            result.mutablePointer[row * count + label] += 1 - smoothing
        }
        return result
    }
}
