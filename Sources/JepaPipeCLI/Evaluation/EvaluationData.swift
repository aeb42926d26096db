import JepaCore
import JepaFormats
import JepaImageFolder
import JepaScenes
import JepaTraining

/// The images of an evaluation: those a probe is fitted to, and those its figures are of.
struct EvaluationData {
    /// What a probe is fitted to.
    var train: EvaluationImages
    /// What the figures are of.
    var test: EvaluationImages
    /// How images came by their parts and numbers, in sentences.
    var notes: [String] = []

    /// What may be asked of the built-in images.
    enum SceneQuestion: String {
        case shape = "largest_class"
        case count
        case distance
    }

    /// Where images come from, as the command line says it.
    struct Request {
        /// A folder or `scenes`; nil for the images of the run.
        var data: String?
        /// The folder of the test images.
        var test: String?
        /// A table with numbers, its column, and what its lines have to say.
        var table: String?
        var column: String?
        var conditions: [String] = []
        /// What the column `split` says of test images; nil for `standardTestSplit`.
        var testSplit: String?
        /// The most training images; a quarter of it of test images.
        var limit: Int?
        /// What labels of the built-in images tell.
        var question = SceneQuestion.shape
        /// Whether it is about the numbers of a table, not about classes.
        var needsNumbers = false
        /// Whether it is about pixels, whatever the labels of images are.
        var isDense = false
    }

    /// What the column `split` of a table says of test images if nothing else is asked for.
    static let standardTestSplit = "test"

    /// Finds the images.
    ///
    /// - Parameters:
    ///   - run: The run whose network is evaluated; its images are prepared alike.
    /// - Throws: `usage` for a request that does not fit together, `file` and `data` as the
    ///   sources.
    init(_ request: Request, size: (height: Int, width: Int), run: LoadedPipeline?) throws {
        let isOfTable =
            request.column != nil || !request.conditions.isEmpty || request.testSplit != nil
        if request.table == nil, isOfTable {
            throw PipelineError(
                .usage,
                "'--column', '--where' and '--test-split' go with '--labels CSV', the table they "
                    + "are of")
        }
        if request.table != nil {
            try self.init(tableOf: request, size: size, run: run)
        } else if let data = request.data {
            if data == "scenes" && !Folder.exists(data) {
                try self.init(scenesFor: request, size: size, run: run)
            } else {
                try self.init(folders: request, data, size: size, run: run)
            }
        } else {
            try self.init(imagesOf: run, size: size, request)
        }
        train = train.limited(to: request.limit)
        test = test.limited(to: request.limit.map { max(1, $0 / 4) })
    }

    private init(_ parts: (train: EvaluationImages, test: EvaluationImages), notes: [String] = []) {
        (train, test) = parts
        self.notes = notes
    }

    /// Checks that the images have what the task asks for, before anything is computed.
    func check(for task: EvaluationTask) throws {
        guard task.needsNumbers, train.value == nil || test.value == nil else { return }
        throw PipelineError(
            .usage,
            "'\(task.rawValue)' needs a number per image, and those of \(train.words) have none",
            notes: [
                "Say where they are with --data FOLDER --labels TABLE.csv --column NAME, or ask "
                    + "about the built-in images with --data scenes."
            ])
    }

    // MARK: - Sources

    private init(
        scenesFor request: Request, size: (height: Int, width: Int), run: LoadedPipeline?
    ) throws {
        func part(_ split: String, count: Int) throws -> EvaluationImages {
            let settings: [Setting.Entry] = [
                .init("count", Setting(.integer(count))), .init("split", Setting(.text(split))),
                .init("labels", Setting(.text(request.question.rawValue))),
                .init("size", [Setting(.integer(size.height)), Setting(.integer(size.width))]),
            ]
            let shared = (run?.pipeline.imagePreparation ?? []).filter {
                ["mean", "std"].contains($0.key)
            }
            let parameters = try StageParameters(
                for: Scenes.self, named: "scenes",
                Setting(.mapping(settings + .evaluationAugmentation + shared)))
            let source = try Scenes(parameters: parameters)
            let words =
                "scenes, split \(split)"
                + (request.isDense ? "" : ", labels \(request.question.rawValue)")
            var value: ((Int) -> Double)?
            if request.question != .shape { value = { index in source.value(of: index) } }
            return try EvaluationImages(
                source, parameters.values, words: words, value: value)
        }
        let count = request.limit ?? 4000
        self.init((try part("train", count: count), try part("test", count: max(1, count / 4))))
    }

    private init(
        folders request: Request, _ data: String, size: (height: Int, width: Int),
        run: LoadedPipeline?
    ) throws {
        func images(_ path: String, hasClasses: Bool = false) throws -> EvaluationImages {
            try EvaluationImages(
                PlainFolder(path, size: size, like: run?.pipeline, hasClasses: hasClasses),
                words: path)
        }
        var pair = request.test.map { (data, $0) }
        if pair == nil, Folder.exists(data + "/train") {
            pair = ["test", "val", "validation"].map { data + "/" + $0 }.first(where: Folder.exists)
                .map { (data + "/train", $0) }
        }
        if let pair {
            let train = try images(pair.0)
            if request.isDense {
                self.init((train, try images(pair.1)))
                return
            }
            if !train.classNames.isEmpty { try Self.checkClasses(of: pair.1, like: train) }
            let test = try images(pair.1, hasClasses: !train.classNames.isEmpty)
            self.init((train, try test.renumbered(as: train)))
            return
        }
        self.init(
            try images(data).split(),
            notes: [
                "There is no folder of test images: one image in five, chosen at random, is one."
            ])
    }

