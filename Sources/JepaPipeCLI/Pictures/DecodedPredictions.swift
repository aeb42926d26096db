import JepaCore
import JepaImages
import JepaTensor

/// The predictions of a model for some images, turned into pixels.
struct DecodedPredictions {
    /// What there is to see of each image.
    let contents: [PredictionSheet.Content]
    /// The share of the variance of the pixels in the target blocks of each image that predictions
    /// and true tokens decode to.
    let explained: [(predicted: Double, expected: Double)]

    /// Predicts and decodes.
    ///
    /// - Parameters:
    ///   - batchSize: Images that masks are drawn for, as in training: it decides how many patches
    ///     they keep.
    ///   - seed: Of the masks.
    init(
        _ images: PictureImages, of model: PredictionModel, by decoder: PictureDecoder,
        batchSize: Int, seed: UInt64
    ) throws {
        let (pipeline, path, patches) = (model.run.pipeline, model.path, model.patches)
        let count = images.pictures.count
        let masks = try pipeline.sampleMasks(batchSize: max(batchSize, count), seed: seed)
            .mapValues { set in
                MaskSet(
                    context: set.context.images(0..<count), targets: set.targets.images(0..<count))
            }
        guard let own = masks[path.masker.name] else {
            fatalError("masker '\(path.masker.name)' has drawn no masks")
        }
        let found = try pipeline.predictions(of: images.tensor, masks, on: path)
        let predicted = Self.rows(decoder.decode(found.predicted), patches.width)
        let expected = Self.rows(decoder.decode(found.targets), patches.width)
        let whole = Self.rows(
            decoder.decode(try pipeline.comparedTokens(of: images.tensor, on: path)), patches.width)
        let pixels = Self.rows(patches.rows(of: images.tensor), patches.width)
        var contents: [PredictionSheet.Content] = []
        var explained: [(predicted: Double, expected: Double)] = []
        for image in 0..<count {
            let targets = (0..<own.targets.blocks).map {
                Array(own.targets[block: $0, image: image])
            }
            /// The decoded rows of the blocks of this image by their patches.
            func blocks(_ rows: [[Float]]) -> [[Int: [Float]]] {
                targets.enumerated().map { block, patches in
                    let start = (block * count + image) * own.targets.kept
                    return Dictionary(
                        uniqueKeysWithValues: patches.enumerated().map {
                            (Int($1), rows[start + $0])
                        })
                }
            }
            func picture(_ rows: [Int: [Float]]) -> Image {
                patches.picture(rows, images.normalisation, background: PatchDrawing.faded)
            }
            let (guesses, truths) = (blocks(predicted), blocks(expected))
            let first = image * path.grid.count
            let all = Dictionary(
                uniqueKeysWithValues: (0..<path.grid.count).map { ($0, whole[first + $0]) })
            let (guess, truth) = (Self.mean(of: guesses), Self.mean(of: truths))
            contents.append(
                PredictionSheet.Content(
                    image: images.pictures[image],
                    context: Array(own.context[block: 0, image: image]), targets: targets,
                    whole: picture(all), predicted: guesses.map(picture),
                    expected: truths.map(picture), together: picture(guess),
                    expectedTogether: picture(truth)))
            let places = guess.keys.sorted()
            func share(_ rows: [Int: [Float]]) -> Double {
                explainedShare(
                    of: Self.table(places.map { pixels[first + $0] }),
                    by: Self.table(places.map { rows[$0] ?? [] }), beside: decoder.mean)
            }
            explained.append((share(guess), share(truth)))
        }
        self.contents = contents
        self.explained = explained
    }

    /// The rows of blocks that may overlap: the mean where they do.
    private static func mean(of blocks: [[Int: [Float]]]) -> [Int: [Float]] {
        var sums: [Int: (row: [Float], count: Float)] = [:]
        for block in blocks {
            for (patch, row) in block {
                if let sum = sums[patch] {
                    sums[patch] = (zip(sum.row, row).map { $0 + $1 }, sum.count + 1)
                } else {
                    sums[patch] = (row, 1)
                }
            }
        }
        return sums.mapValues { sum in sum.row.map { $0 / sum.count } }
    }

    private static func rows(_ table: Tensor, _ width: Int) -> [[Float]] {
        let elements = table.elements
        return stride(from: 0, to: elements.count, by: width).map {
            Array(elements[$0..<$0 + width])
        }
    }

    private static func table(_ rows: [[Float]]) -> Tensor {
        Tensor(rows.flatMap { $0 }, shape: [rows.count, rows.first?.count ?? 0])
    }
}
