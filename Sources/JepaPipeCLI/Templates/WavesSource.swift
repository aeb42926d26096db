import Foundation
public import JepaCore

/// Gives grey waves, made in memory; the direction they run in is their class.
///
/// Images `[1, H, W]` of values in -1...1. Image `i` is of class `i % 4`; in training its waves are
/// shifted at random.
public struct WavesSource: DataSource {
    public static let descriptor = StageDescriptor(
        name: "waves", summary: "Grey waves in four directions, made in memory.",
        parameters: [
            .integer("count", in: 1...1_000_000, default: 1000, help: "How many there are."),
            .size("size", in: 1...1024, default: 48, help: "Height and width of the images."),
        ])

    public let count: Int
    public let imageShape: ImageShape
    public let classNames = ["rightwards", "down-rightwards", "downwards", "down-leftwards"]

    public init(parameters: StageParameters) throws {
        count = parameters.integer("count")
        let (height, width) = parameters.size("size")
        imageShape = ImageShape(channels: 1, height: height, width: width)
    }

    public func fingerprint() throws -> String { "waves, \(count) of \(imageShape)" }

    public func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        let label = request.index % classNames.count
        let angle = Double(label) * .pi / 4
        let plain = StageRandom(seed: 0, purpose: "waves", sample: request.index)
        var random = request.isAugmented ? request.random : plain
        let shift = random.uniform(in: 0...2 * .pi)
        for row in 0..<imageShape.height {
            for column in 0..<imageShape.width {
                let distance = cos(angle) * Double(column) + sin(angle) * Double(row)
                let value = sin(distance / 2 + shift)
                views[0][row * imageShape.width + column] = Float(value)
            }
        }
        return Int32(label)
    }
}
