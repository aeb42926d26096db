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
/// weights change. Images that could not be read have no row.
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

    /// Whether the features of some images are there.
    func holds(_ embedder: Embedder, _ images: EvaluationImages, _ indices: [Int]) -> Bool {
        let path = path(Self.key(embedder, images, indices))
        return FileManager.default.fileExists(atPath: path)
    }

    /// The features of some images.
    ///
    /// - Throws: `file` if they are not there or not what the name promises.
    func read(_ embedder: Embedder, _ images: EvaluationImages, _ indices: [Int]) throws -> Part {
        let key = Self.key(embedder, images, indices)
        let reader = try SafetensorsReader(path: path(key))
        guard reader.metadata["format"] == Self.format, reader.metadata["key"] == key else {
            throw PipelineError(
                .file, "'\(reader.path)' does not hold the features its name promises",
                notes: ["Remove it; they will be computed again."])
        }
        let omitted = Data((reader.metadata["omitted"] ?? "{}").utf8)
        return Part(
            features: try reader.tensor("features"),
            positions: try reader.tensor("positions").integers().map(Int.init),
            labels: try reader.tensor("labels").integers().map(Int.init),
            omitted: try JSONDecoder().decode([String: String].self, from: omitted))
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
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw PipelineError(
                .file, "cannot make the folder '\(folder)': \(error.localizedDescription)",
                notes: ["--cache names another folder for features, --no-cache keeps none."])
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var writer = SafetensorsWriter(metadata: [
            "format": Self.format, "key": key,
            "omitted": String(decoding: try encoder.encode(omitted), as: UTF8.self),
        ])
        try writer.add("features", features)
        for (name, values) in [("positions", positions), ("labels", labels)] {
            try writer.add(
                StoredTensor(name, integers: values.map(Int64.init), shape: [values.count]))
        }
        try writer.write(to: path(key))
    }

    private func path(_ key: String) -> String { "\(folder)/\(Self.sum(key)).safetensors" }

    /// Everything that the features depend on.
    private static func key(
        _ embedder: Embedder, _ images: EvaluationImages, _ indices: [Int]
    ) -> String {
        let places = sum(indices.map(String.init).joined(separator: ","))
        return "\(embedder.key); \(images.fingerprint); \(indices.count) images \(places)"
    }

    private static func sum(_ text: String) -> String {
        var sum = Checksum()
        Array(text.utf8).withUnsafeBytes { sum.add($0) }
        return sum.text
    }
}
