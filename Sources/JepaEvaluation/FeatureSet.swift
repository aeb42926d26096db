import JepaCore
public import JepaTensor

/// The features of some images, one row per image, and their labels if there are any.
///
/// Every figure of this module starts from such a value, so what it checks once need not be
/// checked again: two axes, at least one image and one dimension, finite numbers, one label per image.
public struct FeatureSet: Sendable {
    /// `[n, D]`, one row per image.
    public let features: Tensor
    /// The class of each image, counted from 0; nil if nothing is known about the images.
    public let labels: [Int]?
    /// The names of the classes in the order of the labels; empty if they have none.
    public let classNames: [String]

    /// Features with their labels.
    ///
    /// - Throws: `data` for a wrong shape, no images, a wrong number of labels or a label that
    ///   names no class; `not-finite` for NaN and infinity.
    public init(features: Tensor, labels: [Int]? = nil, classNames: [String] = []) throws {
        try checkRows(features, of: "features")
        if let labels {
            let count = features.shape[0]
            guard labels.count == count else {
                throw PipelineError(
                    .data, "found \(labels.count) labels for \(count) images; each image needs one")
            }
            let limit = classNames.isEmpty ? Int.max : classNames.count
            if let image = labels.firstIndex(where: { $0 < 0 || $0 >= limit }) {
                let allowed = classNames.isEmpty ? "0 or more" : "0 to \(limit - 1)"
                throw PipelineError(
                    .data, "image \(image) has the label '\(labels[image])'; allowed is \(allowed)")
            }
        }
        self.features = features
        self.labels = labels
        self.classNames = classNames
    }

    /// The number of images, `n`.
    public var count: Int { features.shape[0] }

    /// The number of features of an image, `D`.
    public var width: Int { features.shape[1] }

    /// The classes that occur, in rising order.
    public var classes: [Int] { Set(labels ?? []).sorted() }

    /// The accuracy of always naming the most frequent class; nil without labels.
    public var majorityShare: Double? {
        guard let labels else { return nil }
        var counts: [Int: Int] = [:]
        for label in labels { counts[label, default: 0] += 1 }
        return Double(counts.values.max() ?? 0) / Double(count)
    }

    /// The images at the given positions, in that order.
    public func selecting(_ images: [Int]) throws -> FeatureSet {
        if let outside = images.first(where: { !(0..<count).contains($0) }) {
            throw PipelineError(
                .data, "image '\(outside)' does not exist; allowed is 0 to \(count - 1)")
        }
        let selected = Tensor(uninitialized: [images.count, width])
        for (row, image) in images.enumerated() {
            (selected.mutablePointer + row * width)
                .update(from: features.pointer + image * width, count: width)
        }
        return try FeatureSet(
            features: selected, labels: labels.map { all in images.map { all[$0] } },
            classNames: classNames)
    }

    /// The labels, or an error that says what needed them.
    func requiredLabels(for purpose: String) throws -> [Int] {
        guard let labels else {
            throw PipelineError(
                .missing, "\(purpose) needs labels, and the \(count) images have none",
                notes: [
                    "Images get labels from the sub-folder they lie in, or from the data stage."
                ])
        }
        return labels
    }

    /// Checks that another set was made by the same network.
    func requireSameWidth(as other: FeatureSet) throws {
        guard width == other.width else {
            throw PipelineError(
                .data,
                "features of \(width) and of \(other.width) dimensions cannot be compared; "
                    + "both sets have to come from one network")
        }
    }
}

/// Checks that a tensor is a table `[n, D]` of finite numbers with something in it.
func checkRows(_ rows: Tensor, of kind: String) throws {
    guard rows.shape.count == 2, rows.shape[0] > 0, rows.shape[1] > 0 else {
        throw PipelineError(
            .data,
            "\(kind) have the shape '\(rows.shape)'; needed is [images, dimensions] with "
                + "at least one of each")
    }
    guard !rows.isFinite else { return }
    let width = rows.shape[1]
    let place = (0..<rows.count).first { !rows.pointer[$0].isFinite } ?? 0
    throw PipelineError(
        .notFinite,
        "\(kind) hold '\(rows.pointer[place])' at row \(place / width), column \(place % width); "
            + "all have to be finite")
}
