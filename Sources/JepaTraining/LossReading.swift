public import JepaCore
import JepaEvaluation
import JepaTensor

/// What one loss asked for and got, on the images of the monitor.
///
/// The loss by itself tells nothing: it falls when the predictions improve, and also when the targets
/// become easier. Skill tells the two apart, and the share of images tells whether what is left to
/// be predicted has anything to do with the image.
public struct LossReading: Codable, Equatable, Sendable {
    /// The stage.
    public let loss: String
    /// Its value.
    public let value: Double
    /// The variance of a dimension of the targets over all images and patches, averaged over the
    /// dimensions; 0 when there is only one target.
    public let targetVariance: Double
    /// The part of that variance which lies between images at the same patch, 0 to 1: near 0 when
    /// the place of a patch says all there is to its target. Nil where no patch is known.
    public let imageShare: Double?
    /// 1 - loss / loss of always predicting the mean target: 0 as good as the mean, 1 perfect. Nil
    /// if there is only one target.
    public let skill: Double?
    /// The same beside the mean target of each patch, which needs no look at the image; above 0
    /// something was predicted from the image.
    public let patchSkill: Double?
    /// Whether weights have a part in the targets; pixels cannot collapse.
    public let targetsAreLearnt: Bool

    /// A reading.
    package init(
        loss: String, value: Double, targetVariance: Double, imageShare: Double?, skill: Double?,
        patchSkill: Double?, targetsAreLearnt: Bool
    ) {
        self.loss = loss
        self.value = value
        self.targetVariance = targetVariance
        self.imageShare = imageShare
        self.skill = skill
        self.patchSkill = patchSkill
        self.targetsAreLearnt = targetsAreLearnt
    }

    /// The variance that lies between images at the same patch: what there is to be learnt.
    public var imageVariance: Double? { imageShare.map { $0 * targetVariance } }

    /// The figures there are, as the metrics name them.
    public var figures: [Figure] {
        let all: [(String, Double?)] = [
            ("value", value), ("target_variance", targetVariance),
            ("target_image_share", imageShare), ("skill", skill), ("patch_skill", patchSkill),
        ]
        return all.compactMap { name, value in value.map { Figure(name, $0) } }
    }
}

/// Adds up the comparisons of several batches.
package struct LossSurvey {
    private var comparisons: [Pipeline.Comparison] = []

    /// A survey of nothing yet.
    package init() {}

    /// Takes in what the losses of one batch compared.
    package mutating func add(_ batch: [Pipeline.Comparison]) { comparisons += batch }

    /// One reading per loss that compares anything, in the order of the pipeline.
    package func readings() throws -> [LossReading] {
        var names: [String] = []
        for name in comparisons.map(\.loss) where !names.contains(name) { names.append(name) }
        return try names.map { name in
            try Self.reading(of: comparisons.filter { $0.loss == name })
        }
    }

    private static func reading(of parts: [Pipeline.Comparison]) throws -> LossReading {
        let width = parts[0].targets.shape[2]
        let patches = parts.compactMap(\.patches).flatMap { $0 }
        let rows = parts.flatMap { Self.rows(of: $0.targets) }
        let hasPatches = patches.count == rows.count
        let all = TokenMeans(
            rows, of: Array(repeating: 0, count: rows.count), width: width)
        let perPatch = hasPatches ? TokenMeans(rows, of: patches, width: width) : nil
        let value = weighted(parts) { $0.value }
        let ofMean = try weighted(parts) { part in
            try part.value(of: all.predictions(like: part.targets, patches: nil))
        }
        var patchSkill: Double?
        if let perPatch {
            let ofPatchMean = try weighted(parts) { part in
                try part.value(of: perPatch.predictions(like: part.targets, patches: part.patches))
            }
            patchSkill = skill(loss: value, lossOfMean: ofPatchMean)
        }
        return LossReading(
            loss: parts[0].loss, value: value, targetVariance: all.variance,
            imageShare: perPatch.flatMap { imageShare(all: all, perPatch: $0) },
            skill: skill(loss: value, lossOfMean: ofMean), patchSkill: patchSkill,
            targetsAreLearnt: parts[0].targetsAreLearnt)
    }

    /// Both variances with their degrees of freedom, or a patch seen once would count as constant.
    private static func imageShare(all: TokenMeans, perPatch: TokenMeans) -> Double? {
        let (count, groups) = (Double(all.count), Double(perPatch.groups))
        guard count > groups else { return nil }
        guard all.variance > 0 else { return 0 }
        let within = perPatch.variance * count / (count - groups)
        return min(1, within / (all.variance * count / (count - 1)))
    }

    /// A mean over batches in which every target counts the same.
    private static func weighted(
        _ parts: [Pipeline.Comparison], _ value: (Pipeline.Comparison) throws -> Double
    ) rethrows -> Double {
        let counts = parts.map { Double($0.targets.count) }
        let sum = try zip(parts, counts).reduce(0.0) { $0 + $1.1 * (try value($1.0)) }
        return sum / counts.reduce(0, +)
    }

    private static func rows(of targets: Tensor) -> [ArraySlice<Float>] {
        let (elements, width) = (targets.elements, targets.shape[2])
        return stride(from: 0, to: elements.count, by: width).map { elements[$0..<$0 + width] }
    }
}

/// The mean token of each group of tokens, and how far the tokens are from it.
private struct TokenMeans {
    /// Tokens in all.
    let count: Int
    /// The mean squared distance of a dimension from the mean of its group.
    let variance: Double
    private let means: [Int32: [Float]]

    var groups: Int { means.count }

    /// - Parameter groups: One number per row.
    init(_ rows: [ArraySlice<Float>], of groups: [Int32], width: Int) {
        count = rows.count
        var sums: [Int32: (sum: [Double], count: Double)] = [:]
        for (row, group) in zip(rows, groups) {
            var entry = sums.removeValue(forKey: group) ?? (Array(repeating: 0, count: width), 0)
            for (index, value) in row.enumerated() { entry.sum[index] += Double(value) }
            entry.count += 1
            sums[group] = entry
        }
        let means = sums.mapValues { entry in entry.sum.map { $0 / entry.count } }
        var squares = 0.0
        for (row, group) in zip(rows, groups) {
            guard let mean = means[group] else { continue }
            for (value, middle) in zip(row, mean) {
                squares += (Double(value) - middle) * (Double(value) - middle)
            }
        }
        variance = squares / Double(max(1, rows.count * width))
        self.means = means.mapValues { $0.map { Float($0) } }
    }

    /// The mean in the place of every target: that of its patch, or the only one.
    func predictions(like targets: Tensor, patches: [Int32]?) -> Tensor {
        let rows = targets.count / targets.shape[2]
        let chosen = patches ?? Array(repeating: 0, count: rows)
        return Tensor(chosen.flatMap { means[$0] ?? [] }, shape: targets.shape)
    }
}
