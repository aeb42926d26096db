import Foundation
import JepaCore
import JepaTensor
import JepaTestSupport
import JepaTraining
import Synchronization
import Testing

@Suite struct BatchLoaderTests {
    private func images(_ count: Int = 22) throws -> ToyImages {
        try ToyImages(
            parameters: StageParameters(
                for: ToyImages.self, ["count": Setting(.integer(count)), "size": 4]))
    }

    private func order(
        seed: UInt64 = 3, batchSize: Int = 5, epochs: Int = 2, shuffle: Bool = true
    ) throws -> TrainingOrder {
        let settings = try TrainingSettings(
            ToyStages.graph(train: [
                "batch_size": Setting(.integer(batchSize)), "epochs": Setting(.integer(epochs)),
                "shuffle": Setting(.boolean(shuffle)),
            ]), registry: ToyStages.registry())
        return TrainingOrder(
            try TrainingPlan(settings, images: 22), seed: seed, source: "data",
            shuffles: settings.shuffles)
    }

    private func all(_ loader: BatchLoader) throws -> [Batch] {
        var batches: [Batch] = []
        while let batch = try loader.next() { batches.append(batch) }
        return batches
    }

    @Test(arguments: [1, 2, 7])
    func batchesDoNotDependOnTheNumberOfWorkers(workers: Int) throws {
        let source = try images()
        let alone = try all(BatchLoader(source, order: order(), workers: 1, ahead: 1))
        let batches = try all(BatchLoader(source, order: order(), workers: workers))
        #expect(batches.count == 8)
        #expect(batches.map(\.labels) == alone.map(\.labels))
        #expect(batches.map { $0.views[0].elements } == alone.map { $0.views[0].elements })
        #expect(batches.allSatisfy { $0.views[0].shape == [5, 1, 4, 4] })
    }

    @Test func loadingCanBeginAnywhere() throws {
        let source = try images()
        let whole = try all(BatchLoader(source, order: order(), workers: 2))
        let rest = try all(BatchLoader(source, order: order(), from: 5, workers: 2))
        #expect(rest.map { $0.views[0].elements } == whole[5...].map { $0.views[0].elements })
    }

    @Test func anEpochUsesNoImageTwiceAndEpochsDiffer() throws {
        let order = try order()
        let epochs = [0..<4, 4..<8].map { steps in
            steps.flatMap { order.requests(at: $0)?.map(\.index) ?? [] }
        }
        for epoch in epochs {
            #expect(epoch.count == 20)
            #expect(Set(epoch).count == 20)
        }
        #expect(epochs[0] != epochs[1])
        #expect(order.requests(at: 8) == nil)
        let other = try self.order(seed: 4)
        #expect(other.requests(at: 0)?.map(\.index) != order.requests(at: 0)?.map(\.index))
    }

    @Test func withoutShufflingEveryEpochHasTheOrderOfTheData() throws {
        let order = try order(shuffle: false)
        for epoch in 0..<2 {
            let indices = (0..<4).flatMap { order.requests(at: 4 * epoch + $0)?.map(\.index) ?? [] }
            #expect(indices == Array(0..<20))
        }
        #expect(order.requests(at: 0)?.allSatisfy(\.isAugmented) == true)
    }

    @Test func evaluationGivesEveryImagePlainAndInOrder() throws {
        let order = EvaluationOrder([4, 2, 9], batchSize: 2)
        #expect(order.requests(at: 0)?.map(\.index) == [4, 2])
        #expect(order.requests(at: 1)?.map(\.index) == [9])
        #expect(order.requests(at: 2) == nil)
        #expect(order.requests(at: 0)?.contains(where: \.isAugmented) == false)
    }

    @Test(arguments: [1, 4])
    func theErrorOfTheFirstBadImageIsThrownInItsTurn(workers: Int) throws {
        let requests = EvaluationOrder(Array(0..<9), batchSize: 3)
        let source = Probe(failing: [4, 5, 8])
        let loader = BatchLoader(source, order: requests, workers: workers)
        #expect(try loader.next()?.labels == [0, 1, 2])
        let error = #expect(throws: PipelineError.self) { try loader.next() }
        #expect(error?.message == "image 4 is bad")
        #expect(try loader.next() == nil)
    }

    @Test func noMoreIsLoadedThanAsked() throws {
        let source = Probe(failing: [])
        let order = EvaluationOrder(Array(0..<100), batchSize: 10)
        let loader = BatchLoader(source, order: order, workers: 3, ahead: 2)
        // Once the second batch is there, at most the two after it are in preparation.
        _ = try loader.next()
        _ = try loader.next()
        Thread.sleep(forTimeInterval: 0.05)
        loader.stop()
        #expect((20...40).contains(source.loads))
        #expect(try loader.next() == nil)
    }

    @Test func droppingALoaderEndsItsThreads() throws {
        let source = Probe(failing: [])
        do {
            let order = EvaluationOrder(Array(0..<1000), batchSize: 10)
            _ = try BatchLoader(source, order: order, workers: 4).next()
        }
        let loads = source.loads
        Thread.sleep(forTimeInterval: 0.02)
        #expect(source.loads == loads)
    }
}

/// Images of one pixel that hold their index; counts how many were asked for.
private final class Probe: DataSource {
    static let descriptor = StageDescriptor(name: "probe", summary: "Counts.")
    let count = 1000
    let imageShape = ImageShape(channels: 1, height: 1, width: 1)
    private let failing: Set<Int>
    private let counter = Mutex(0)

    init(failing: Set<Int>) { self.failing = failing }
    convenience init(parameters: StageParameters) throws { self.init(failing: []) }

    var loads: Int { counter.withLock { $0 } }

    func fingerprint() throws -> String { "" }

    func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        counter.withLock { $0 += 1 }
        if failing.contains(request.index) {
            throw PipelineError(.data, "image \(request.index) is bad")
        }
        views[0][0] = Float(request.index)
        return Int32(request.index)
    }
}
