import JepaCore
import JepaImageFolder
import JepaTraining

/// Images that a network is evaluated on, with what is known of each.
struct EvaluationImages {
    /// Where they come from; opened already.
    let source: any DataSource
    /// Which images of the source, in the order of all that follows.
    var indices: [Int]
    /// The images in words: `photos/train`.
    let words: String
    /// How they are changed at random where a probe is trained step by step.
    let augmentation: String
    /// How they become images of the wanted size.
    let preparation: String
    /// A text that changes when images of the source are written again, or prepared otherwise.
    let revision: String
    /// A text that changes when the images of the source do.
    private let origin: String
    /// The file of an image; nil where images have none.
    let name: ((Int) -> String)?
    /// The number that belongs to an image; nil where there is none.
    let value: ((Int) -> Double)?
    /// The class of an image; nil for what the source says.
    var label: ((Int) -> Int)?
    /// The names of the classes.
    var classNames: [String]
    /// How many images there were when `split` chose some of them; nil if it did not.
    private var splitCount: Int?

    /// Images of a source that was made with `parameters`.
    init(
        _ source: any DataSource, _ parameters: ParameterSet, indices: [Int]? = nil, words: String,
        name: ((Int) -> String)? = nil, value: ((Int) -> Double)? = nil,
        label: ((Int) -> Int)? = nil, classNames: [String]? = nil, isWhole: Bool = false
    ) throws {
        self.source = source
        self.indices = indices ?? Array(0..<source.count)
        self.words = words
        preparation = isWhole ? "squeezed as a whole" : "scaled and cut to their middle"
        origin = try source.fingerprint()
        let stored = (source as? ImageFolder)?.revision ?? origin
        revision = "\(stored); \(parameters.evaluated), \(preparation)"
        augmentation = parameters.augmentation
        self.name = name
        self.value = value
        self.label = label
        self.classNames = classNames ?? source.classNames
    }

    /// Only so many images, spread evenly over all.
    func limited(to limit: Int?) -> EvaluationImages {
        guard let limit, limit < indices.count else { return self }
        var result = self
        result.indices = (0..<limit).map { indices[$0 * indices.count / limit] }
        return result
    }

    /// A sum that changes when any of the images is another, or what is known of it.
    var checksum: String {
        var sum = Checksum()
        let labels = indices.map { label?($0) ?? -1 }
        for text in [origin, "\(indices)", "\(labels)", "\(value.map(indices.map) ?? [])"] {
            Array(text.utf8).withUnsafeBytes { sum.add($0) }
        }
        return sum.text
    }

    /// Images in words, with their number.
    func text(count: Int) -> String {
        "\(words), \(Quantities.count(count, "image"))"
    }

    /// Two parts at random, the same on every call: one image in five is in the second.
    ///
    /// Of a single image the first part is empty; `checkSplit` says so.
    func split() -> (train: EvaluationImages, test: EvaluationImages) {
        var random = StageRandom(seed: 0, purpose: "evaluation split")
        let order = random.permutation(of: indices.count)
        let held = max(1, indices.count / 5)
        var (train, test) = (self, self)
        test.indices = order.prefix(held).sorted().map { indices[$0] }
        train.indices = order.dropFirst(held).sorted().map { indices[$0] }
        (train.splitCount, test.splitCount) = (indices.count, indices.count)
        return (train, test)
    }

    /// Checks that `split` has left an image for either part.
    ///
    /// - Throws: `data` if there were too few.
    func checkSplit() throws {
        guard indices.isEmpty, let splitCount else { return }
        throw PipelineError(
            .data,
            "\(words) has \(Quantities.count(splitCount, "image")), and a training and a test "
                + "image are needed",
            notes: ["Add an image, or name a folder of test images by --test."])
    }
}

extension ParameterSet {
    /// How a data source changes training images at random: `crop_scale: [0.08, 1], flip: true`.
    fileprivate var augmentation: String { text { Self.augmentationNames.contains($0) } }

    /// Everything else, which decides what images are evaluated.
    fileprivate var evaluated: String { text { !Self.augmentationNames.contains($0) } }

    private func text(_ isWanted: (String) -> Bool) -> String {
        resolved.filter { isWanted($0.name) }.map { "\($0.name): \($0.value)" }
            .joined(separator: ", ")
    }
}
