import JepaCore

/// Proves that the stages compute what another implementation recorded.
enum VerifyCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "verify",
        summary: "Replays a recorded run of the official code and compares every number.",
        arguments: [
            .init(
                name: "DIR",
                help: "The folder of the record: run.json and initial, batches, trace, "
                    + "after_step0 and final.safetensors.")
        ],
        notes: [
            "The record goes through the same stages as every training. Compared are the "
                + "activations and gradients of the first step, losses and schedules of each step, "
                + "and all weights after the first and after the last one.",
            "Absolute is the largest difference of two numbers of a tensor, relative the same over "
                + "its largest number. Allowed is five times the error of PyTorch in float32.",
            "'ok but for noise' tells how many weights are farther off because their gradients are "
                + "rounding noise, of which AdamW makes steps of up to the learning rate.",
            "Ends with 1 if anything differs, is missing, or is not understood.",
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        do {
            var verification = try Verification(
                RecordedRun(path: arguments.argument("DIR")), registry: registry)
            try verification.replay()
            print(VerificationReport(verification).lines.joined(separator: "\n"))
            return verification.isRight ? JepaPipe.ExitStatus.done : JepaPipe.ExitStatus.failure
        } catch {
            guard let errors = PipelineErrors(error) else { throw error }
            // The folder is data: whatever is wrong with it, the command line is right.
            JepaPipe.report(errors.description)
            return JepaPipe.ExitStatus.failure
        }
    }
}
