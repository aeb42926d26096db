import JepaCore
import JepaInterop

/// Writes weights in the form of another program.
enum ExportCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "export",
        summary: "Writes weights as official I-JEPA, timm or Hugging Face read them.",
        arguments: [.weights],
        options: [
            .init(
                name: "--format", value: "FORMAT",
                choices: ModelExport.Format.allCases.map(\.rawValue), isRequired: true,
                help: "Whose form."),
            .init(
                name: "--out", short: "-o", value: "PATH", isRequired: true,
                help: "The file to write; for huggingface a folder."),
            .encoder, .heads, .pipeline, .recomputePositions, .plugins,
        ],
        notes: [
            "official: all networks with the names of the official trainer, as a torch file if "
                + "PATH ends in .pth.tar or .pth, else as safetensors. An official torch file also "
                + "holds the state of an optimizer and the epoch; these are not written.",
            "timm: one encoder, for VisionTransformer(class_token=False, global_pool='avg', "
                + "fc_norm=False, num_classes=0), as in vit_huge_patch14_gap_224.",
            "huggingface: one encoder, as a folder for IJepaModel.from_pretrained.",
            "Types and bits of the tensors stay as they are.",
        ],
        examples: [
            .init(
                "export runs/ijepa --format huggingface --out ijepa-hf",
                help: "The target encoder of the newest checkpoint.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let format = arguments.choice("--format", as: ModelExport.Format.self)
        let path = arguments.text("--out")
        let encoder = ModelNetwork(option: arguments.text("--encoder"))
        if format == .official && arguments.all("--encoder").count > 0 {
            throw PipelineError(
                .usage, "'--encoder' chooses one of two, but --format official writes both")
        }
        var hints = ModelHints(loneEncoder: encoder)
        hints.heads = arguments.optionalInteger("--heads")
        hints.recomputesPositions = arguments.isOn("--recompute-positions")
        let loading = try ModelLoading(
            arguments.argument("WEIGHTS"), wanted: format == .official ? nil : [encoder],
            pipelineFile: arguments.value("--pipeline"), hints: hints, registry: registry)
        let model = loading.model
        let export = try ModelExport(model, as: format, encoder: encoder)
        try export.write(to: path)
        for remark in model.remarks { JepaPipe.report(remark) }
        if let caution = export.caution { JepaPipe.report(caution) }
        let names = export.networks.map { loading.words(of: $0) }.joined(separator: ", ")
        let sizes = format == .official ? model.sizes.text : model.sizes.encoderText
        print("Wrote \(path): the \(names) of \(model.path), \(sizes).")
        return JepaPipe.ExitStatus.done
    }
}
