import Foundation
import JepaCore
import JepaTestSupport
import JepaTraining
import Testing

@Suite struct MetricsTableTests {
    private let scratch = TemporaryFolder()

    private func table(keeping steps: Int = 0) throws -> MetricsTable {
        try MetricsTable(scratch.path + "/metrics", keeping: steps)
    }

    @Test func rowsAreWrittenInBothForms() throws {
        let table = try table()
        try table.append(step: 1, [Figure("loss", 0.5), Figure("lr", 1e-5)])
        try table.append(step: 2, [Figure("loss", .nan), Figure("lr", 3)])
        try table.sync()
        #expect(
            try scratch.text("metrics.jsonl") == """
                {"step":1,"loss":0.5,"lr":1e-05}
                {"step":2,"loss":null,"lr":3}

                """)
        #expect(try scratch.text("metrics.csv") == "step,loss,lr\n1,0.5,1e-05\n2,nan,3\n")
    }

    @Test func aFigureThatComesLaterGetsAColumn() throws {
        let table = try table()
        try table.append(step: 1, [Figure("loss", 1)])
        try table.append(step: 2, [Figure("loss", 2), Figure("knn", 0.5)])
        try table.append(step: 3, [Figure("loss", 3)])
        #expect(try scratch.text("metrics.csv") == "step,loss,knn\n1,1\n2,2,0.5\n3,3,\n")
    }

    @Test func rowsOfLaterStepsAndHalfRowsGoWhenARunGoesOn() throws {
        do {
            let table = try table()
            for step in 1...12 { try table.append(step: step, [Figure("loss", Double(step))]) }
        }
        for name in ["metrics.jsonl", "metrics.csv"] {
            // What a process leaves that is killed while it writes.
            let handle = try #require(FileHandle(forWritingAtPath: "\(scratch.path)/\(name)"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("{\"step\":1".utf8))
        }
        let table = try table(keeping: 10)
        try table.append(step: 11, [Figure("loss", 0)])
        let rows = try scratch.text("metrics.csv").split(separator: "\n")
        #expect(rows.count == 12)
        #expect(rows.suffix(2) == ["10,10", "11,0"])
        let lines = try scratch.text("metrics.jsonl").split(separator: "\n")
        #expect(lines.suffix(2) == ["{\"step\":10,\"loss\":10}", "{\"step\":11,\"loss\":0}"])
    }

    @Test(arguments: ["metrics.csv", "metrics.jsonl"])
    func rowsThatCannotBeReadAreNotThrownAway(name: String) throws {
        do { try table().append(step: 1, [Figure("loss", 1)]) }
        let file = URL(fileURLWithPath: "\(scratch.path)/\(name)")
        let damaged = try Data(contentsOf: file) + [0xff, 0xfe, 0x0a]
        try damaged.write(to: file)
        let text = message { _ = try table(keeping: 1) }
        #expect(
            text == """
                error: '\(file.path)' is damaged: it is not a text in UTF-8
                Move it away to go on without what it holds.
                """)
        #expect(try Data(contentsOf: file) == damaged)
    }

    @Test func aFullDiskIsAnError() throws {
        // Only where the system has such a device.
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path + "/metrics.jsonl", withDestinationPath: "/dev/full")
        let text = message { try table().append(step: 1, [Figure("loss", 1)]) }
        #expect(
            text
                == "error: cannot write '\(scratch.path)/metrics.jsonl': No space left on device")
    }
}
