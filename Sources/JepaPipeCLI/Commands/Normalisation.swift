import JepaCore
import JepaImages

/// What is taken from the pixels of images and what they are divided by, per channel, in the scale
/// 0...1.
struct Normalisation: Equatable {
    /// Red, green and blue.
    let mean: [Double], std: [Double]

    /// What a data source does: its parameters `mean` and `std` if it has them, otherwise what the
    /// method prescribes.
    init(_ parameters: ParameterSet?) {
        func values(_ name: String, _ standard: [Double]) -> [Double] {
            guard let parameters, parameters.descriptors.contains(where: { $0.name == name }),
                case .reals(let values)? = parameters[name], values.count == 3
            else { return standard }
            return values
        }
        mean = values("mean", [0.485, 0.456, 0.406])
        std = values("std", [0.229, 0.224, 0.225])
    }

    /// What the data source of a pipeline does; without one what the method prescribes.
    init(of pipeline: Pipeline?) {
        self.init(pipeline.flatMap { $0.node($0.dataSource.name)?.parameters })
    }
}

extension Image {
    /// A picture of normalised values, `[C, H, W]`; of fewer than three channels the first is
    /// shown as gray.
    init(normalised values: [Float], shape: ImageShape, _ normalisation: Normalisation) {
        let area = shape.height * shape.width
        var pixels = [UInt8](repeating: 0, count: area * 3)
        for channel in 0..<3 {
            let plane = (shape.channels < 3 ? 0 : channel) * area
            let (mean, std) = (normalisation.mean[channel], normalisation.std[channel])
            for place in 0..<area {
                let value = Double(values[plane + place]) * std + mean
                pixels[place * 3 + channel] = UInt8(min(max(value * 255, 0), 255).rounded())
            }
        }
        self.init(width: shape.width, height: shape.height, pixels: pixels)
    }
}
