import JepaCore
import JepaImageFolder
import JepaInterop
import JepaTensor
import JepaTraining

/// One pass over the images of a folder, plain as evaluation sees them.
struct FeaturePass {
    private let source: ImageFolder
    private let batchSize: Int

    /// Opens a folder.
    ///
    /// - Parameter pipeline: The pipeline of a run, whose images are prepared alike.
    init(
        _ path: String, size: (height: Int, width: Int), like pipeline: Pipeline?, batchSize: Int,
        limit: Int?
    ) throws {
        source = try PlainFolder(path, size: size, like: pipeline, limit: limit).source
        self.batchSize = batchSize
    }

    /// Embeds all images and writes their features.
    ///
    /// - Returns: Which images are in which row, and which in none.
    func write(
        to file: FeatureFile, _ extractor: FeatureExtractor, made: [String: String]
    ) throws -> FeatureNotes {
        let count = source.count
        var notes = FeatureNotes(
            files: [], labels: [], classes: source.classNames, omitted: [], made: made)
        try file.write(
            count: count, shape: (extractor.patches.map { [$0] } ?? []) + [extractor.width]
        ) { append in
            let loader = BatchLoader(
                source, order: EvaluationOrder(Array(0..<count), batchSize: batchSize),
                workers: threadCount)
            defer { loader.stop() }
            var clock = ProgressClock()
            var labels: [Int] = []
            while let batch = try loader.next() {
                try append(extractor.features(of: batch.views[0]))
                labels += batch.labels.map(Int.init)
                guard let rest = clock.rest(labels.count, of: count) else { continue }
                JepaPipe.report(
                    "\(grouped(labels.count)) of \(grouped(count)) images, "
                        + "\(rest) left")
            }
            return judge(labels, &notes)
        }
        return notes
    }

    /// Which rows are of the images that they are named after: one that could not be read was
    /// stood in for by another.
    private func judge(
        _ labels: [Int], _ notes: inout FeatureNotes
    ) -> (kept: [Bool], notes: FeatureNotes) {
        let rejected = source.rejected
        let bad = Set(rejected.map(\.name))
        var kept: [Bool] = []
        for (index, label) in labels.enumerated() {
            let name = source.name(of: index)
            kept.append(!bad.contains(name))
            guard kept[index] else { continue }
            notes.files.append(name)
            if !source.classNames.isEmpty { notes.labels.append(label) }
        }
        notes.omitted = rejected.map { .init(file: $0.name, reason: $0.reason) }
        for sample in rejected { JepaPipe.report("no row for '\(sample.name)': \(sample.reason)") }
        return (kept, notes)
    }
}
