import JepaCore

/// A task that is trained step by step, on images that differ in every epoch. Nothing of it is
/// kept when it is interrupted.
enum StepwiseTraining {
    /// Linear classifiers, as the paper trains them.
    case linear(LinearTrainingOptions)
    /// The network itself.
    case fineTuning(FineTuningOptions)

    /// What the command line asks for; nil for a task that sees the features of an image once.
    ///
    /// - Throws: `usage` for settings that cannot be understood.
    init?(_ task: EvaluationTask, _ arguments: CommandLineArguments) throws {
        switch task {
        case .finetune: self = .fineTuning(try .init(arguments))
        case .linear where arguments.value("--protocol") == "paper":
            self = .linear(try .init(arguments))
        default: return nil
        }
    }
}

extension LinearTrainingOptions {
    /// What the command line asks for.
    ///
    /// - Throws: `usage` for lists that are none.
    init(_ arguments: CommandLineArguments) throws {
        self.init()
        epochs = arguments.optionalInteger("--epochs") ?? epochs
        batchSize = arguments.optionalInteger("--train-batch") ?? batchSize
        rates = try arguments.numbers("--lr") ?? rates
        decays = try arguments.numbers("--weight-decay") ?? decays
        rule = arguments.choice("--optimizer", as: LinearHeads.Rule.self)
        switch arguments.value("--norm") {
        case "none": normalisations = [false]
        case "batch": normalisations = [true]
        default: break
        }
    }
}

extension FineTuningOptions {
    /// What the command line asks for.
    ///
    /// - Throws: `usage` for what is no number or out of range.
    init(_ arguments: CommandLineArguments) throws {
        self.init()
        if let text = arguments.value("--shots") {
            amounts = try EvaluationTask.amounts(text)
            // As the paper does it with 1 % of the labels.
            (mixup, dropPath) = (0, 0)
        }
        seeds = EvaluationTask.seeds(arguments, standard: amounts.isEmpty ? 1 : 5)
        epochs = arguments.optionalInteger("--epochs") ?? epochs
        batchSize = arguments.optionalInteger("--train-batch") ?? batchSize
        blocks = arguments.optionalInteger("--blocks")
        rate = try arguments.number("--lr", in: 0...1000) ?? rate
        weightDecay = try arguments.number("--weight-decay", in: 0...1000) ?? weightDecay
        layerDecay = try arguments.number("--layer-decay", in: 0...1) ?? layerDecay
        mixup = try arguments.number("--mixup", in: 0...100) ?? mixup
        smoothing = try arguments.number("--label-smoothing", in: 0...0.99) ?? smoothing
        dropPath = try arguments.number("--drop-path", in: 0...0.99) ?? dropPath
    }
}

extension CommandLineArguments {
    /// The numbers of an option such as `--lr 0.05,0.01`.
    fileprivate func numbers(_ option: String) throws -> [Double]? {
        guard let text = value(option) else { return nil }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0).flatMap { $0.isFinite && (0...1000).contains($0) ? $0 : nil }
        }
        guard !numbers.isEmpty, numbers.allSatisfy({ $0 != nil }) else {
            throw PipelineError(
                .usage,
                "the value '\(text)' is invalid for '\(option)'; it takes numbers from 0 to 1000, "
                    + "such as 0.05,0.01")
        }
        return numbers.compactMap { $0 }
    }

    /// The number of an option.
    func number(_ option: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let text = value(option) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw PipelineError(
                .usage,
                "the value '\(text)' is invalid for '\(option)'; it takes a number from "
                    + "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}

extension CommandDescriptor.Option {
    private static let trained: [Place] = [.paper, .task(.finetune)]

    /// The options of `--protocol paper` and of `--task finetune`.
    static let training: [CommandDescriptor.Option] = [
        .init(
            name: "--protocol", value: "WHICH", choices: ["quick", "paper"], standard: "quick",
            belongsTo: [.task(.linear)],
            help: "How it is done: logistic regression on features computed once, or training "
                + "step by step on augmented images with a sweep, as the paper does it."),
        .init(
            name: "--epochs", value: "N", range: 1...10_000, standard: "50",
            belongsTo: trained, help: "How often every image is used."),
        .init(
            name: "--train-batch", value: "N", range: 1...1_000_000, belongsTo: trained,
            help: "Images of a batch; 256 for linear (the paper's are 16384), 64 for finetune."),
        .init(
            name: "--lr", value: "LIST", belongsTo: trained,
            help: "Learning rates for 256 images a batch; 0.001,0.01,0.05,0.25,1 for linear, 0.001 "
                + "for finetune. Those of lars hold whatever the batch: 0.064,0.64,3.2,10,30,100."),
        .init(
            name: "--weight-decay", value: "LIST", belongsTo: trained,
            help: "Weight decays; 0.0005,0 for linear, 0.05 for finetune."),
        .init(
            name: "--optimizer", value: "WHICH", choices: ["sgd", "lars"], standard: "sgd",
            belongsTo: [.paper], help: "The optimizer."),
        .init(
            name: "--norm", value: "WHICH", choices: ["both", "none", "batch"], standard: "both",
            belongsTo: [.paper], help: "Whether features pass a batch normalisation."),
        .init(
            name: "--blocks", value: "N", range: 1...1000, belongsTo: [.task(.finetune)],
            help: "Fine-tunes only so many of the last blocks, norm and head; all if not given."),
        .init(
            name: "--layer-decay", value: "X", standard: "0.75", belongsTo: [.task(.finetune)],
            help: "What the learning rate loses from a block to the one below."),
        .init(
            name: "--mixup", value: "X", belongsTo: [.task(.finetune)],
            help: "Blends images of a batch by shares of Beta(X, X); 0 blends none. 0.8, or 0 with "
                + "--shots."),
        .init(
            name: "--label-smoothing", value: "X", standard: "0.1",
            belongsTo: [.task(.finetune)], help: "The share of a label that all classes divide."),
        .init(
            name: "--drop-path", value: "X", belongsTo: [.task(.finetune)],
            help: "The share of images that skip a branch of the last block; 0.1, or 0 with "
                + "--shots."),
    ]
}
