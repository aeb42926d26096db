import Foundation
import JepaCore
import JepaFormats
import JepaPipeCLI
import JepaTensor
import Testing

@Suite struct VerificationTests {
    @Test func reproducesARunOfUnusualSizes() throws {
        let verification = try RecordedFolder().verify()
        let wrong = verification.groups.flatMap(\.rows).filter { !$0.isRight }
        #expect(wrong.map(\.quantity) == [])
        #expect(
            verification.groups.map(\.title) == [
                "positions before step 0", "activations of step 0", "gradients of step 0",
                "weights after step 0", "positions after step 0", "figures of step 0",
                "figures of step 1", "figures of step 2", "figures of step 3",
                "weights after step 3, the last", "positions after step 3, the last",
            ])
        let lines = VerificationReport(verification).lines
        #expect(
            lines.last
                == "All 271 quantities agree: the stages reproduce the 4 steps of 'recorded-run'.")
        let row = lines.first { $0.hasPrefix("momentum") }
        #expect(row?.split(separator: " ").last == "ok")
    }

    @Test func reproducesTheOfficialCode() throws {
        let verification = try RecordedFolder(RecordedFolder.official).verify()
        let rows = verification.groups.flatMap(\.rows)
        #expect(rows.count == 397)
        #expect(rows.filter { !$0.isRight }.map(\.quantity) == [])
        #expect(rows.allSatisfy { $0.noisyEntries == 0 })
    }

    @Test func comparesEveryTensorOfTheRecord() throws {
        let verification = try RecordedFolder().verify()
        func names(_ title: String) -> Set<String> {
            let rows = verification.groups.filter { $0.title.hasPrefix(title) }.flatMap(\.rows)
            return Set(
                rows.map { row in String(row.quantity.prefix { $0 != " " }) })
        }
        let run = verification.run
        #expect(names("activations").union(names("gradients")) == Set(run.trace.names))
        #expect(
            names("weights after step 3").union(names("positions after step 3"))
                == Set(run.final.names))
        #expect(
            names("weights after step 0").union(names("positions after step 0"))
                == Set(run.afterFirstStep.names))
    }

    /// One number of every tensor is changed by one percent of the largest, of images by as much
    /// as their standard deviation: a pixel that no target depends on changes little else.
    @Test(arguments: RecordedFolder.files)
    func noticesAChangedNumberInAnyTensor(file: String) throws {
        let names = try SafetensorsReader(path: "\(RecordedFolder.fixture)/\(file).safetensors")
        var random = StageRandom(seed: 8, purpose: file)
        var missed: [String] = []
        for tensor in names.tensors {
            let folder = try RecordedFolder()
            let index = random.integer(in: 0..<tensor.count)
            let largest = try tensor.floats().elements.reduce(0) { max($0, abs($1)) }
            let amount = tensor.name.hasSuffix("images") ? 1 : 0.01 * largest
            try folder.change(file, tensor.name, at: index, by: amount)
            if !folder.isRefused() { missed.append("\(tensor.name)[\(index)]") }
        }
        #expect(missed == [])
    }

    @Test func noticesAChangedNumberInTheDescription() throws {
        let original = try RecordedFolder().text()
        let number = /(?m)(?:^ *|: )(-?[0-9][-+.eE0-9]*),?$/
        var missed: [String] = []
        let matches = original.matches(of: number)
        #expect(matches.count == 60)
        for match in matches {
            let value = try #require(Double(match.1))
            for changed in [value + 1, value == 0 ? 0.01 : 1.01 * value] {
                let folder = try RecordedFolder()
                let text =
                    original[..<match.1.startIndex] + "\(changed)" + original[match.1.endIndex...]
                try text.write(
                    toFile: folder.path + "/run.json", atomically: false, encoding: .utf8)
                if !folder.isRefused() { missed.append("\(match.0): \(changed)") }
            }
        }
        #expect(missed == [])
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func noticesANumberThatIsNone(value: Float) throws {
        for (file, name) in [
            ("trace", "predictor.block0"), ("final", "target_encoder.norm.bias"),
            ("initial", "predictor.mask_token"), ("batches", "2.images"),
        ] {
            let folder = try RecordedFolder()
            try folder.change(file, name, at: 3, by: value)
            #expect(folder.isRefused())
        }
    }

    @Test func endsWithOneIfAnythingIsWrong() throws {
        let folder = try RecordedFolder()
        #expect(JepaPipe.run(["verify", folder.path], plugins: []) == 0)
        try folder.change("trace", "targets.layernorm", at: 5, by: 0.1)
        #expect(JepaPipe.run(["verify", folder.path], plugins: []) == 1)
        try folder.replace("\"num_heads\": 2", with: "\"num_heads\": 5")
        #expect(JepaPipe.run(["verify", folder.path], plugins: []) == 1)
        #expect(JepaPipe.run(["verify", folder.path + "-not"], plugins: []) == 1)
        #expect(JepaPipe.run(["verify"], plugins: []) == 2)
    }

    @Test func saysWhereATensorDiffers() throws {
        let folder = try RecordedFolder()
        try folder.change("trace", "targets.layernorm", at: 5, by: 0.1)
        let verification = try folder.verify()
        let wrong = verification.groups.flatMap(\.rows).filter { !$0.isRight }
        #expect(wrong.map(\.quantity) == ["targets.layernorm"])
        #expect(wrong.first?.place == [0, 0, 5])
        #expect(abs((wrong.first?.absolute ?? 0) - 0.1) < 1e-5)
        #expect(
            VerificationReport(verification).lines.last
                == "FAIL: 1 of 271 quantities differ from the 4 steps of 'recorded-run'.")
    }
}
