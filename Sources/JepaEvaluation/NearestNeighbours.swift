import Foundation
import JepaCore
package import JepaTensor

/// A classifier without training: images are named after the images most like them.
///
/// Similarity is the cosine of two feature vectors; a vector of zeros has similarity 0 to all.
/// Ties are defined: of two equally similar neighbours the one that stands first in the bank
/// counts, of two classes with equal votes the lower label wins.
/// Source: Wu et al. 2018 (arXiv 1805.01978), where the weighted vote comes from.
public struct NearestNeighbours: Equatable, Sendable {
    /// How much a neighbour's class gains.
    public enum Vote: Equatable, Sendable {
        /// `exp(similarity / temperature)`.
        case similarity(temperature: Double)
        /// One, whatever the similarity.
        case majority
    }

    /// How many neighbours vote; a smaller bank votes as a whole.
    public var k: Int
    /// The weight of a vote.
    public var vote: Vote

    /// A classifier; the defaults are those of the paper's evaluation.
    ///
    /// - Throws: `value` if `k` is below 1 or the temperature is not above 0.
    public init(k: Int = 20, vote: Vote = .similarity(temperature: 0.07)) throws {
        guard k >= 1 else {
            throw PipelineError(.value, "k is '\(k)'; the number of neighbours is 1 or more")
        }
        if case .similarity(let temperature) = vote, !(temperature > 0) {
            throw PipelineError(
                .value, "the temperature is '\(temperature)'; it has to be above 0")
        }
        self.k = k
        self.vote = vote
    }

    /// Names every image of `queries` after its neighbours in `bank`, and compares with its label.
    ///
    /// - Throws: `missing` if either set has no labels, `data` if their widths differ.
    /// - Complexity: O(queries x bank x D); besides the normalised features a few MiB.
    public func classify(_ queries: FeatureSet, bank: FeatureSet) throws -> Classification {
        try queries.requireSameWidth(as: bank)
        let names = try bank.requiredLabels(for: "the bank of k-NN")
        let labels = try queries.requiredLabels(for: "the accuracy of k-NN")
        let lists = neighbours(
            of: normalisedRows(queries.features), in: normalisedRows(bank.features))
        return Classification(predictions: lists.map { elect($0, names) }, labels: labels)
    }

    /// The nearest images in the bank for each query, the most similar first.
    ///
    /// Rows have length one. The similarities are made a tile at a time, so memory is bounded
    /// however large the bank is.
    private func neighbours(of queries: Tensor, in bank: Tensor) -> [Neighbours] {
        let (queryTile, bankTile) = (256, 4096)
        var lists = Array(repeating: Neighbours(limit: k), count: queries.shape[0])
        for firstQuery in stride(from: 0, to: queries.shape[0], by: queryTile) {
            let rows = firstQuery..<min(firstQuery + queryTile, queries.shape[0])
            for first in stride(from: 0, to: bank.shape[0], by: bankTile) {
                let columns = first..<min(first + bankTile, bank.shape[0])
                let similarity = matmul(
                    queries.rows(rows), bank.rows(columns), transposeA: false, transposeB: true)
                for row in rows {
                    lists[row].offer(
                        similarity.pointer + (row - firstQuery) * columns.count, from: columns)
                }
            }
        }
        return lists
    }

    private func elect(_ neighbours: Neighbours, _ names: [Int]) -> Int {
        var votes: [Int: Double] = [:]
        for (similarity, index) in zip(neighbours.similarities, neighbours.indices) {
            switch vote {
            case .majority: votes[names[index], default: 0] += 1
            case .similarity(let temperature):
                // Relative to the nearest, so that a low temperature does not overflow.
                let lead = Double(similarity - neighbours.similarities[0])
                votes[names[index], default: 0] += exp(lead / temperature)
            }
        }
        return votes.min { ($1.value, $0.key) < ($0.value, $1.key) }?.key ?? 0
    }
}

/// The rows scaled to length one; rows of zeros stay.
package func normalisedRows(_ rows: Tensor) -> Tensor {
    let width = rows.shape[1]
    let result = Tensor(uninitialized: rows.shape)
    for row in 0..<rows.shape[0] {
        let (from, to) = (rows.pointer + row * width, result.mutablePointer + row * width)
        var square = 0.0
        for i in 0..<width { square += Double(from[i]) * Double(from[i]) }
        let scale = square > 0 ? 1 / square.squareRoot() : 0
        for i in 0..<width { to[i] = Float(Double(from[i]) * scale) }
    }
    return result
}
