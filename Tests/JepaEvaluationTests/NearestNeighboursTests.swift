import Foundation
import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

@Suite struct NearestNeighboursTests {
    @Test(arguments: [5, 20], [true, false])
    func accuracyIsExactlyTheGoldenOne(k: Int, weighted: Bool) throws {
        let fixtures = try Fixtures()
        let found = try NearestNeighbours(
            k: k, vote: weighted ? .similarity(temperature: 0.07) : .majority
        ).classify(fixtures.test, bank: fixtures.train)
        #expect(found.accuracy == fixtures.golden.knn.accuracy(k, weighted: weighted))
    }

    @Test func everyPredictionAgreesWithThePeer() throws {
        let fixtures = try Fixtures()
        let weighted = try NearestNeighbours().classify(fixtures.test, bank: fixtures.train)
        #expect(weighted.predictions == fixtures.peer.knnWeightedPredictions)
        let majority = try NearestNeighbours(vote: .majority)
            .classify(fixtures.test, bank: fixtures.train)
        #expect(majority.predictions == fixtures.peer.knnMajorityPredictions)
    }

    /// More queries and more of a bank than a tile holds, and neither a multiple of it.
    @Test func tilingDoesNotChangeThePredictions() throws {
        let (bankSize, querySize) = (4099, 259)
        let bank = try FeatureSet(
            features: noiseTable(bankSize, 3), labels: (0..<bankSize).map { $0 % 7 })
        let queries = try FeatureSet(
            features: noiseTable(querySize, 3, seed: 2), labels: (0..<querySize).map { $0 % 7 })
        let found = try NearestNeighbours(k: 3, vote: .majority).classify(queries, bank: bank)
        for query in [0, 255, 256, 258] {
            #expect(found.predictions[query] == naiveMajority(query, queries, bank, k: 3))
        }
    }

    @Test func equallySimilarNeighboursCountInTheOrderOfTheBank() throws {
        let bank = try set([[1, 0], [2, 0], [3, 0]], labels: [5, 1, 1])
        let found = try NearestNeighbours(k: 1).classify(set([[9, 0]], labels: [5]), bank: bank)
        #expect(found.predictions == [5])
    }

    @Test func theFirstOfEqualNeighboursStaysWhenANearerOneComes() throws {
        let bank = try set([[1, 1], [1, 1], [1, 0]], labels: [1, 2, 3])
        let found = try NearestNeighbours(k: 2, vote: .majority)
            .classify(set([[1, 0]], labels: [1]), bank: bank)
        #expect(found.predictions == [1])
    }

    @Test func neighboursBehindTheFirstTileKeepTheirLabels() throws {
        let size = 4099
        let bank = try FeatureSet(
            features: noiseTable(size, 3), labels: (0..<size).map { max(0, $0 - 4095) })
        let found = try NearestNeighbours(k: 1)
            .classify(bank.selecting([4096, 4098, 4097, 4095]), bank: bank)
        #expect(found.predictions == [1, 3, 2, 0])
    }

    @Test func equalVotesGoToTheLowerLabel() throws {
        let bank = try set([[1, 0], [1, 0], [1, 0], [1, 0]], labels: [3, 2, 3, 2])
        for vote in [NearestNeighbours.Vote.majority, .similarity(temperature: 0.07)] {
            let found = try NearestNeighbours(k: 4, vote: vote)
                .classify(set([[1, 0]], labels: [2]), bank: bank)
            #expect(found.predictions == [2])
        }
    }

    @Test func aBankSmallerThanKVotesAsAWhole() throws {
        let bank = try set([[1, 0], [0, 1], [0.1, 1]], labels: [0, 1, 1])
        let found = try NearestNeighbours(k: 20, vote: .majority)
            .classify(set([[1, 0]], labels: [0]), bank: bank)
        #expect(found.predictions == [1])
    }

    @Test func similarityOutweighsNumbers() throws {
        let bank = try set([[1, 0], [0, 1], [0.1, 1]], labels: [0, 1, 1])
        let found = try NearestNeighbours().classify(set([[1, 0]], labels: [0]), bank: bank)
        #expect(found.predictions == [0])
    }

    @Test func aTinyTemperatureDoesNotOverflow() throws {
        let bank = try set([[1, 0], [0.9, 0.1], [0.9, 0.2]], labels: [1, 0, 0])
        let found = try NearestNeighbours(vote: .similarity(temperature: 1e-4))
            .classify(set([[1, 0]], labels: [1]), bank: bank)
        #expect(found.predictions == [1])
    }

    @Test func zerosAreEquallyFarFromEverything() throws {
        let bank = try set([[0, 0], [1, 0]], labels: [1, 0])
        let found = try NearestNeighbours(k: 1)
            .classify(set([[0, 0], [-1, 0]], labels: [1, 1]), bank: bank)
        #expect(found.predictions == [1, 1])
    }

    @Test func oneClassIsAlwaysRight() throws {
        let bank = try FeatureSet(features: noiseTable(5, 2), labels: [3, 3, 3, 3, 3])
        #expect(try NearestNeighbours().classify(bank, bank: bank).accuracy == 1)
    }

    @Test func whatCannotBeComputedIsRefused() throws {
        let labelled = try set([[1, 0]], labels: [0])
        let bare = try set([[1, 0]])
        expectError(.value, "k is '0'; the number of neighbours is 1 or more") {
            try NearestNeighbours(k: 0)
        }
        expectError(.value, "the temperature is '0.0'; it has to be above 0") {
            try NearestNeighbours(vote: .similarity(temperature: 0))
        }
        expectError(.missing, "the bank of k-NN needs labels, and the 1 images have none") {
            try NearestNeighbours().classify(labelled, bank: bare)
        }
        expectError(.missing, "the accuracy of k-NN needs labels, and the 1 images have none") {
            try NearestNeighbours().classify(bare, bank: labelled)
        }
        expectError(
            .data,
            "features of 1 and of 2 dimensions cannot be compared; both sets have to come from one network"
        ) { try NearestNeighbours().classify(set([[1]], labels: [0]), bank: labelled) }
    }
}

/// The most frequent label among the k most similar, by sorting all of them.
private func naiveMajority(
    _ query: Int, _ queries: FeatureSet, _ bank: FeatureSet, k: Int
) -> Int {
    func vector(_ set: FeatureSet, _ row: Int) -> [Double] {
        (0..<set.width).map { Double(set.features.pointer[row * set.width + $0]) }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let own = vector(queries, query)
    let similarities = (0..<bank.count).map { row in
        let other = vector(bank, row)
        return dot(own, other) / (dot(own, own) * dot(other, other)).squareRoot()
    }
    let nearest = similarities.indices.sorted { similarities[$0] > similarities[$1] }.prefix(k)
    let votes = Dictionary(nearest.map { (bank.labels![$0], 1) }, uniquingKeysWith: +)
    return votes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }[0].key
}
