import JepaCore
import JepaFormats
import JepaTensor
import JepaTestSupport
import JepaTraining
import Testing

/// What losses ask for and get, against plain loops.
@Suite struct LossReadingTests {
    private func batch(of pipeline: Pipeline, _ indices: Range<Int>) throws -> Batch {
        let (name, source) = pipeline.dataSource
        let shape = source.imageShape
        let images = Tensor(
            uninitialized: [indices.count, shape.channels, shape.height, shape.width])
        for (row, index) in indices.enumerated() {
            let place = UnsafeMutableBufferPointer(
                start: images.mutablePointer + row * shape.count, count: shape.count)
            _ = try source.load(
                SampleRequest(
                    index: index, isAugmented: false, random: StageRandom(seed: 0, purpose: name)),
                into: [place])
        }
        return Batch(views: [images], labels: indices.map { _ in -1 })
    }

    @Test func figuresAreThoseOfPlainLoops() throws {
        let toy = try ToyRun()
        try toy.pipeline.materialise()
        let masks = try toy.pipeline.sampleMasks(batchSize: 8)
        var survey = LossSurvey()
        var targets: [[Double]] = []
        var patches: [Int32] = []
        var losses: [Double] = []
        // The second batch is smaller than the masks, as the last of a data set may be.
        for range in [0..<8, 8..<13] {
            let compared = try toy.pipeline.compare(
                batch(of: toy.pipeline, range), masks: masks)
            survey.add(compared)
            #expect(compared.map(\.loss) == ["loss"])
            #expect(compared[0].targetsAreLearnt)
            let elements = compared[0].targets.elements.map(Double.init)
            #expect(compared[0].targets.shape == [2 * range.count, 4, 6])
            targets += stride(from: 0, to: elements.count, by: 6).map {
                Array(elements[$0..<$0 + 6])
            }
            patches += try #require(compared[0].patches)
            losses += Array(repeating: compared[0].value, count: 8 * range.count)
        }
        #expect(patches.count == targets.count)
        let reading = try #require(try survey.readings().first)

        func mean(_ rows: [[Double]]) -> [Double] {
            (0..<6).map { d in rows.reduce(0) { $0 + $1[d] } / Double(rows.count) }
        }
        func distance(_ rows: [[Double]], from centre: ([Double], Int) -> [Double]) -> Double {
            var sum = 0.0
            for (index, row) in rows.enumerated() {
                for (a, b) in zip(row, centre(row, index)) { sum += (a - b) * (a - b) }
            }
            return sum / Double(rows.count * 6)
        }
        let middle = mean(targets)
        let total = distance(targets, from: { _, _ in middle })
        let ofPatch = Dictionary(grouping: targets.indices, by: { patches[$0] })
            .mapValues { mean($0.map { targets[$0] }) }
        let within = distance(targets, from: { _, index in ofPatch[patches[index]]! })
        let loss = losses.reduce(0, +) / Double(losses.count)
        #expect(abs(reading.value - loss) < 1e-6 * loss)
        #expect(abs(reading.targetVariance - total) < 1e-5 * total)
        #expect(abs((reading.skill ?? 9) - (1 - loss / total)) < 1e-4)
        #expect(abs((reading.patchSkill ?? 9) - (1 - loss / within)) < 1e-4)
        let (count, groups) = (Double(targets.count), Double(ofPatch.count))
        let share = within * count / (count - groups) / (total * count / (count - 1))
        #expect(abs((reading.imageShare ?? 9) - share) < 1e-5)
    }

    @Test func comparingChangesNothing() throws {
        let toy = try ToyRun()
        try toy.pipeline.materialise()
        let before = toy.elements
        let masks = try toy.pipeline.sampleMasks(batchSize: 8)
        let images = try batch(of: toy.pipeline, 0..<8)
        let first = try toy.pipeline.compare(images, masks: masks)[0].value
        #expect(try toy.pipeline.compare(images, masks: masks)[0].value == first)
        #expect(toy.elements == before)
        #expect(toy.pipeline.trainedWeights.allSatisfy { $0.weight.gradient == nil })
    }

    @Test func runsCarryTheReadingsAndTheVerdict() throws {
        let scratch = TemporaryFolder()
        let toy = try ToyRun(["batch_size": 8, "epochs": 2], data: ["count": 96])
        let outcome = try toy.train(in: scratch.path + "/run")
        let reading = try #require(outcome.latest?.loss("loss"))
        #expect(reading.targetVariance > 0)
        #expect(reading.skill ?? 2 < 1)
        #expect(outcome.verdict != nil)
        #expect(outcome.text.contains("verdict: "))
        #expect(try scratch.text("run/monitor.csv").contains("loss.patch_skill"))
        #expect(try scratch.text("run/summary.json").contains("\"verdict\" : {"))
        #expect(try scratch.text("run/verdict.json").contains("\"kind\" : "))
    }

    @Test func trainingEndsAtACollapseIfAsked() throws {
        let scratch = TemporaryFolder()
        // Images of one class without noise differ in nothing.
        let data: Setting = ["count": 96, "classes": 1, "noise": 0]
        let settings: [Setting.Entry] = [
            .init("batch_size", 8), .init("epochs", 2), .init("monitor", ["every_steps": 5]),
        ]
        let stopped = try ToyRun(
            Setting(.mapping(settings + [.init("stop_when", "collapsed")])), data: data)
        let outcome = try stopped.train(in: scratch.path + "/stopped")
        #expect(outcome.verdict?.kind == .collapsed)
        #expect(outcome.step == 5)
        #expect(outcome.exitStatus == 0)
        #expect(stopped.watcher.said.contains("stopped after step 5: collapsed"))
        let whole = try ToyRun(Setting(.mapping(settings)), data: data)
        #expect(try whole.train(in: scratch.path + "/whole").step == 24)
    }

    @Test func curvesForTensorBoardAreWrittenIfAsked() throws {
        let scratch = TemporaryFolder()
        try ToyRun(["batch_size": 8, "epochs": 1, "log": ["tensorboard": true]])
            .train(in: scratch.path + "/run")
        let names = try Folder.names(in: scratch.path + "/run/tensorboard")
        #expect(names.count == 1)
        #expect(names[0].hasPrefix("events.out.tfevents."))
        try ToyRun(["batch_size": 8, "epochs": 1]).train(in: scratch.path + "/plain")
        #expect(try !Folder.names(in: scratch.path + "/plain").contains("tensorboard"))
    }
}
