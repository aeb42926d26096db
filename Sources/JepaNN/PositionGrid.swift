/// The patch grid that positions were made for, where it is not the one they are used on.
public struct PositionGrid: Codable, Hashable, Sendable, CustomStringConvertible {
    /// Rows of patches.
    public let height: Int
    /// Columns of patches.
    public let width: Int

    /// A grid.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// A grid as `description` has it; nil for another text, or sides beyond any image.
    public init?(_ text: String) {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let height = sides[0], let width = sides[1],
            (1...1024).contains(height), (1...1024).contains(width)
        else { return nil }
        self.init(height: height, width: width)
    }

    /// Height by width, as in `14x14`.
    public var description: String { "\(height)x\(width)" }
}
