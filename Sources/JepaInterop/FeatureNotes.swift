/// What stands beside a table of features; JSON beside an npy file, metadata of a safetensors file.
public struct FeatureNotes: Codable, Equatable, Sendable {
    /// An image that has no row, and why.
    public struct Omission: Codable, Equatable, Sendable {
        public let file: String
        public let reason: String

        /// An omission.
        public init(file: String, reason: String) {
            self.file = file
            self.reason = reason
        }
    }

    /// The image of each row, below the folder.
    public var files: [String]
    /// The class of each row, -1 if unknown; empty if there are no classes.
    public var labels: [Int]
    /// The names of the classes.
    public var classes: [String]
    /// Images without a row.
    public var omitted: [Omission]
    /// How the features came about: weights, encoder, layers, pooling, image size.
    public var made: [String: String]

    /// Notes of a table.
    public init(
        files: [String], labels: [Int], classes: [String], omitted: [Omission],
        made: [String: String]
    ) {
        self.files = files
        self.labels = labels
        self.classes = classes
        self.omitted = omitted
        self.made = made
    }
}
