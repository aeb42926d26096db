import JepaCore
import JepaInterop

/// Takes over weights of other programs.
enum ImportCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "import", summary: "Takes over weights of official I-JEPA, timm or Hugging Face.",
        arguments: [
            .init(
                name: "FILE",
                help: "An official .pth.tar, a torch or safetensors file with its names or timm's, "
                    + "or a Hugging Face folder.")
        ],
        options: [
            .init(
                name: "--out", short: "-o", value: "DIR", isRequired: true,
                help: "The folder to make."),
            .init(
                name: "--encoder", value: "WHICH", choices: ["target", "context"],
                standard: "target",
                help: "What a file with one encoder is taken for, since it does not say."),
            .heads,
            .init(
                name: "--size", value: "PIXELS",
                help: "The images of a network whose patch grid is not square, as in 224x448; with "
                    + "one of the next two, the images it is to be adapted to."),
            .recomputePositions, .interpolatePositions,
        ],
        notes: [
            "Names and shapes are checked strictly: all that is missing, unexpected or mis-shaped "
                + "is listed, and nothing is loaded. Positions are compared with computed ones.",
            "The folder holds weights.safetensors, to the bit as they came, and model.json. It can "
                + "be given to 'features', 'export' and 'run --weights'.",
        ],
        examples: [
            .init(
                "import IN1K-vit.h.14-300e.pth.tar --out vit-h14",
                help: "Both encoders and the predictor of the official ViT-H/14.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let path = arguments.text("--out")
        let size = try arguments.imageSize("--size")
        let isInterpolated = try arguments.interpolatesPositions(to: size)
        let hints = ModelHints(
            heads: arguments.optionalInteger("--heads"), imageSize: isInterpolated ? nil : size,
            recomputesPositions: arguments.isOn("--recompute-positions"),
            loneEncoder: ModelNetwork(option: arguments.text("--encoder")))
        var model = try ModelWeights(reading: arguments.argument("FILE"), hints: hints)
        if isInterpolated, let size {
            model = try model.resized(height: size.height, width: size.width, interpolating: true)
        }
        try ModelFolder.write(model, to: path)
        var table = TextTable([.left, .right])
        for network in ModelNetwork.allCases where model.networks[network] != nil {
            table.add([
                "  \(network.words)", grouped(model.weightCount(of: network)) + " weights",
            ])
        }
        print("\(model.path): \(model.origin), \(model.sizes.text)")
        print(table.lines.joined(separator: "\n"))
        for remark in model.remarks { JepaPipe.report(remark) }
        print("Wrote \(path).")
        return JepaPipe.ExitStatus.done
    }
}
