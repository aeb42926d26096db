import Foundation
public import JepaCore

/// Grey images in memory: waves whose direction and brightness are their class, with noise.
///
/// Image `i` is of class `i % classes`. Its noise belongs to the image; augmented, it gets as much
/// again from the random numbers of the request.
public struct ToyImages: DataSource {
    public static let descriptor = StageDescriptor(
        name: "toy_images", summary: "Labelled images of waves, made in memory.",
        parameters: [
            .integer("count", in: 1...1_000_000, default: 48, help: "How many there are."),
            .size("size", in: 1...256, default: 8, help: "Height and width."),
            .integer(
                "classes", in: 0...16, default: 4,
                help: "How many directions there are; 0 for four that nobody names."),
            .integer(
                "unlabelled", in: 0...1_000_000, default: 0,
                help: "How many of the first images are in no class."),
            .real("noise", in: 0...10, default: 0.5, help: "The deviation of the noise."),
        ])

    public let count: Int
    public let imageShape: ImageShape
    public let classNames: [String]
    private let directions: Int
    private let unlabelled: Int
    private let noise: Double

    public init(parameters: StageParameters) throws {
        count = parameters.integer("count")
        let (height, width) = parameters.size("size")
        imageShape = ImageShape(channels: 1, height: height, width: width)
        let classes = parameters.integer("classes")
        classNames = (0..<classes).map { "direction \($0)" }
        directions = classes == 0 ? 4 : classes
        unlabelled = classes == 0 ? count : parameters.integer("unlabelled")
        noise = parameters.real("noise")
    }

    public func fingerprint() throws -> String {
        "toy \(count) of \(imageShape), \(classNames.count) classes, noise \(noise)"
    }

    public func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        let label = request.index % directions
        let angle = Double(label) * .pi / Double(directions)
        var own = StageRandom(seed: 0, purpose: "toy images", sample: request.index)
        var augmentation = request.random
        for view in views {
            for row in 0..<imageShape.height {
                for column in 0..<imageShape.width {
                    let phase = cos(angle) * Double(column) + sin(angle) * Double(row)
                    var value = sin(1.5 * phase) + 0.3 * Double(label)
                    value += noise * own.uniform(in: -1...1)
                    if request.isAugmented { value += noise * augmentation.uniform(in: -1...1) }
                    view[row * imageShape.width + column] = Float(value)
                }
            }
        }
        return request.index < unlabelled ? -1 : Int32(label)
    }
}
