import JepaCore
import JepaEvaluation
import JepaInterop

/// What `--task` takes.
enum EvaluationTask: String, CaseIterable {
    case knn
    case linear
    case lowShot = "low-shot"
    case finetune
    case count
    case distance
    case segmentation
    case depth

    /// Whether it is about a number per image.
    var needsNumbers: Bool { self == .count || self == .distance }

    /// Whether it is about classes, which every image then has to have.
    var needsLabels: Bool { !needsNumbers }

    /// Whether it is about every pixel, not about images as a whole.
    var isDense: Bool { self == .segmentation || self == .depth }

    /// What labels of the built-in images tell.
    var question: EvaluationData.SceneQuestion {
        switch self {
        case .count: .count
        case .distance: .distance
        case .knn, .linear, .lowShot, .finetune, .segmentation, .depth: .shape
        }
    }

    /// The question of the task, as the options change it; nil if it is about pixels.
    ///
    /// - Throws: `usage` for options that cannot be understood.
    func probe(_ arguments: CommandLineArguments) throws -> (any Probe)? {
        switch self {
        case .knn:
            return NeighbourProbe(
                try NearestNeighbours(k: arguments.integer("--neighbours")))
        case .linear, .finetune: return LinearProbe(try LogisticRegression())
        case .lowShot:
            return try LowShotProbe(
                LogisticRegression(),
                amounts: Self.amounts(arguments.value("--shots") ?? "1%,10%"),
                seeds: Self.seeds(arguments, standard: 5))
        case .count, .distance: return ValueProbe(try LogisticRegression())
        case .segmentation, .depth: return nil
        }
    }

    /// How many of the last layers to look at. What holds without `--layers` becomes less for a
    /// network of fewer.
    ///
    /// - Throws: `usage` for what is no list of numbers; `value` for layers that there are not.
    func layers(_ arguments: CommandLineArguments, depth: Int) throws -> [Int] {
        let asked = arguments.value("--layers")
        let text = asked ?? (self == .linear ? "1,4" : "1")
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Int($0).flatMap { $0 > 0 ? $0 : nil }
        }
        guard !numbers.isEmpty, numbers.allSatisfy({ $0 != nil }) else {
            throw PipelineError(
                .usage,
                "the value '\(text)' is invalid for '--layers'; it takes numbers of layers, such as "
                    + "1 or 1,4")
        }
        guard !isDense || numbers.count == 1 else {
            throw PipelineError(
                .usage,
                "the value '\(text)' is invalid for '--layers'; '\(rawValue)' takes one number")
        }
        let layers = numbers.compactMap { $0 }
        if asked != nil {
            for number in layers { try FeatureExtractor.checkLayers(number, depth: depth) }
        }
        return layers.map { min($0, depth) }.uniqued()
    }

    /// The seeds of `--seeds`, counted from 0.
    static func seeds(_ arguments: CommandLineArguments, standard: Int) -> [UInt64] {
        (0..<(arguments.optionalInteger("--seeds") ?? standard)).map(UInt64.init)
    }

    /// Such as `1%,10%,5`.
    ///
    /// - Throws: `usage` for what is no such list, and for a list with something twice.
    static func amounts(_ text: String) throws -> [LowShotProbe.Amount] {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let amounts: [LowShotProbe.Amount] = try words.map { word in
            if word.hasSuffix("%"), let percent = Double(word.dropLast()), percent > 0,
                percent <= 100
            {
                return .share(percent / 100)
            }
            if let count = Int(word), count > 0 { return .perClass(count) }
            throw PipelineError(
                .usage,
                "the value '\(text)' is invalid for '--shots'; it takes shares and images per "
                    + "class, such as 1%,10%,5")
        }
        if let words = LowShotProbe.repeated(in: amounts) {
            throw PipelineError(
                .usage, "'--shots' has \(words) twice: the figures would be the same")
        }
        return amounts
    }
}

extension CommandDescriptor.Option.Place {
    /// Some of the tasks.
    static func task(_ tasks: EvaluationTask...) -> Self { Self(tasks) }

    /// The tasks about images as a whole.
    static let images = Self(EvaluationTask.allCases.filter { !$0.isDense })
    /// The tasks that leave the network as it is.
    static let frozen = Self(EvaluationTask.allCases.filter { $0 != .finetune })
    /// The linear task with training step by step.
    static let paper = Self(option: "--protocol", values: ["paper"])

    private init(_ tasks: [EvaluationTask]) {
        self.init(option: "--task", values: tasks.map(\.rawValue))
    }
}
