import Foundation
import JepaCore
import JepaFormats
import JepaImages

/// The pictures that a run leaves for its report.
enum RunPictures {
    /// Batches that the statistics in the montage are of.
    private static let batches = 50

    /// Draws the masks of a pipeline that has one masker, on images of its data, into
    /// `pictures/masks.png`.
    static func write(of pipeline: Pipeline, batchSize: Int, into folder: String) throws {
        guard pipeline.nodes.count(where: { $0.role == .masker }) == 1 else { return }
        let survey = try MaskSurvey(pipeline, batchSize: batchSize, batches: batches)
        try FileManager.default.createDirectory(
            atPath: folder + "/pictures", withIntermediateDirectories: true)
        try AtomicFile.write(
            try survey.montage(images: 3).pngData(), to: folder + "/pictures/masks.png")
    }
}
