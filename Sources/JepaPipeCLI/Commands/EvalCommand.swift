import Foundation
import JepaCore
import JepaEvaluation
import JepaFormats
import JepaImages
import JepaInterop
import JepaTensor
import JepaTraining

/// Judges a network by what its frozen features know.
enum EvalCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "eval",
        summary: "Judges a network by what its features know, beside the untrained network.",
        arguments: [.weights],
        options: questions + CommandDescriptor.Option.training + ChosenEncoder.options
            + places,
        notes: [
            "The encoder is frozen, except in 'finetune': its patch outputs are averaged, or, in "
                + "'segmentation' and 'depth', taken one by one, and the task is learnt on top.",
            "Every figure stands beside that of the same network before any training, of the "
                + "pixels of the image at 16x16, and of the most frequent class or the mean. The "
                + "standard error of an accuracy says how far it may be off because the test "
                + "images are not more.",
            "The maps of 'segmentation' and 'depth' are PNG files of one channel, as large as "
                + "their images: the map of DIR/images/a.jpg is DIR/labels/a.png (a class per "
                + "pixel, 255 unknown) or DIR/depth/a.png (16 bits, 0 unknown); each may have "
                + "'train' and 'test' (or 'val') below. The built-in images have both.",
            "Images are scaled and cut to their middle as the evaluation of a run does it.",
            "The record of a run's evaluation is written to evaluations/ in its folder. Features "
                + "are kept by the weights, the images and their preparation; whatever was "
                + "computed before an interruption is not computed again.",
        ],
        examples: [
            .init("eval runs/ijepa --task knn", help: "The images of the run, held out if it has."),
            .init("eval runs/ijepa --task linear --data photos", help: "Folders as classes."),
            .init(
                "eval vit-h14 --task linear --protocol paper --data photos --epochs 20",
                help: "Crops, flips and a sweep."),
            .init(
                "eval vit-h14 --task finetune --shots 1% --data photos",
                help: "The paper's 1 %: five draws of labels, a training on each."),
            .init("eval vit-h14 --task count --data scenes", help: "How many solids are there?"),
            .init(
                "eval vit-h14 --task count --data cells --labels cells/counts.csv --column rbc",
                help: "Any number per image."),
            .init(
                "eval vit-h14 --task linear --data photos --labels photos.csv --column species",
                help: "Classes from a table."),
            .init(
                "eval vit-h14 --task segmentation --data streets --classes 19",
                help: "Classes of pixels, from streets/images and streets/labels."),
        ])

    /// What is asked, and of which images.
    private static let questions: [CommandDescriptor.Option] = [
        .init(
            name: "--task", value: "TASK", choices: EvaluationTask.allCases.map(\.rawValue),
            isRequired: true, help: "What the features are asked."),
        .init(
            name: "--data", value: "IMAGES",
            help: "A folder with a sub-folder per class, or with 'train' and 'test' (or 'val') "
                + "that have; 'scenes' for the built-in images; those of the run if not given."),
        .init(name: "--test", value: "DIR", help: "The folder of the test images."),
        .init(
            name: "--labels", value: "CSV",
            help: "A table with a line per image, for images without folders per class; of "
                + "segmentation and depth the folder of maps, if not beside that of the images."),
        .init(
            name: "--column", value: "NAME", belongsTo: [.images],
            help: "The column of the table with the number, or the class."),
        .init(
            name: "--where", value: "COLUMN=TEXT", isRepeatable: true, belongsTo: [.images],
            help: "Takes only lines of the table in which that is so."),
        .init(
            name: "--test-split", value: "TEXT", standard: EvaluationData.standardTestSplit,
            belongsTo: [.images],
            help: "What the column 'split' of the table, if there is one, says of test images."),
        .init(
            name: "--classes", value: "N|NAMES", belongsTo: [.task(.segmentation)],
            help: "The classes of maps, as 21 or sky,road,tree; as many as occur if not given."),
        .init(
            name: "--depth-scale", value: "X", standard: "1000", belongsTo: [.task(.depth)],
            help: "What the numbers of maps are divided by, as 1000 for millimetres."),
        .init(
            name: "--max-depth", value: "X", belongsTo: [.task(.depth)],
            help: "Distances above it are unknown; 20 for the built-in images if not given."),
        .init(
            name: "--images", value: "N", range: 2...1_000_000_000,
            help: "At most so many training images, spread evenly, and a quarter of that of "
                + "test images; 4000 of the built-in ones if not given. Without it "
                + "segmentation and depth take no more of either than fill 1 GiB with tokens."),
        .init(
            name: "--layers", value: "N[,N]", belongsTo: [.frozen],
            help: "The last layers to put side by side; 1,4 for linear, else 1."),
        .init(
            name: "--neighbours", value: "K", range: 1...10_000, standard: "20",
            belongsTo: [.task(.knn)], help: "Neighbours that vote."),
        .init(
            name: "--shots", value: "LIST", belongsTo: [.task(.lowShot, .finetune)],
            help: "How many labels: shares, or images per class, as in 1%,10%,5; if not given, "
                + "1%,10% for low-shot and all for finetune."),
        .init(
            name: "--seeds", value: "N", range: 1...1000,
            belongsTo: [.task(.lowShot, .finetune)],
            help: "How often it is done, with labels drawn anew; 5, or 1 with all labels."),
    ]

    /// Where features and records go.
    private static let places: [CommandDescriptor.Option] = [
        .init(
            name: "--cache", value: "DIR",
            help: "Where features are kept; ~/.cache/jepa-pipe/features if not given."),
        .init(
            name: "--cache-limit", value: "GIB", standard: "10",
            help: "How much is kept there: features that were used longest ago go first."),
        .init(name: "--no-cache", help: "Keeps no features."),
        .init(name: "--json", help: "Prints the record instead of the table."),
        .init(name: "--out", short: "-o", value: "FILE", help: "Writes the record there, too."),
    ]

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let task = arguments.choice("--task", as: EvaluationTask.self)
        let start = ContinuousClock.now
        let probe = try task.probe(arguments)
        let training = try StepwiseTraining(task, arguments)
        let chosen = try ChosenEncoder(arguments, registry: registry)
        let network = EvaluatedNetwork(
            chosen, untrained: try chosen.untrained(),
            layers: try task.layers(arguments, depth: chosen.model.sizes.depth))
        let interruption = Interruption()
        let listening = interruption.listen { _ in
            JepaPipe.report("\nStopping; once more ends at once.")
        }
        defer { listening.cancel() }
        let temporary = NSTemporaryDirectory() + "/jepa-features-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        let store = FeatureStore(
            folder: arguments.isOn("--no-cache")
                ? temporary : arguments.value("--cache") ?? FeatureStore.standardFolder)
        let limit = try arguments.number("--cache-limit", in: 0...1_000_000)
        let keepsNothing = arguments.isOn("--no-cache") || training != nil
        let use = keepsNothing ? nil : try store.use()
        defer { if let use, let limit { end(use, keeping: limit) } }
        let pass = EmbeddingPass(
            store: store, batchSize: arguments.integer("--batch"),
            interruption: interruption)
        do {
            guard let probe else {
                let dense = try DenseCommand(
                    task, network, chosen.loading.run, pass, arguments)
                let (outcome, settings, data, sheet) = try dense.answer(request(task, arguments))
                let record = try network.record(
                    task, settings, outcome, data, seconds: start.duration(to: .now) / .seconds(1))
                return try finish(record, sheet, arguments)
            }
            let data = try EvaluationData(
                request(task, arguments), size: network.model.sizes.imageSize,
                run: chosen.loading.run)
            try data.check(for: task)
            let evaluation = Evaluation(
                probe: probe, layers: network.layers,
                subjects: try network.subjects(data.train.source.imageShape), data: data,
                needsLabels: task.needsLabels)
            let (outcome, settings) = try answer(evaluation, training, network, pass)
            let record = try network.record(
                task, settings, outcome, data, seconds: start.duration(to: .now) / .seconds(1))
            return try finish(record, nil, arguments)
        } catch let stop as EmbeddingPass.Interrupted {
            JepaPipe.report(
                keepsNothing
                    ? "Interrupted; nothing is kept, the same command begins again."
                    : "Interrupted; the same command goes on with what is kept.")
            return 128 + stop.signal
        }
    }

    /// Removes features that were used longest ago, if there are too many.
    ///
    /// - Parameter limit: What may be kept, in GiB.
    private static func end(_ use: FeatureStore.Use, keeping limit: Double) {
        let removed = use.end(keeping: Int(limit * 0x1p30))
        guard removed.files > 0 else { return }
        JepaPipe.report(
            "Removed the features that were used longest ago, "
                + "\(Quantities.count(removed.files, "file")) of \(Quantities.bytes(removed.bytes)): "
                + "\(shortest(limit)) GiB are kept (--cache-limit).")
    }

    /// Does the task.
    ///
    /// - Returns: The figures, and how it was done.
    private static func answer(
        _ evaluation: Evaluation, _ training: StepwiseTraining?, _ network: EvaluatedNetwork,
        _ pass: EmbeddingPass
    ) throws -> (Evaluation.Outcome, settings: [String: String]) {
        let augmentation = evaluation.data.train.augmentation
        switch training {
        case .linear(let options):
            let training = TrainedLinear(evaluation: evaluation, options: options, pass: pass)
            return (try training.run(), options.words.naming(augmentation))
        case .fineTuning(let options):
            let tuning = FineTuning(
                evaluation: evaluation, network: network, options: options, pass: pass)
            return (try tuning.run(), options.words.naming(augmentation))
        case nil: return (try evaluation.run(pass), evaluation.probe.settings)
        }
    }

    private static func request(
        _ task: EvaluationTask, _ arguments: CommandLineArguments
    ) -> EvaluationData.Request {
        EvaluationData.Request(
            data: arguments.value("--data"), test: arguments.value("--test"),
            table: task.isDense ? nil : arguments.value("--labels"),
            column: arguments.value("--column"),
            conditions: arguments.all("--where"),
            testSplit: arguments.all("--test-split").last,
            limit: arguments.optionalInteger("--images"), question: task.question,
            needsNumbers: task.needsNumbers, isDense: task.isDense)
    }

    /// Shows the record and writes it where it belongs, and a picture beside it.
    private static func finish(
        _ record: EvaluationRecord, _ picture: Image?, _ arguments: CommandLineArguments
    ) throws -> Int32 {
        let report = EvaluationReport(record)
        let json = try report.json()
        print(arguments.isOn("--json") ? json : report.text + "\n", terminator: "")
        var files = arguments.value("--out").map { [$0] } ?? []
        var pictures = files.map(DenseCommand.picture(beside:))
        if let run = record.runFolder(of: arguments.argument("WEIGHTS")) {
            files.append(try record.freshFile(in: run))
            // Where the report finds it.
            pictures.append("\(run)/pictures/\(record.task).png")
        }
        if let picture {
            for file in pictures { try DenseCommand.write(picture, to: file) }
        }
        for file in files {
            try OutputFolder.make(of: file)
            try AtomicFile.write(json, to: file)
            JepaPipe.report("Wrote \(file).")
        }
        return JepaPipe.ExitStatus.done
    }
}

extension [String: String] {
    /// What a record says of a training, with how its images are changed at random.
    fileprivate func naming(_ augmentation: String) -> Self {
        merging(["augmentation": augmentation]) { own, images in "\(images), \(own)" }
    }
}
