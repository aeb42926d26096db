/// The height and width of a rectangle of patches.
public struct BlockSize: Hashable, Sendable, CustomStringConvertible {
    /// Rows of patches.
    public let height: Int
    /// Columns of patches.
    public let width: Int

    /// A size.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// The number of patches.
    public var count: Int { height * width }

    /// Height by width, as in `5x7`.
    public var description: String { "\(height)x\(width)" }
}
