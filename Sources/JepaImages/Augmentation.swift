public import JepaCore

/// Random changes of colour and sharpness: what joint-embedding methods ask two views to agree on.
///
/// In this order: with `jitter_probability`, brightness, contrast and saturation by factors uniform
/// in `max(0, 1 - x)...1 + x` and the hue by a share uniform in `-x...x`, in random order; with
/// `grayscale`, gray; with `blur`, a Gaussian whose deviation is uniform in `blur_sigma`.
/// Source: SimCLR, arXiv 2002.05709, appendix A, as VICReg and SimSiam apply it; torchvision's
/// `ColorJitter`, with draws of this project. Solarisation is left out, and both views are changed
/// with the same probabilities (VICReg blurs one always and the other seldom).
public struct Augmentation: Sendable {
    /// The parameters of a data source that offers it; by default nothing is changed.
    public static let parameters: [ParameterDescriptor] = [
        .reals(
            "jitter", in: 0...10, default: [0, 0, 0, 0],
            help: "How far brightness, contrast, saturation and hue of a training image vary; "
                + "[0.4, 0.4, 0.2, 0.1] are VICReg's."),
        .real(
            "jitter_probability", in: 0...1, default: 0.8,
            help: "The share of the training images whose colours vary."),
        .real(
            "grayscale", in: 0...1, default: 0,
            help: "The share of the training images that become gray."),
        .real(
            "blur", in: 0...1, default: 0,
            help: "The share of the training images that are blurred."
        ),
        .interval(
            "blur_sigma", in: 0.001...1000, default: 0.1...2,
            help: "The deviation of a Gaussian blur in pixels."),
    ]

    private let factors: [Double]
    private let hue: Double
    private let jitterProbability: Double
    private let grayProbability: Double
    private let blurProbability: Double
    private let blurSigma: ClosedRange<Double>

    /// Reads the parameters.
    ///
    /// - Throws: `configuration` if the hue is to turn by more than half of its circle.
    public init(_ parameters: StageParameters) throws {
        let jitter = parameters.reals("jitter")
        (factors, hue) = (Array(jitter[..<3]), jitter[3])
        guard hue <= 0.5 else {
            throw parameters.error(
                "'jitter' turns the hue by up to \(hue); half of the circle, 0.5, is the most",
                parameter: "jitter")
        }
        let jitters = jitter.contains { $0 > 0 }
        jitterProbability = jitters ? parameters.real("jitter_probability") : 0
        grayProbability = parameters.real("grayscale")
        blurProbability = parameters.real("blur")
        blurSigma = parameters.interval("blur_sigma")
    }

    /// Whether any image is changed at all.
    public var isActive: Bool { jitterProbability + grayProbability + blurProbability > 0 }

    /// The changes of one image, in the order in which they are made.
    public func changes(using random: inout StageRandom) -> [PictureChange] {
        guard isActive else { return [] }
        var changes: [PictureChange] = []
        if random.uniform() < jitterProbability {
            let makers: [(Float) -> PictureChange] = [
                { .brightness($0) }, { .contrast($0) }, { .saturation($0) },
            ]
            for index in random.permutation(of: 4) {
                if index == 3 {
                    let share = random.uniform(in: -hue...hue)
                    if hue > 0 { changes.append(.hue(share)) }
                } else {
                    let x = factors[index]
                    let factor = random.uniform(in: max(0, 1 - x)...1 + x)
                    if x > 0 { changes.append(makers[index](Float(factor))) }
                }
            }
        }
        if random.uniform() < grayProbability { changes.append(.gray) }
        if random.uniform() < blurProbability {
            changes.append(.blur(Float(random.uniform(in: blurSigma))))
        }
        return changes
    }
}
