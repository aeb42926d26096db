/// A rectangle of patches at a place in a grid.
public struct PatchBlock: Hashable, Sendable {
    /// The first row.
    public let top: Int
    /// The first column.
    public let left: Int
    /// How far it reaches.
    public let size: BlockSize

    /// A block.
    public init(top: Int, left: Int, size: BlockSize) {
        self.top = top
        self.left = left
        self.size = size
    }

    /// The rows of the block.
    public var rows: Range<Int> { top..<top + size.height }
    /// The columns of the block.
    public var columns: Range<Int> { left..<left + size.width }

    /// Whether a patch lies in the block.
    public func contains(row: Int, column: Int) -> Bool {
        rows.contains(row) && columns.contains(column)
    }

    /// The patches of the block outside some others, as ascending row-major indices.
    public func indices(in grid: PatchGrid, outside others: some Sequence<PatchBlock> = [])
        -> [Int32]
    {
        var isTaken = [Bool](repeating: false, count: grid.count)
        for other in others {
            for row in other.rows {
                for column in other.columns { isTaken[row * grid.width + column] = true }
            }
        }
        var indices: [Int32] = []
        indices.reserveCapacity(size.count)
        for row in rows {
            for index in row * grid.width + left..<row * grid.width + left + size.width
            where !isTaken[index] {
                indices.append(Int32(index))
            }
        }
        return indices
    }
}
