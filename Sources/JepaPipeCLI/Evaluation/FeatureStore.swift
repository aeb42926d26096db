import Foundation
import JepaCore
import JepaFormats
import JepaTensor
import JepaTraining

/// Features on disk, so that no image is embedded twice by the same network.
///
/// A file holds some hundred images and is named after a sum over everything its features depend
/// on: the weights, the layers, the images and how they are prepared. What was computed before an
/// interruption is therefore there for the next call, and nothing has to be cleared when data or
/// weights change. Images in files are known by path, size and time. Those that could not be read
/// have no row; the next call tries them again. The time of a file is that of its last use.
///
/// ```
/// FOLDER/90abcdef12345678.safetensors   features [k, D], positions [k], labels [k]
/// ```
struct FeatureStore {
    /// Features of some of the images that were asked for.
    struct Part {
        /// `[k, D]`
        let features: StoredTensor
        /// Which of the images the rows belong to, as positions in what was asked for.
        let positions: [Int]
        /// What the source said of their classes, -1 for nothing.
        let labels: [Int]
        /// Files that could not be read, and why.
        let omitted: [String: String]
    }

    /// Where the files are; made when it is needed.
    let folder: String

    private static let format = "jepa-pipe features 1"

    /// `$XDG_CACHE_HOME/jepa-pipe/features`, or the same below `~/.cache`.
    static var standardFolder: String {
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (base ?? NSHomeDirectory() + "/.cache") + "/jepa-pipe/features"
    }

    /// Whether the features of some images are there, of every one of them.
    ///
    /// A file that could not be read may be whole by now, or have been out of reach by chance, so
    /// what lacks an image is to be computed again.
    ///
    /// - Throws: `file` if they are there but not what the name promises.
    func holds(_ embedder: Embedder, _ images: EvaluationImages, _ indices: [Int]) throws -> Bool {
        let key = Self.key(embedder, images, indices)
        guard FileManager.default.fileExists(atPath: path(key)) else { return false }
        return try omitted(of: reader(key)).isEmpty
    }

    /// The features of some images.
    ///
    /// - Throws: `file` if they are not there or not what the name promises.
    func read(_ embedder: Embedder, _ images: EvaluationImages, _ indices: [Int]) throws -> Part {
        let reader = try reader(Self.key(embedder, images, indices))
        // In a folder of somebody else's it may be forbidden, and then nothing is removed either.
        utimes(reader.path, nil)
        return Part(
            features: try reader.tensor("features"),
            positions: try reader.tensor("positions").integers().map(Int.init),
            labels: try reader.tensor("labels").integers().map(Int.init),
            omitted: try omitted(of: reader))
    }

    /// Keeps the features of some images.
    ///
    /// - Parameters:
    ///   - features: `[k, D]`
    ///   - positions: The k images they are of, as positions in `indices`.
    func write(
        _ features: Tensor, positions: [Int], labels: [Int], omitted: [String: String],
        _ embedder: Embedder, _ images: EvaluationImages, _ indices: [Int]
    ) throws {
        let key = Self.key(embedder, images, indices)
        try makeFolder()
        var writer = SafetensorsWriter(metadata: [
            "format": Self.format, "key": key, "omitted": try jsonText(omitted),
        ])
        try writer.add("features", features)
        for (name, values) in [("positions", positions), ("labels", labels)] {
            try writer.add(
                StoredTensor(name, integers: values.map(Int64.init), shape: [values.count]))
        }
        try writer.write(to: path(key))
    }

    func makeFolder() throws {
        do {
            try OutputFolder.make(folder)
        } catch var error as PipelineError {
            error.notes.append("--cache names another folder for features, --no-cache keeps none.")
            throw error
        }
    }

    /// Removes all features, and the folder if nothing else is in it.
    ///
    /// - Returns: Why the folder is still there; nil if it is not.
    func remove() -> String? {
        for file in ownFiles { unlink(file.path) }
        _ = try? AtomicFile.removeLeftovers(in: folder)
        guard rmdir(folder) != 0 else { return nil }
        let code = errno
        return code == ENOENT ? nil : String(cString: strerror(code))
    }

    /// Whether a store has written a file: the key in it gives its name.
    func isOwn(_ file: String) -> Bool {
        guard file.hasSuffix(".safetensors"), let reader = try? SafetensorsReader(path: file),
            reader.metadata["format"] == Self.format, let key = reader.metadata["key"]
        else { return false }
        return file == path(key)
    }

    /// Opens the file of a key.
    private func reader(_ key: String) throws -> SafetensorsReader {
        let reader = try SafetensorsReader(path: path(key))
        guard reader.metadata["format"] == Self.format, reader.metadata["key"] == key else {
            throw PipelineError(
                .file, "'\(reader.path)' does not hold the features its name promises",
                notes: ["Remove it; they will be computed again."])
        }
        return reader
    }

    private func omitted(of reader: SafetensorsReader) throws -> [String: String] {
        try decodedJSON(
            from: Data((reader.metadata["omitted"] ?? "{}").utf8),
            of: "the list of images left out in '\(reader.path)'")
    }

    private func path(_ key: String) -> String { "\(folder)/\(Self.sum(key)).safetensors" }

    /// Everything that the features depend on.
    private static func key(
        _ embedder: Embedder, _ images: EvaluationImages, _ indices: [Int]
    ) -> String {
        let places = sum(indices.map(String.init).joined(separator: ","))
        return "\(embedder.key); \(images.revision); \(indices.count) images \(places)"
    }

    private static func sum(_ text: String) -> String {
        var sum = Checksum()
        Array(text.utf8).withUnsafeBytes { sum.add($0) }
        return sum.text
    }
}
