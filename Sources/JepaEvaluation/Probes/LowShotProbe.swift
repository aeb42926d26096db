import Foundation
import JepaCore

/// How far do a few labels go? Logistic regression on a small part of the training images.
///
/// The part is drawn class by class, so that it has the classes of the whole in their proportion;
/// every class keeps at least one image. What is drawn depends on the seed and the labels alone,
/// not on the features, so all networks see the same images.
/// Source: after the 1 % of ImageNet of arXiv 2301.08243, which fine-tunes instead.
public struct LowShotProbe: Probe {
    /// How many labels there are.
    public enum Amount: Equatable, Sendable {
        /// A share of each class, 0 to 1.
        case share(Double)
        /// So many of each class, or all of a smaller one.
        case perClass(Int)

        /// As the names of figures end.
        public var words: String {
            switch self {
            // Ten digits hide what the product is off by.
            case .share(let share): String(format: "%.10g %%", share * 100)
            case .perClass(let count): "\(count) per class"
            }
        }
    }

    private let regression: LogisticRegression
    private let amounts: [Amount]
    private let seeds: [UInt64]

    /// A probe.
    ///
    /// - Throws: `value` for a share outside of 0...1, fewer than one image, or the same twice.
    public init(
        _ regression: LogisticRegression, amounts: [Amount], seeds: [UInt64]
    ) throws {
        precondition(!seeds.isEmpty, "a part of the images is drawn once or more")
        for amount in amounts {
            switch amount {
            case .share(let share) where !(share > 0 && share <= 1):
                throw PipelineError(
                    .value, "the share of the labels is '\(share)'; it is above 0 and at most 1")
            case .perClass(let count) where count < 1:
                throw PipelineError(
                    .value, "the number of labels per class is '\(count)'; it is 1 or more")
            default: break
            }
        }
        if let words = Self.repeated(in: amounts) {
            throw PipelineError(
                .value, "the labels '\(words)' are asked for twice; an amount counts once")
        }
        self.regression = regression
        self.amounts = amounts
        self.seeds = seeds
    }

    public var settings: [String: String] {
        [
            "classifier": regression.words,
            "labels": Self.words(of: amounts),
            "repetitions": "\(seeds.count) draws with the seeds "
                + seeds.map(String.init).joined(separator: ", "),
        ]
    }

    public func figures(train: ProbeSet, test: ProbeSet) throws -> [ProbeFigure] {
        let labels = try train.images.requiredLabels(for: "a low-shot probe")
        return try amounts.map { amount in
            ProbeFigure(
                Self.name(amount),
                shares: try seeds.map { seed in
                    let part = try train.images.selecting(
                        Self.draw(amount, from: labels, seed: seed))
                    return try regression.fit(part).classify(test.images).accuracy
                }, of: test.images.count)
        }
    }

    public func baselines(train: ProbeSet, test: ProbeSet) throws -> [String: Double] {
        let accuracy = try majorityAccuracy(train: train, test: test)
        return Dictionary(uniqueKeysWithValues: amounts.map { (Self.name($0), accuracy) })
    }

    /// What a record says of the labels.
    package static func words(of amounts: [Amount]) -> String {
        amounts.map(\.words).joined(separator: ", ")
            + ", drawn class by class, at least one of each"
    }

    /// What two amounts are both called; nil if each has a name of its own.
    package static func repeated(in amounts: [Amount]) -> String? {
        let names = amounts.map(\.words)
        return names.indices.first { names[..<$0].contains(names[$0]) }.map { names[$0] }
    }

    private static func name(_ amount: Amount) -> String { "linear, \(amount.words)" }

    /// The positions of the images that keep their label, in rising order.
    package static func draw(_ amount: Amount, from labels: [Int], seed: UInt64) -> [Int] {
        var byClass: [Int: [Int]] = [:]
        for (image, label) in labels.enumerated() { byClass[label, default: []].append(image) }
        return byClass.flatMap { label, images in
            var random = StageRandom(seed: seed, purpose: "low-shot", sample: label)
            let count =
                switch amount {
                case .share(let share): Int((share * Double(images.count)).rounded())
                case .perClass(let count): count
                }
            return random.permutation(of: images.count).prefix(max(count, 1)).map { images[$0] }
        }.sorted()
    }
}
