/// The patches of an image, counted down and across.
public struct PatchGrid: Hashable, Sendable, CustomStringConvertible {
    /// Rows of patches.
    public let height: Int
    /// Columns of patches.
    public let width: Int

    /// A grid.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// The number of patches, `N`.
    public var count: Int { height * width }

    /// Height by width, as in `14x14`.
    public var description: String { "\(height)x\(width)" }
}

/// The size of the images of a data source.
public struct ImageShape: Hashable, Sendable, CustomStringConvertible {
    /// Colour channels.
    public let channels: Int
    /// Rows of pixels.
    public let height: Int
    /// Columns of pixels.
    public let width: Int

    /// A size.
    public init(channels: Int = 3, height: Int, width: Int) {
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// The number of values of one image.
    public var count: Int { channels * height * width }

    /// Channels by height by width, as in `3x224x224`.
    public var description: String { "\(channels)x\(height)x\(width)" }
}
