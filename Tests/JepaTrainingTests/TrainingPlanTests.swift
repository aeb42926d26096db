import JepaCore
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct TrainingPlanTests {
    private func plan(_ train: Setting, images: Int) throws -> TrainingPlan {
        let settings = try TrainingSettings(
            ToyStages.graph(train: train), registry: ToyStages.registry())
        return try TrainingPlan(settings, images: images)
    }

    @Test func anEpochLeavesOutTheRemainder() throws {
        let plan = try plan(["batch_size": 8, "epochs": 3, "warmup_epochs": 0.5], images: 47)
        #expect(plan.stepsPerEpoch == 5)
        #expect(plan.steps == 15)
        #expect(plan.warmUpSteps == 3)
        #expect(plan.epoch(of: 4) == 0)
        #expect(plan.epoch(of: 5) == 1)
    }

    @Test func schedulesCanBeLongerThanTheTraining() throws {
        let plan = try plan(
            ["batch_size": 10, "steps": 10, "schedule_scale": 1.25], images: 100)
        let info = plan.info(3, seed: 7)
        #expect(info.total == 12)
        #expect(info.index == 3)
        #expect(info.batchSize == 10)
        #expect(info.seed == 7)
    }

    @Test func savingAndLookingHappenWhenAsked() throws {
        let plan = try plan(
            [
                "batch_size": 10, "steps": 10, "checkpoint": ["every_steps": 4],
                "monitor": ["every_steps": 3],
            ], images: 100)
        #expect((0...10).filter(plan.saves) == [4, 8, 10])
        #expect((0...10).filter(plan.monitors) == [0, 3, 6, 9, 10])
    }

    @Test func lookingIsRareWhereItWouldCostMuch() throws {
        // 150,000 images of training pay for 10,714 of looks. The first is of 500 + 400 + 48 x 9
        // and 48 more, the last of twice that but for the 48, those between of 500 + 400 + 48:
        // there is room for six, every 2143 steps or 21.43 epochs.
        let small = try plan(["batch_size": 10, "epochs": 150], images: 1000)
        #expect(small.monitorInterval == 2200)
        #expect((0...small.steps).filter(small.monitors).count == 8)
        // 60,000 pay for 4285, hardly more than the first and the last: half of that for two more.
        let short = try plan(["batch_size": 10, "epochs": 60], images: 1000)
        #expect((0...short.steps).filter(short.monitors) == [0, 2000, 4000, 6000])
        // Two looks are taken whatever they cost.
        let tiny = try plan(["batch_size": 10, "epochs": 2], images: 100)
        #expect((0...tiny.steps).filter(tiny.monitors) == [0, 20])
        let large = try plan(["batch_size": 10, "epochs": 100], images: 100_000)
        #expect(large.monitorInterval == large.stepsPerEpoch)
        // Short of an epoch twenty looks are enough.
        let single = try plan(["batch_size": 10, "epochs": 1], images: 10_000_000)
        #expect(single.monitorInterval == 50_000)
        let off = try plan(
            ["batch_size": 10, "epochs": 1, "monitor": ["enabled": false]], images: 100)
        #expect(!(0...10).contains { off.monitors(after: $0) })
    }

    @Test func everythingIsLookedAtFirstAndLastUnlessAskedAlways() throws {
        let train: [Setting.Entry] = [.init("batch_size", 10), .init("steps", 9)]
        let plain = try plan(Setting(.mapping(train)), images: 100)
        #expect((0...9).filter(plain.looksThoroughly) == [0, 9])
        let always = try plan(
            Setting(.mapping(train + [.init("monitor", ["detail": "always"])])), images: 100)
        #expect((0...9).filter(always.looksThoroughly) == Array(0...9))
    }

    @Test func stepsBesideEpochsStopEarlyAndKeepTheSchedules() throws {
        let whole = try plan(["batch_size": 10, "epochs": 3, "warmup_epochs": 1], images: 100)
        let part = try plan(
            ["batch_size": 10, "epochs": 3, "warmup_epochs": 1, "steps": 4], images: 100)
        #expect((part.steps, whole.steps) == (4, 30))
        #expect(part.scheduleSteps == whole.scheduleSteps)
        #expect(part.warmUpSteps == whole.warmUpSteps)
    }

    @Test(
        arguments: [
            (
                ["batch_size": 8, "epochs": 1],
                "'batch_size' is 8, but the data set has only 7 images"
            ),
            (
                ["batch_size": 7, "epochs": 2, "warmup_epochs": 3],
                "warm-up takes 3 steps, but the schedule has only 2"
            ),
            (
                ["batch_size": 7, "epochs": 2, "steps": 3],
                "'steps' is 3, but the epochs end after 2"
            ),
        ] as [(Setting, String)])
    func whatDoesNotFitTheDataIsRefused(train: Setting, message: String) throws {
        let error = #expect(throws: PipelineError.self) { try plan(train, images: 7) }
        #expect(error?.message == message)
        #expect(error?.code == .configuration)
    }
}
