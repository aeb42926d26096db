import Foundation
import JepaCore
import JepaEvaluation

/// A caution for a training whose loss ended between that of even chances and that of the best answer
/// without image, or hardly below: its figures say little of the features.
package enum LossCaution {
    /// The caution, if there is reason for one.
    ///
    /// - Parameters:
    ///   - loss: The mean cross-entropy of the last epoch.
    ///   - labels: The classes of the images that were trained on, of `classes` that there are.
    ///   - words: Whose loss it is: `the classifier chosen for the network`.
    package static func text(
        loss: Double, labels: [Int], classes: Int, of words: String
    ) -> String? {
        var counts: [Int: Int] = [:]
        for label in labels { counts[label, default: 0] += 1 }
        let shares = counts.values.sorted().map { Double($0) / Double(labels.count) }
        let constant = shares.reduce(0) { $0 - $1 * log($1) }
        // A loss above that of even chances is that of a training that went too far, not nowhere.
        guard let gained = skill(loss: loss, lossOfMean: constant), gained < 0.05,
            loss < 1.05 * log(Double(classes))
        else { return nil }
        return "The loss of \(words) ended at \(decimal(loss, 3)), and an answer without image has "
            + "\(decimal(constant, 3)): it has learnt next to nothing, which says little of the "
            + "features. Higher learning rates (--lr) or more epochs may help."
    }
}
