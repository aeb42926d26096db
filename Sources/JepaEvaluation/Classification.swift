/// What a classifier said about some labelled images.
public struct Classification: Equatable, Sendable {
    /// The predicted class of each image.
    public let predictions: [Int]
    /// The true class of each image.
    public let labels: [Int]

    /// Predictions beside the truth; both have one entry per image.
    public init(predictions: [Int], labels: [Int]) {
        precondition(
            predictions.count == labels.count,
            "\(predictions.count) predictions cannot be compared with \(labels.count) labels")
        self.predictions = predictions
        self.labels = labels
    }

    /// The share of images that were named correctly, 0 to 1.
    public var accuracy: Double {
        Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
    }

    /// The share of each class that was named correctly, for the classes that occur.
    public var accuracyByClass: [Int: Double] {
        var counts: [Int: (right: Int, all: Int)] = [:]
        for (prediction, label) in zip(predictions, labels) {
            counts[label, default: (0, 0)].all += 1
            if prediction == label { counts[label, default: (0, 0)].right += 1 }
        }
        return counts.mapValues { Double($0.right) / Double($0.all) }
    }

    /// The mean of `accuracyByClass`: what `accuracy` would be if all classes were equally frequent.
    public var balancedAccuracy: Double {
        let shares = accuracyByClass.sorted { $0.key < $1.key }.map(\.value)
        return shares.reduce(0, +) / Double(shares.count)
    }
}
