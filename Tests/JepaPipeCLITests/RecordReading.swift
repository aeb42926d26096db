import Foundation
import JepaEvaluation
import Testing

extension EvaluationRecord {
    /// The record in a file.
    init(file: String) throws {
        self = try JSONDecoder().decode(
            Self.self, from: Foundation.Data(contentsOf: URL(filePath: file)))
    }
}

/// A figure of a record, which has to be there.
func figure(_ name: String, _ record: EvaluationRecord) throws -> EvaluationRecord.Figure {
    try #require(record.figures.first { $0.name == name })
}
