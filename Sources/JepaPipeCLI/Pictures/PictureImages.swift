import JepaCore
import JepaImageFolder
import JepaImages
import JepaTensor
import JepaTraining

/// Images that pictures are made of, prepared as evaluation sees them.
struct PictureImages {
    /// `[n, C, H, W]`, normalised.
    let tensor: Tensor
    /// These and further ones of the same source, `[m, C, H, W]`, to compare with.
    let reference: Tensor
    /// The same to look at.
    let pictures: [Image]
    /// What each may be called: its class, or the name of its file.
    let names: [String]
    /// How they were normalised.
    let normalisation: Normalisation

    /// Images of a folder, chosen at random.
    ///
    /// - Parameters:
    ///   - size: Height and width of the images given.
    ///   - pipeline: The pipeline of a run, whose images are prepared alike.
    ///   - count: How many; all if there are fewer.
    ///   - reference: How many more to compare with.
    init(
        folder path: String, size: (height: Int, width: Int), like pipeline: Pipeline?, count: Int,
        reference: Int = 0, seed: UInt64
    ) throws {
        let folder = try PlainFolder(path, size: size, like: pipeline).source
        try self.init(
            of: folder, normalisation: Normalisation(of: pipeline), count: count,
            reference: reference, seed: seed)
    }

    /// Images of a run, chosen at random: held-out ones if it has such, else those of training.
    init(of run: LoadedPipeline, count: Int, reference: Int = 0, seed: UInt64) throws {
        let pipeline = run.pipeline
        var source = pipeline.dataSource.source
        if let heldOut = run.settings.monitor.heldOut,
            let other = pipeline.node(heldOut)?.stage as? any DataSource
        {
            source = other
        }
        do {
            try source.open()
        } catch var error as PipelineError {
            error.notes.append("--data takes another folder of images.")
            throw error
        }
        try self.init(
            of: source,
            normalisation: Normalisation(of: pipeline), count: count, reference: reference,
            seed: seed)
    }

    private init(
        of source: any DataSource, normalisation: Normalisation, count: Int,
        reference more: Int, seed: UInt64
    ) throws {
        var random = StageRandom(seed: seed, purpose: "pictures")
        let chosen = Array(random.permutation(of: source.count).prefix(count + more))
        let loader = BatchLoader(
            source, order: EvaluationOrder(chosen, batchSize: chosen.count),
            workers: threadCount)
        defer { loader.stop() }
        guard let batch = try loader.next() else { fatalError("a loader of images gave none") }
        // Another image stands in for one that cannot be read.
        for sample in source.rejected {
            JepaPipe.report("cannot use '\(sample.name)': \(sample.reason)")
        }
        let (images, shape) = (batch.views[0], source.imageShape)
        let shown = min(count, chosen.count)
        reference = images
        tensor = images.rows(0..<shown)
        pictures = (0..<shown).map { index in
            Image(
                normalised: images.rows(index..<index + 1).elements, shape: shape, normalisation)
        }
        let classes = source.classNames
        names = chosen.prefix(shown).enumerated().map { place, index in
            let label = Int(batch.labels[place])
            if classes.indices.contains(label) { return classes[label] }
            let path = (source as? ImageFolder)?.name(of: index) ?? "image \(index)"
            return path.split(separator: "/").last.map(String.init) ?? path
        }
        self.normalisation = normalisation
    }
}
