import JepaCore
import Testing

@Suite struct ScheduleTests {
    /// Rows of the official ViT-H/14 schedule: 300 epochs of 625 steps, 40 of them warm-up.
    static let official: [(step: Int, lr: Double, decay: Double, momentum: Double)] = [
        (0, 0.000200032, 0.04000000002526616, 0.996),
        (1, 0.00020006400000000001, 0.04000000010106475, 0.9960000213333333),
    ]
    static let total = 300 * 625
    static let warmUp = 40 * 625

    @Test(arguments: official)
    func followsTheOfficialCode(
        row: (step: Int, lr: Double, decay: Double, momentum: Double)
    ) {
        let lr = Schedule(from: 1e-3, to: 1e-6, .cosine, warmUpFrom: 2e-4)
        let decay = Schedule(from: 0.04, to: 0.4, .cosine)
        let momentum = Schedule(from: 0.996, to: 1, .linear)
        let rate = lr.value(at: row.step, of: Self.total, warmUp: Self.warmUp, offset: 1)
        #expect(abs(rate - row.lr) < 1e-12)
        #expect(abs(decay.value(at: row.step, of: Self.total, offset: 1) - row.decay) < 1e-12)
        #expect(abs(momentum.value(at: row.step, of: Self.total) - row.momentum) < 1e-12)
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
