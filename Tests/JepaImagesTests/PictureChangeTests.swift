import Foundation
import JepaCore
import JepaFormats
import JepaImages
import Testing

/// Changes of colour and sharpness, to the byte what Pillow and torchvision make of the same
/// picture (`Tests/Peers/colours.py`).
@Suite("picture changes")
struct PictureChangeTests {
    /// A case of the fixture.
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let kind: String
        let value: Double

        var testDescription: String { "\(kind) \(value)" }

        var change: PictureChange? {
            switch kind {
            case "brightness": .brightness(Float(value))
            case "contrast": .contrast(Float(value))
            case "saturation": .saturation(Float(value))
            case "hue": .hue(value)
            case "gray": .gray
            case "blur": .blur(Float(value))
            default: nil
            }
        }
    }

    private func fixture() throws -> SafetensorsReader {
        let path = try #require(
            Bundle.module.path(
                forResource: "colours", ofType: "safetensors", inDirectory: "Fixtures"))
        return try SafetensorsReader(path: path)
    }

    private func image(_ tensor: StoredTensor) throws -> Image {
        Image(
            width: tensor.shape[1], height: tensor.shape[0],
            pixels: try tensor.integers().map { UInt8($0) })
    }

    @Test func agreeWithPillowToTheByte() throws {
        let file = try fixture()
        let text = try #require(file.metadata["cases"])
        let cases = try JSONDecoder().decode([Case].self, from: Data(text.utf8))
        #expect(cases.count == 24)
        let input = try image(file.tensor("input"))
        for (index, row) in cases.enumerated() {
            let change = try #require(row.change, "\(row.kind)")
            let expected = try image(file.tensor("output\(index)"))
            #expect(try input.changed(by: change) == expected, "\(row.testDescription)")
        }
    }

    @Test(arguments: [(1, 1), (1, 7), (7, 1), (2, 3)])
    func blurOfTinyPicturesKeepsFlatOnesAsTheyAre(width: Int, height: Int) throws {
        let flat = Image(width: width, height: height, colour: Colour(9, 99, 199))
        #expect(try flat.changed(by: .blur(3)) == flat)
    }
}
