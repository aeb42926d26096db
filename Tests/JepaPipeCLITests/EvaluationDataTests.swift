import Foundation
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaPipeCLI
import Testing

/// Which images an evaluation takes, and how it sees them.
final class EvaluationDataTests {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "/jepa-data-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder + "/wide", withIntermediateDirectories: true)
        try AtomicFile.write(TinyPipeline.text, to: folder + "/tiny.yaml")
        // Images three times as wide as high; how bright the left third is, is their number.
        var table = "file,split,level\n"
        for number in 0..<24 {
            let pixels = (0..<48 * 16).flatMap { place in
                let noise = UInt8(truncatingIfNeeded: (place * 37 + number * 101) % 97)
                return Array(repeating: place % 48 < 16 ? UInt8(10 * number) : noise, count: 3)
            }
            let image = Image(width: 48, height: 16, pixels: pixels)
            try AtomicFile.write(image.pngData(), to: "\(folder)/wide/\(number).png")
            table += "\(number).png,\(number % 4 == 0 ? "test" : "train"),\(number)\n"
        }
        try AtomicFile.write(table, to: folder + "/wide.csv")
        guard JepaPipe.run(["run", folder + "/tiny.yaml", "--out", folder + "/run"]) == 0 else {
            throw CocoaError(.fileWriteUnknown)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func eval(_ words: String) throws -> EvaluationRecord {
        let file = folder + "/record.json"
        let all = "eval DIR/run --no-cache --out DIR/record.json --task \(words)"
        try #require(
            JepaPipe.run(
                all.split(separator: " ").map { String($0).replacing("DIR", with: folder) }) == 0)
        return try EvaluationRecord(file: file)
    }

    private let count = "count --data DIR/wide --column level --labels DIR/wide.csv"

    /// The middle of these images tells nothing of their number.
    @Test func whatIsCountedMayBeAnywhereInAnImage() throws {
        let record = try eval(count)
        let r2 = try #require(record.figures.first { $0.name == "r2" }?.pixels)
        #expect(r2 > 0.95)
        #expect(record.protocol["images"] == "squeezed as a whole, 16x16 pixels")
    }

    /// A spreadsheet's table with other separators says the same.
    @Test(arguments: [";", "\t"])
    func fieldsMayBeSeparatedOtherwise(separator: String) throws {
        let commas = try eval(count)
        let text = try String(contentsOfFile: folder + "/wide.csv", encoding: .utf8)
        let lines = text.split(separator: "\n").enumerated().map { line, fields in
            (fields.split(separator: ",") + [line == 0 ? "\"a, b, c, d\"" : "x"])
                .joined(separator: separator)
        }
        try AtomicFile.write(lines.joined(separator: "\n"), to: folder + "/wide.csv")
        #expect(try eval(count).figures == commas.figures)
    }

    @Test func theFingerprintTellsWhichImages() throws {
        let all = try eval("knn --data scenes --images 60")
        #expect(try eval("knn --data scenes --images 60").data.fingerprint == all.data.fingerprint)
        let fewer = try eval("knn --data scenes --images 56")
        let parts = [all, fewer].map { $0.data.fingerprint.split(separator: ", ") }
        #expect(parts[0].count == 2)
        #expect(parts[0][0] != parts[1][0])
        #expect(parts[0][1] != parts[1][1])
    }

    /// Not as the pretraining changed them: the tiny pipeline mirrors nothing.
    @Test func imagesOfTheRunAreCutAndMirroredAsTheProtocolSays() throws {
        let record = try eval("linear --protocol paper --epochs 1 --train-batch 4 --lr 0.1")
        let augmentation = try #require(record.protocol["augmentation"])
        #expect(augmentation.contains("crop_scale: [0.08, 1], flip: true"))
        #expect(record.data.train == "data of the run, 13 images")
    }
}
