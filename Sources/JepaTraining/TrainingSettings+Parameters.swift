public import JepaCore
import JepaTensor

extension TrainingSettings {
    /// What the section `train` may hold.
    public static let parameters: [ParameterDescriptor] = [
        .integer(
            "batch_size", in: 1...1_000_000,
            help: "Images of one step; what is left over at the "
                + "end of an epoch is not used in it.", unit: .images),
        .boolean(
            "shuffle", default: true,
            help: "Whether every epoch has an order of its own; otherwise the images come in the "
                + "order of the data source."),
        .optionalInteger(
            "epochs", in: 1...1_000_000, help: "How many times every image is used.", unit: .epochs),
        .optionalInteger(
            "steps", in: 1...1_000_000_000,
            help:
                "How many steps to take; beside 'epochs' the step to stop after, with the schedules "
                + "of all epochs.",
            unit: .steps),
        .optionalReal(
            "warmup_epochs", in: 0...1_000_000,
            help: "How long the learning rate rises before it falls; none if left out.",
            unit: .epochs),
        .optionalInteger(
            "warmup_steps", in: 0...1_000_000_000, help: "The same in steps.", unit: .steps),
        .real(
            "schedule_scale", in: 1...100, default: 1,
            help: "How much longer than the training the schedules are laid out, so that they end "
                + "early; the official 'ipe_scale'."),
        .optionalInteger(
            "micro_batch", in: 1...1_000_000,
            help: "Images computed at a time, to save memory; the mathematics stays that of the "
                + "whole batch, which is what is computed at a time if left out.", unit: .images),
        .optionalReal(
            "clip_gradient", in: 1e-12...1e12,
            help: "Scales the gradient of all weights down to this length where it is longer."),
        .choice(
            "precision", of: Precision.self, default: .float32,
            help: "What the operands of matrix products are rounded to; with bf16 everything else "
                + "stays float32, and the processor has to have the instructions avx512_bf16."),
        .optionalInteger(
            "workers", in: 1...256,
            help: "Threads that load images ahead of training; one per core if left out."),
        .optionalInteger(
            "threads", in: 1...1024, help: "Threads that compute; one per core if left out."),
        .choice(
            "stop_when", of: ["never", Verdict.Kind.collapsed.rawValue], default: "never",
            help: "Ends the training as soon as a look at the features says so."),
        group("checkpoint", CheckpointSettings.parameters, "When to save, and what to keep."),
        group("monitor", MonitorSettings.parameters, "How learning is judged on the way."),
        group(
            "log",
            [
                .real(
                    "every_seconds", in: 0...86_400, default: 10,
                    help: "Time between two lines of progress where the output is no terminal.",
                    unit: .seconds),
                .boolean(
                    "tensorboard", default: false,
                    help: "Whether all figures are also written as curves for TensorBoard, into "
                        + "the folder 'tensorboard' of the run."),
            ], "What is shown on the way."),
    ]

    private static func group(
        _ name: String, _ parameters: [ParameterDescriptor], _ help: String
    ) -> ParameterDescriptor {
        ParameterDescriptor(name, .group(parameters), required: false, help: help)
    }
}
