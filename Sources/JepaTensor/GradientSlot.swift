import CKernels

/// Where the gradient of one value on the tape is collected.
///
/// Apart from the value, so that an operation can pass a gradient back to an input without
/// keeping that input in memory.
final class GradientSlot {
    let count: Int
    private var sum: Tensor?

    init(count: Int) { self.count = count }

    /// What has arrived so far.
    var gradient: Tensor? { sum }

    /// Adds a contribution; the first one is taken over without a copy.
    func accumulate(_ contribution: Tensor) {
        precondition(
            contribution.count == count,
            "a gradient of shape \(contribution.shape) arrived at a value of \(count) elements")
        guard sum != nil else {
            sum = contribution
            return
        }
        accumulate(shape: contribution.shape) { place, _ in
            parallelElements(contribution.count) { part in
                jk_add(place + part.lowerBound, contribution.pointer + part.lowerBound, part.count)
            }
        }
    }

    /// Adds a contribution by a kernel that gets the place and whether it must add to what is
    /// there (true) or overwrite it (false).
    func accumulate(shape: [Int], _ body: (UnsafeMutablePointer<Float>, _ adds: Bool) -> Void) {
        let fresh = sum == nil
        var tensor = sum ?? Tensor(uninitialized: shape)
        sum = nil
        if !fresh { tensor.makeUnique() }
        body(tensor.mutablePointer, !fresh)
        sum = tensor
    }

    /// Hands the gradient over and forgets it.
    func take() -> Tensor? {
        defer { sum = nil }
        return sum
    }
}
