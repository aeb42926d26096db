import Foundation
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaPipeCLI
import JepaTestSupport
import Testing

/// Which images an evaluation takes, and how it sees them.
final class EvaluationDataTests {
    private let scratch = TemporaryFolder()

    init() throws {
        // Images three times as wide as high; how bright the left third is, is their number.
        var table = "file,split,level\n"
        for number in 0..<24 {
            let pixels = (0..<48 * 16).flatMap { place in
                let noise = UInt8(truncatingIfNeeded: (place * 37 + number * 101) % 97)
                return Array(repeating: place % 48 < 16 ? UInt8(10 * number) : noise, count: 3)
            }
            let image = Image(width: 48, height: 16, pixels: pixels)
            try scratch.write(image.pngData(), to: "wide/\(number).png")
            table += "\(number).png,\(number % 4 == 0 ? "test" : "train"),\(number)\n"
        }
        try scratch.write(table, to: "wide.csv")
        try scratch.train()
    }

    private func eval(_ words: String) throws -> EvaluationRecord {
        try scratch.evaluation("DIR/run --no-cache --task \(words)")
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
        let lines = try scratch.text("wide.csv").split(separator: "\n").enumerated().map {
            line, fields in
            (fields.split(separator: ",") + [line == 0 ? "\"a, b, c, d\"" : "x"])
                .joined(separator: separator)
        }
        try scratch.write(lines.joined(separator: "\n"), to: "wide.csv")
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