    private init(
        tableOf request: Request, size: (height: Int, width: Int), run: LoadedPipeline?
    ) throws {
        guard let data = request.data, let path = request.table, request.test == nil else {
            throw PipelineError(
                .usage,
                "'--labels' goes with --data FOLDER and --column NAME, and without --test: the "
                    + "column 'split' of the table tells the test images")
        }
        let table = try CSVFile(path: path)
        guard let column = request.column else {
            throw PipelineError(
                .usage,
                "missing --column NAME: the column of '\(path)' with the number or the class of each "
                    + "image",
                notes: ["Columns: \(table.columns.joined(separator: ", "))."])
        }
        let testSplit = request.testSplit ?? Self.standardTestSplit
        // What a number tells may be anywhere in an image.
        let isWhole = request.needsNumbers
        let folder = try PlainFolder(data, size: size, like: run?.pipeline, isWhole: isWhole)
        let source = folder.source
        let names = (0..<source.count).map { source.name(of: $0) }
        let found = try ImageValues(
            table, column: column, conditions: request.conditions,
            testSplit: testSplit, names: names, folder: data)
        let kept = found.texts.keys.sorted()
        let numbers = try request.needsNumbers ? found.numbers() : nil
        // Numbers are classes, too, where they are few, as in Clevr/Count.
        let areClasses =
            numbers.map { numbers in
                numbers.values.allSatisfy { $0 >= 0 && $0 == $0.rounded() }
                    && Set(numbers.values).count <= 64
            } ?? true
        let classes = areClasses ? try found.classes() : nil
        let all = try EvaluationImages(
            source, folder.parameters.values, indices: kept, words: "\(data), \(column)",
            name: source.name(of:), value: numbers.map { numbers in { numbers[$0] ?? .nan } },
            label: classes.map { classes in { classes.labels[$0] ?? -1 } },
            classNames: classes?.names ?? [], isWhole: isWhole)
        guard let test = found.testImages else {
            self.init(
                all.split(),
                notes: [
                    found.summary + ".",
                    "The table has no column 'split': one image in five, chosen at random, is a "
                        + "test image.",
                ])
            return
        }
        var parts = (train: all, test: all)
        parts.test.indices = kept.filter(test.contains)
        parts.train.indices = kept.filter { !test.contains($0) }
        self.init(
            parts,
            notes: [found.summary + "; test images have the split '\(testSplit)'."])
    }

    private init(
        imagesOf run: LoadedPipeline?, size: (height: Int, width: Int), _ request: Request
    ) throws {
        guard let run else {
            throw PipelineError(
                .usage, "missing --data: a folder of images, or 'scenes' for the built-in ones",
                notes: ["Only a run has images of its own."])
        }
        func images(_ name: String) throws -> EvaluationImages {
            let (source, parameters) = try run.pipeline.evaluatedSource(name)
            guard source.imageShape.height == size.height, source.imageShape.width == size.width
            else {
                throw PipelineError(
                    .usage,
                    "the images of the run have \(source.imageShape); with --size give --data, too")
            }
            return try EvaluationImages(
                source, parameters, words: "\(name) of the run",
                name: (source as? ImageFolder)?.name(of:))
        }
        let train = try images(run.pipeline.dataSource.name)
        guard let heldOut = run.settings.monitor.heldOut else {
            self.init(
                train.split(),
                notes: [
                    "The run has no 'train.monitor.held_out': one of its images in five, chosen at "
                        + "random, is a test image. The network was trained on it, without its label."
                ])
            return
        }
        let test = try images(heldOut)
        if train.classNames.isEmpty, !test.classNames.isEmpty {
            self.init(
                test.split(),
                notes: [
                    "Only the held-out images of the run have classes: one in five, chosen at "
                        + "random, is a test image."
                ])
            return
        }
        self.init((train, request.isDense ? test : try test.renumbered(as: train)))
    }

    // MARK: - Folders

    /// Checks that a folder has sub-folders at all, if those of the training images are classes.
    ///
    /// - Throws: `data` if it has none. A folder that is not there is left to those who open it.
    private static func checkClasses(of test: String, like train: EvaluationImages) throws {
        guard Folder.exists(test) else { return }
        let names = try Folder.names(in: test)
        if names.contains(where: { Folder.exists("\(test)/\($0)") }) { return }
        throw PipelineError(
            .data,
            "'\(test)' has no sub-folders, but those of '\(train.words)' are classes",
            notes: [
                "The test images of a class are in a folder of the same name: "
                    + train.classNames.prefix(10).joined(separator: ", ")
                    + (train.classNames.count > 10 ? " and so on." : ".")
            ])
    }
}

extension EvaluationImages {
    /// All images of a folder.
    init(_ folder: PlainFolder, words: String) throws {
        try self.init(
            folder.source, folder.parameters.values, words: words,
            name: folder.source.name(of:))
    }

    /// The same images with the numbers that other images give to classes of the same name; a
    /// class that those do not have comes behind theirs.
    func renumbered(as other: EvaluationImages) throws -> EvaluationImages {
        guard classNames != other.classNames else { return self }
        let added = classNames.filter { !other.classNames.contains($0) }
        let all = other.classNames + added
        let places = classNames.map { all.firstIndex(of: $0)! }
        guard let folder = source as? ImageFolder else {
            throw PipelineError(
                .data,
                "the classes of \(words) (\(classNames.joined(separator: ", "))) are not those of "
                    + "\(other.words) (\(other.classNames.joined(separator: ", ")))")
        }
        var result = self
        result.label = { index in
            let label = Int(folder.label(of: index))
            return label >= 0 ? places[label] : -1
        }
        result.classNames = all
        return result
    }
}
