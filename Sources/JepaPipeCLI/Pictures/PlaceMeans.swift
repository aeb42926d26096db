package import JepaTensor

/// The mean token of every place of the patch grid over many images.
///
/// Tokens tell where a patch is as well as what is there, small and young networks above all. What
/// remains without the mean of its place is what tells one image from another.
package struct PlaceMeans {
    /// Fewer images would take away what they show themselves.
    package static let fewestImages = 16

    private let means: [Double]
    private let width: Int

    /// The means of tokens `[B, N, D]`.
    package init(of tokens: Tensor) {
        let (images, size) = (tokens.shape[0], tokens.shape[1] * tokens.shape[2])
        var sums = [Double](repeating: 0, count: size)
        for image in 0..<images {
            let from = tokens.pointer + image * size
            for place in 0..<size { sums[place] += Double(from[place]) }
        }
        means = sums.map { $0 / Double(max(images, 1)) }
        width = tokens.shape[2]
    }

    /// Tokens `[B, N, D]` without the mean of their place.
    package func removed(from tokens: Tensor) -> Tensor {
        precondition(
            tokens.shape.count == 3 && tokens.shape[1] * tokens.shape[2] == means.count
                && tokens.shape[2] == width,
            "tokens \(tokens.shape) have no place among \(means.count / max(width, 1))")
        let result = Tensor(uninitialized: tokens.shape)
        for place in 0..<tokens.count {
            result.mutablePointer[place] = Float(
                Double(tokens.pointer[place]) - means[place % means.count])
        }
        return result
    }
}
