import Foundation
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
    }

    /// The image that was asked for.
    let query: String
    /// The most similar first.
    let neighbours: [Neighbour]

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
                    "\(rank + 1)", String(format: "%.4f", neighbour.similarity), neighbour.file,
                ])
            }
            return ([answer.query] + table.lines).joined(separator: "\n")
        }.joined(separator: "\n\n")
    }
}
