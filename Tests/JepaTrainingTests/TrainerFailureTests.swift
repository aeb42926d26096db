import Foundation
import JepaCore
import JepaTestSupport
import JepaTraining
import Testing

/// What ends a run, or is left out of it, and what is saved and told all the same.
@Suite struct TrainerFailureTests {
    private let scratch = TemporaryFolder()
    private var run: String { scratch.path + "/run" }

    /// Without the monitor, which would come to every image before the first step.
    private var unwatched: Setting {
        ["batch_size": 8, "epochs": 2, "monitor": ["enabled": false]]
    }

    @Test func theFirstNumberThatIsNotFiniteStopsTheRun() throws {
        let toy = try ToyRun(
            [
                "batch_size": 8, "epochs": 2, "checkpoint": ["every_steps": 1],
                "monitor": ["enabled": false],
            ], optimizer: ["lr": 1e25])
        let error = #expect(throws: PipelineError.self) { try toy.train(in: run) }
        #expect(error?.code == .notFinite)
        let text = error?.description ?? ""
        #expect(text.contains("finite in step"))
        #expect(text.contains("The last checkpoint is of step"))
        #expect(text.contains("  jepa-pipe run toy.yaml --resume '\(run)'"))
    }

    @Test func whatWasLearntBeforeANumberIsNotFiniteIsSaved() throws {
        let toy = try ToyRun(unwatched, optimizer: ["lr": 1e25])
        let error = #expect(throws: PipelineError.self) {
            try toy.train(in: run)
        }
        let steps = toy.watcher.progress.count
        #expect(steps > 0)
        #expect(
            error?.description.contains("The last checkpoint is of step \(steps).") == true)
    }

    @Test func unusableDataStopsTheRunAfterSavingWhatWasLearnt() throws {
        // Image 13 is the only bad one; the run comes to it in its first epoch.
        let toy = try ToyRun(
            unwatched, data: ["use": "crumbling_images"], adding: CrumblingImages.self)
        let error = #expect(throws: PipelineError.self) { try toy.train(in: run) }
        #expect(error?.message == "too many images cannot be read")
        let steps = toy.watcher.progress.count
        #expect(
            error?.notes == [
                "The last checkpoint is of step \(steps). To go on from it:",
                "  jepa-pipe run toy.yaml --resume '\(run)'",
            ])
        #expect(toy.watcher.said.contains("skipped 'a.jpg': it is empty"))
        #expect(try CheckpointFolder(path: run + "/checkpoints").entries().first?.step == steps)
    }

    @Test func whatStopsTheRunIsToldAlthoughSavingFailsToo() throws {
        // The seed decides whether anything is learnt before the bad image comes.
        let errors = try (0..<8).compactMap { seed in
            let toy = try ToyRun(
                unwatched, seed: seed, data: ["use": "crumbling_images"],
                adding: CrumblingImages.self)
            let run = "\(run)-\(seed)"
            toy.watcher.onStep = { _ in
                try? FileManager.default.removeItem(atPath: run + "/checkpoints")
            }
            let error = #expect(throws: PipelineError.self) { try toy.train(in: run) }
            return toy.watcher.progress.isEmpty ? nil : error
        }
        try #require(!errors.isEmpty)
        for error in errors {
            #expect(error.message == "too many images cannot be read")
            #expect(
                error.notes.first?.hasPrefix("Nor could what has been learnt be saved: cannot ")
                    == true)
        }
    }

    @Test func unusableAndDamagedImagesThatAreHeldOutAreToldToo() throws {
        let toy = try ToyRun(
            ["batch_size": 8, "epochs": 1, "monitor": ["held_out": "other"]],
            stages: ["other": ["use": "crumbling_images"]], adding: CrumblingImages.self)
        let outcome = try toy.train(in: run)
        #expect(
            toy.watcher.said.filter { $0.hasPrefix("skipped") } == [
                "skipped 'a.jpg' of 'other': it is empty"
            ])
        #expect(outcome.rejected.map(\.name) == ["a.jpg"])
        #expect(outcome.text.contains("1 image could not be used."))
        #expect(
            outcome.text.contains(
                "1 image damaged and used as far as readable, such as 'b.jpg': its end is missing"))
    }
}

/// Toy images one of which is missing and one of which ends the run.
private struct CrumblingImages: DataSource {
    static let descriptor = StageDescriptor(name: "crumbling_images", summary: "Bad images.")
    private let images: ToyImages

    init(parameters: StageParameters) throws {
        images = try ToyImages(parameters: StageParameters(for: ToyImages.self))
    }

    var count: Int { images.count }
    var imageShape: ImageShape { images.imageShape }
    var classNames: [String] { images.classNames }
    var rejected: [RejectedSample] { [RejectedSample(name: "a.jpg", reason: "it is empty")] }
    var repaired: [RejectedSample] { [RejectedSample(name: "b.jpg", reason: "its end is missing")] }

    func fingerprint() throws -> String { "crumbling" }

    func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        if request.isAugmented && request.index == 13 {
            throw PipelineError(.data, "too many images cannot be read")
        }
        return try images.load(request, into: views)
    }
}
