import Foundation
import JepaCore
import Testing

@Suite struct ScheduleTests {
    /// The schedule of the official ViT-H/14 configuration, with the values the official code uses
    /// at some steps, those around the end of warm-up and of the training among them.
    struct Official: Decodable {
        let iterationsPerEpoch: Int, epochs: Int, warmupEpochs: Int
        let startLr: Double, lr: Double, finalLr: Double
        let weightDecay: Double, finalWeightDecay: Double
        let ema: [Double], ipeScale: Double
        let rows: [Row]

        struct Row: Decodable {
            let step: Int
            let lr: Double, weightDecay: Double, emaMomentum: Double
        }

        static func read() throws -> Official {
            let file = Bundle.module.bundleURL.appending(path: "Fixtures/schedules.json")
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try decoder.decode(Official.self, from: Data(contentsOf: file))
        }
    }

    @Test func followsTheOfficialCode() throws {
        let official = try Official.read()
        let lr = Schedule(
            from: official.lr, to: official.finalLr, .cosine, warmUpFrom: official.startLr)
        let decay = Schedule(from: official.weightDecay, to: official.finalWeightDecay, .cosine)
        let momentum = Schedule(from: official.ema[0], to: official.ema[1], .linear)
        let perEpoch = official.iterationsPerEpoch
        let total = Int(Double(perEpoch * official.epochs) * official.ipeScale)
        let warmUp = perEpoch * official.warmupEpochs
        #expect(official.rows.count == 16)
        #expect(official.rows.last?.step == total - 1)
        for row in official.rows {
            let rate = lr.value(at: row.step, of: total, warmUp: warmUp, offset: 1)
            let strength = decay.value(at: row.step, of: total, offset: 1)
            // The same formulas in float64: only the order of operations differs.
            #expect(abs(rate - row.lr) < 1e-12, "learning rate of step \(row.step)")
            #expect(abs(strength - row.weightDecay) < 1e-12, "weight decay of step \(row.step)")
            #expect(
                abs(momentum.value(at: row.step, of: total) - row.emaMomentum) < 1e-12,
                "momentum of step \(row.step)")
        }
    }

    @Test func warmUpEndsAtTheStartAndTheLastStepAtTheEnd() {
        let schedule = Schedule(from: 1, to: 0.25, .cosine, warmUpFrom: 0)
        #expect(schedule.value(at: 0, of: 100, warmUp: 10) == 0)
        #expect(schedule.value(at: 5, of: 100, warmUp: 10) == 0.5)
        #expect(schedule.value(at: 10, of: 100, warmUp: 10) == 1)
        #expect(abs(schedule.value(at: 55, of: 100, warmUp: 10) - 0.625) < 1e-12)
        #expect(schedule.value(at: 100, of: 100, warmUp: 10) == 0.25)
    }

    @Test func holdsItsEndBeyondTheLastStep() {
        #expect(Schedule(from: 1, to: 2, .linear).value(at: 500, of: 100) == 2)
    }

    @Test func survivesATrainingWithoutSteps() {
        #expect(Schedule(from: 1, to: 2, .linear).value(at: 0, of: 0) == 1)
    }
}
