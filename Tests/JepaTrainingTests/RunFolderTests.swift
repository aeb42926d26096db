import Foundation
import JepaCore
import JepaFormats
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct RunFolderTests {
    private let scratch = TemporaryFolder()

    @Test func aNewFolderIsMadeWithItsParents() throws {
        let path = scratch.path + "/a/b/run"
        let folder = try RunFolder.create(at: path + "/", pipeline: "toy")
        #expect(folder.path == path)
        #expect(try Folder.names(in: path) == [".lock", "checkpoints"])
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        try "x".write(toFile: scratch.path + "/file", atomically: true, encoding: .utf8)
        let path = scratch.path + "/file/run"
        let text = message { _ = try RunFolder.create(at: path, pipeline: "toy") }
        #expect(text == "error: cannot make the folder '\(path)': Not a directory")
    }

    @Test func everyPipelineOfARunIsKept() throws {
        let folder = try RunFolder.create(at: scratch.path, pipeline: "toy")
        // No step was taken by the one that was gone back from.
        for (text, step) in [("one\n", 0), ("one\n", 5), ("gone\n", 7), ("two\n", 7)] {
            try folder.write(text, from: step)
        }
        #expect(try scratch.text("pipeline.yaml") == "two\n")
        #expect(try scratch.text("pipeline-until-7.yaml") == "one\n")
        let names = try Folder.names(in: scratch.path)
        #expect(names.filter { $0.hasSuffix(".yaml") }.count == 2)
    }

    @Test func anEmptyFolderIsTaken() throws {
        _ = try RunFolder.create(at: scratch.path, pipeline: "toy")
        #expect(try Folder.names(in: scratch.path) == [".lock", "checkpoints"])
    }

    @Test func anotherRunIsNeverOverwritten() throws {
        let path = scratch.path + "/run"
        try ToyRun().train(in: path)
        let before = try scratch.text("run/run.json")
        let text = message { _ = try RunFolder.create(at: path, pipeline: "toy") }
        #expect(
            text == """
                error: '\(path)' is not empty: it holds another run
                Go on with that run by --resume '\(path)', or give --out a new folder.
                """)
        #expect(try scratch.text("run/run.json") == before)
    }

    @Test func aFolderOfOtherThingsIsLeftAlone() throws {
        try "x".write(toFile: scratch.path + "/photo.jpg", atomically: true, encoding: .utf8)
        let text = message { _ = try RunFolder.create(at: scratch.path, pipeline: "toy") }
        #expect(
            text == """
                error: '\(scratch.path)' is not empty: it holds 'photo.jpg'
                Give --out a folder that is empty or does not exist.
                """)
        let other = message { _ = try RunFolder.openOrCreate(at: scratch.path) }
        #expect(other == text)
        #expect(try Folder.names(in: scratch.path) == ["photo.jpg"])
        let file = message {
            _ = try RunFolder.create(at: scratch.path + "/photo.jpg", pipeline: "toy")
        }
        #expect(file == "error: '\(scratch.path)/photo.jpg' is a file; a run needs a folder")
    }

    @Test(arguments: [[], ["run.json"], ["pipeline.yaml", "metrics.csv"], [".lock", "run.json"]])
    func aRunThatNeverSavedIsBegunAnew(left: [String]) throws {
        let path = scratch.path + "/run"
        try FileManager.default.createDirectory(
            atPath: path + "/checkpoints", withIntermediateDirectories: true)
        for name in left {
            try "x".write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
        }
        let (folder, isBegun) = try RunFolder.openOrCreate(at: path)
        #expect(!isBegun)
        #expect(try Folder.names(in: folder.path) == [".lock", "checkpoints"])
    }

    @Test func aRunThatSavedIsOpened() throws {
        let path = scratch.path + "/run"
        try ToyRun().train(in: path, untilStep: 3)
        #expect(try RunFolder.openOrCreate(at: path).isBegun)
        // Without its record it is something that nobody can tell.
        try FileManager.default.removeItem(atPath: path + "/run.json")
        let text = message { _ = try RunFolder.openOrCreate(at: path) }
        #expect(text.hasPrefix("error: '\(path)/checkpoints' is not empty"))
    }

    @Test func twoProcessesNeverWriteOneRun() throws {
        let path = scratch.path + "/run"
        do {
            let toy = try ToyRun()
            let folder = try RunFolder.create(at: path, pipeline: "toy")
            _ = try toy.trainer().run(in: folder)
            let text = message { _ = try RunFolder.open(path) }
            #expect(
                text == """
                    error: the run in '\(path)' is being written by process \(getpid())
                    Wait until it has ended, or give --out a new folder.
                    """)
        }
        // The lock goes with its holder.
        _ = try RunFolder.open(path)
    }

    @Test func openingNeedsARun() throws {
        #expect(
            message { _ = try RunFolder.open(scratch.path) }
                == """
                error: '\(scratch.path)' holds no run: it has no 'run.json'
                --resume takes the folder of a run, or one of its checkpoints.
                """)
        #expect(
            message { _ = try RunFolder.open(scratch.path + "/none") }.hasPrefix(
                "error: there is no '\(scratch.path)/none'"))
    }

    @Test(arguments: [
        ("runs/a", "runs/a"), ("runs/a/", "runs/a"), (".", "."),
        ("runs/a/checkpoints/step-000001.safetensors", "runs/a"),
        ("/x/checkpoints/best.safetensors", "/x"),
        ("checkpoints/best.safetensors", "."),
    ])
    func aCheckpointMeansItsRun(path: String, run: String) {
        #expect(RunFolder.runPath(of: path) == run)
    }

    @Test func freshNamesCarryPipelineAndTimeAndNeverMeet() throws {
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        let names = (0..<3).map { RunFolder.freshName("toy", date, number: $0 + 1) }
        #expect(Set(names).count == 3)
        #expect(names[0].wholeMatch(of: /toy-20231[0-9]{3}-[0-9]{6}/) != nil)
        #expect(names[1] == names[0] + "-2")
    }
}
