import JepaEvaluation

/// What has to be the same for figures of networks to stand in one table: task, protocol, images.
struct EvaluationQuestion: Hashable {
    /// The value of `--task`.
    let task: String
    /// How it was done, as far as it does not tell the network.
    let settings: [String: String]
    /// The images.
    private let images: [String]

    /// What a record answers.
    init(_ record: EvaluationRecord) {
        task = record.task
        var settings = record.protocol
        // Which network drew the untrained weights, and which of the encoders was asked, is about
        // the network.
        settings["untrained"] = nil
        settings["features"] = settings["features"]?
            .replacing("the \(record.encoder.network), ", with: "the encoder, ", maxReplacements: 1)
        self.settings = settings
        let data = record.data
        images = [data.fingerprint, data.train, data.test] + data.classes
    }

    /// What its tables are called: the task, and of a linear classifier how it is trained.
    var title: String {
        let title = EvaluationTexts.text(of: task)?.title ?? task
        guard task == "linear" else { return title }
        return title + (isStepwise ? ", the paper's protocol" : ", quick protocol")
    }

    /// What is asked, in a sentence; empty for an unknown task.
    var help: String {
        task == "linear" && isStepwise
            ? EvaluationTexts.stepwiseLinear : EvaluationTexts.text(of: task)?.help ?? ""
    }

    /// Whether a classifier was trained step by step on images that differ every time.
    private var isStepwise: Bool { settings["training"] != nil }

    /// The settings in which it differs from any of others with the same title, by name.
    func differences(from others: [EvaluationQuestion]) -> [(name: String, value: String)] {
        let others = others.filter { $0.title == title }
        let names = Set(others.flatMap(\.settings.keys) + settings.keys).sorted()
        return names.filter { name in others.contains { $0.settings[name] != settings[name] } }
            .map { ($0, settings[$0] ?? "–") }
    }
}
