/// Why bytes did not become an image.
public struct DecodingFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Reason: String, Sendable {
        /// The file is not there, is not a plain file, or may not be read.
        case unreadable
        /// Not a picture at all.
        case notAnImage
        /// A picture format or variant that is not decoded here.
        case unsupported
        /// More pixels than allowed, or than the bytes can hold.
        case tooLarge
        /// The data ends before the picture does.
        case truncated
        /// The data contradicts itself.
        case damaged
        /// The memory for the pixels is not there.
        case noMemory
    }

    /// The kind of failure, for programs.
    public let reason: Reason
    /// What was found, for people.
    public let description: String

    /// A failure.
    public init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
