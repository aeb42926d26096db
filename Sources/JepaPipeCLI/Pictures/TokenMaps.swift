package import JepaCore
import JepaEvaluation
package import JepaImages
package import JepaTensor

/// Patch tokens as colours: their first three principal components as red, green and blue.
///
/// The components are those of the tokens of all images together, so one colour means one thing in
/// all of them. Each component fills its channel from the 1st to the 99th percentile.
/// Source: the pictures of DINOv2, arXiv 2304.07193, figure 1.
package struct TokenMaps {
    /// One picture per image, one pixel per patch.
    package let maps: [Image]
    /// The share of the variance of the coloured tokens that red, green and blue stand for.
    package let shares: [Double]

    /// What patches look like that are no foreground.
    private static let background = Colour(228, 229, 233)

    /// Colours for tokens.
    ///
    /// - Parameters:
    ///   - tokens: `[B, N, D]`
    ///   - onlyForeground: Colours only the patches on one side of a threshold of the first
    ///     component, by components of their own. The threshold is Otsu's; the foreground is the
    ///     side that is rarer at the edges of images.
    /// - Throws: `notFinite` if a token is not.
    package init(_ tokens: Tensor, grid: PatchGrid, onlyForeground: Bool = false) throws {
        precondition(
            tokens.shape.count == 3 && tokens.shape[1] == grid.count,
            "tokens \(tokens.shape) do not cover a grid of \(grid)")
        let (images, width) = (tokens.shape[0], tokens.shape[2])
        let rows = tokens.reshaped([images * grid.count, width])
        let shown =
            onlyForeground
            ? try Self.foreground(of: rows, grid)
            : [Bool](repeating: true, count: rows.shape[0])
        let chosen = shown.indices.filter { shown[$0] }
        let coloured = rows.rows(at: chosen)
        let components = try PrincipalComponents(of: coloured, count: 3)
        let channels = Self.channels(components.scores(of: coloured))
        shares = components.shares
        var pixels = [Colour](repeating: Self.background, count: rows.shape[0])
        for (place, row) in chosen.enumerated() { pixels[row] = channels[place] }
        maps = (0..<images).map { image in
            Image(
                width: grid.width, height: grid.height,
                pixels: pixels[image * grid.count..<(image + 1) * grid.count].flatMap {
                    [$0.red, $0.green, $0.blue]
                })
        }
    }

    /// Three numbers of each row as a colour; a missing component is half light.
    private static func channels(_ scores: [[Double]]) -> [Colour] {
        let scaled = (0..<3).map { component -> [UInt8] in
            guard let count = scores.first?.count, component < count else {
                return [UInt8](repeating: 128, count: scores.count)
            }
            let values = scores.map { $0[component] }
            let sorted = values.sorted()
            let low = sorted[(sorted.count - 1) / 100]
            let high = sorted[sorted.count - 1 - (sorted.count - 1) / 100]
            return values.map { value in
                guard high > low else { return 128 }
                return UInt8((min(max((value - low) / (high - low), 0), 1) * 255).rounded())
            }
        }
        return scores.indices.map { Colour(scaled[0][$0], scaled[1][$0], scaled[2][$0]) }
    }

    /// Which rows are foreground.
    private static func foreground(of rows: Tensor, _ grid: PatchGrid) throws -> [Bool] {
        let first = try PrincipalComponents(of: rows, count: 1).scores(of: rows).map { $0[0] }
        guard let threshold = otsuThreshold(first) else {
            return [Bool](repeating: true, count: first.count)
        }
        let isAbove = first.map { $0 > threshold }
        func share(_ isEdge: Bool) -> Double {
            let places = isAbove.indices.filter { grid.isEdge($0 % grid.count) == isEdge }
            return Double(places.filter { isAbove[$0] }.count) / Double(max(places.count, 1))
        }
        let isForeground = share(true) <= share(false)
        return isAbove.map { $0 == isForeground }
    }
}

extension PatchGrid {
    /// Whether a patch touches the edge of the image.
    fileprivate func isEdge(_ patch: Int) -> Bool {
        let (row, column) = (patch / width, patch % width)
        return row == 0 || column == 0 || row == height - 1 || column == width - 1
    }
}

/// The threshold that parts numbers into two groups with the largest variance between them; nil if
/// they are all equal.
///
/// Values above it are the upper group. It lies midway between two neighbouring numbers.
/// Source: Otsu 1979, on the numbers themselves instead of a histogram.
package func otsuThreshold(_ values: [Double]) -> Double? {
    let sorted = values.sorted()
    guard let lowest = sorted.first, let highest = sorted.last, lowest < highest else { return nil }
    let total = sorted.reduce(0, +)
    var (best, threshold, below) = (-1.0, lowest, 0.0)
    for count in 1..<sorted.count {
        below += sorted[count - 1]
        guard sorted[count - 1] < sorted[count] else { continue }
        let (lower, upper) = (Double(count), Double(sorted.count - count))
        let distance = below / lower - (total - below) / upper
        let between = lower * upper * distance * distance
        if between > best {
            best = between
            threshold = (sorted[count - 1] + sorted[count]) / 2
        }
    }
    return threshold
}
