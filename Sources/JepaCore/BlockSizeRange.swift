/// The sizes a block of patches is drawn from: a share of the grid and an aspect ratio.
///
/// One uniform `u` sets both, as in the released code of I-JEPA: `scale = lo + u (hi - lo)` and
/// `aspect = lo + u (hi - lo)`; then `area = floor(N scale)`, `height = round(sqrt(area aspect))`
/// and `width = round(sqrt(area / aspect))`, halves to the even side.
public struct BlockSizeRange: Equatable, Sendable {
    /// What holds for a block that does not fit.
    public enum Limit: Sendable {
        /// Each side is cut until it is smaller than the grid's, so that no block fills the grid;
        /// the rule of the released code.
        case belowGrid
        /// A side is cut to that of the grid, and the other grows to keep the area; no side is 0.
        case grid
    }

    /// The share of the patches, lowest and highest.
    public let scale: ClosedRange<Double>
    /// Height over width, lowest and highest.
    public let aspect: ClosedRange<Double>
    /// What holds for a block that does not fit.
    public let limit: Limit

    /// A range of sizes.
    public init(scale: ClosedRange<Double>, aspect: ClosedRange<Double>, limit: Limit) {
        self.scale = scale
        self.aspect = aspect
        self.limit = limit
    }

    /// Draws a size with a single number.
    public func draw(on grid: PatchGrid, using random: inout StageRandom) -> BlockSize {
        size(at: random.uniform(), on: grid)
    }

    /// The size that the uniform number `u` in 0..<1 stands for.
    public func size(at u: Double, on grid: PatchGrid) -> BlockSize {
        let area = Double(Int(Double(grid.count) * Self.value(at: u, of: scale)))
        let aspect = Self.value(at: u, of: aspect)
        let height = Self.side(area * aspect)
        let width = Self.side(area / aspect)
        switch limit {
        case .belowGrid:
            return BlockSize(
                height: min(height, grid.height - 1), width: min(width, grid.width - 1))
        case .grid where height > grid.height:
            let rest = Int((area / Double(grid.height)).rounded())
            return BlockSize(height: grid.height, width: min(max(rest, 1), grid.width))
        case .grid where width > grid.width:
            let rest = Int((area / Double(grid.width)).rounded())
            return BlockSize(height: min(max(rest, 1), grid.height), width: grid.width)
        case .grid:
            return BlockSize(height: max(height, 1), width: max(width, 1))
        }
    }

    /// Every size that can be drawn, with its probability; smaller ones first.
    ///
    /// The size is constant between the values of `u` at which the area or a rounded side
    /// changes. These are known in closed form, so one look between each two of them finds all.
    ///
    /// - Complexity: O(A log A) for A different areas, in general.
    public func sizes(on grid: PatchGrid) -> [(size: BlockSize, probability: Double)] {
        var cuts: Set<Double> = [0, 1]
        for (area, span) in areas(on: grid) {
            cuts.formUnion([span.lowerBound, span.upperBound])
            cuts.formUnion(sideCuts(area: area).filter(span.contains))
        }
        var probabilities: [BlockSize: Double] = [:]
        let sorted = cuts.sorted()
        for (a, b) in zip(sorted, sorted.dropFirst()) {
            probabilities[size(at: (a + b) / 2, on: grid), default: 0] += b - a
        }
        return probabilities.map { ($0.key, $0.value) }.sorted {
            ($0.size.count, $0.size.height, $0.size.width)
                < ($1.size.count, $1.size.height, $1.size.width)
        }
    }

    /// The areas that can occur, each with the values of `u` it occurs at.
    private func areas(on grid: PatchGrid) -> [(area: Double, span: ClosedRange<Double>)] {
        let patches = Double(grid.count)
        let extent = scale.upperBound - scale.lowerBound
        guard extent > 0 else { return [((patches * scale.lowerBound).rounded(.down), 0...1)] }
        let first = Int(patches * scale.lowerBound)
        let last = Int(patches * scale.upperBound)
        let start = { (area: Int) in
            min(max((Double(area) / patches - scale.lowerBound) / extent, 0), 1)
        }
        return (first...last).map { (Double($0), start($0)...max(start($0), start($0 + 1))) }
    }

    /// The values of `u` at which a side of a block of this area is rounded the other way.
    private func sideCuts(area: Double) -> [Double] {
        let extent = aspect.upperBound - aspect.lowerBound
        guard extent > 0, area > 0 else { return [] }
        let longest = max(Self.side(area * aspect.upperBound), Self.side(area / aspect.lowerBound))
        return (0...longest).flatMap { side in
            let square = (Double(side) + 0.5) * (Double(side) + 0.5)
            return [square / area, area / square].map { ($0 - aspect.lowerBound) / extent }
        }
    }

    private static func value(at u: Double, of range: ClosedRange<Double>) -> Double {
        range.lowerBound + u * (range.upperBound - range.lowerBound)
    }

    private static func side(_ square: Double) -> Int {
        Int(square.squareRoot().rounded(.toNearestOrEven))
    }
}
