import Foundation
import JepaCore
import JepaFormats
import JepaInterop

/// The images most like one that was asked for.
struct SearchAnswer: Encodable {
    /// One of them.
    struct Neighbour: Encodable {
        /// Below the folder of the index.
        let file: String
        /// The cosine, -1 to 1.
        let similarity: Float

        /// The cosine as it stands below an image.
        var shownSimilarity: String { decimal(Double(similarity), 3) }
    }

    /// The image that was asked for.
    let query: String
    /// The most similar first.
    let neighbours: [Neighbour]

    /// Says how many of the images of some answers are not where the index has them; nil if all
    /// are there.
    ///
    /// - Parameter folder: That of the index.
    static func missing(_ answers: [Self], in folder: String) -> String? {
        let files = Set(answers.flatMap(\.neighbours).map(\.file))
        let missing = files.filter {
            !FileManager.default.fileExists(atPath: "\(folder)/\($0)")
        }
        guard !missing.isEmpty else { return nil }
        return "\(missing.count) of \(files.count) images \(missing.count == 1 ? "was" : "were") "
            + "not found in '\(folder)': --folder DIR tells where the folder of the index is now."
    }

    /// Answers as JSON.
    static func json(_ answers: [SearchAnswer]) throws -> String {
        try jsonText(answers, isPretty: true)
    }

    /// Answers for a terminal.
    static func text(_ answers: [SearchAnswer]) -> String {
        answers.map { answer in
            var table = TextTable([.right, .right, .left])
            for (rank, neighbour) in answer.neighbours.enumerated() {
                table.add([
                    "\(rank + 1)", decimal(Double(neighbour.similarity), 4), neighbour.file,
                ])
            }
            return ([answer.query] + table.lines).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
