import JepaCore

/// A text for each image of a folder, from a table: a number, or the name of a class.
///
/// The column with the files is called `file`, `filename`, `image` or `path`, or is the first. A
/// file is named by its path below the folder, by its path from the folder above it, or by its
/// name alone where no other image has it. A path below the folder means that image, whatever
/// else it could mean.
struct ImageValues {
    /// The text of each image that has one, by its position in `names`.
    let texts: [Int: String]
    /// Images of the test split of the table; nil if it has no column `split`.
    let testImages: Set<Int>?
    /// How images and lines came together, in a sentence.
    let summary: String
    private let path: String
    private let column: String
    private let names: [String]

    /// Joins a table and the images of a folder.
    ///
    /// - Parameters:
    ///   - column: The column with the texts.
    ///   - conditions: `column=text`: only lines in which that is so.
    ///   - testSplit: What stands in the column `split` of test images.
    /// - Throws: `unknown-name` for columns that there are not, `data` for files named twice,
    ///   `usage` for a condition of another form.
    init(
        _ table: CSVFile, column: String, conditions: [String], testSplit: String,
        names: [String], folder: String
    ) throws {
        let field = try table.column(column)
        let lines = try Self.lines(of: table, where: conditions)
        let files =
            ["file", "filename", "image", "path"].lazy
            .compactMap { table.columns.firstIndex(of: $0) }.first ?? 0
        let split = table.columns.firstIndex(of: "split")
        let places = Self.places(of: names, folder: folder)
        var (texts, test) = ([Int: String](), Set<Int>())
        for row in lines {
            guard let place = places[row[files]] else { continue }
            guard texts.updateValue(row[field], forKey: place) == nil else {
                throw PipelineError(
                    .data, "'\(table.path)' names the image '\(row[files])' twice")
            }
            if let split, row[split] == testSplit { test.insert(place) }
        }
        // Every other line has given one image its text.
        let (excluded, unmatched) = (table.rows.count - lines.count, lines.count - texts.count)
        guard !texts.isEmpty else {
            throw PipelineError(
                .data,
                "no line of '\(table.path)' belongs to an image of the folder: \(excluded) are left "
                    + "out by --where, \(unmatched) name other files",
                notes: [
                    "The table names '\(table.rows.first?[files] ?? "")', the folder has "
                        + "'\(names.first ?? "")'."
                ])
        }
        if let split, test.isEmpty || test.count == texts.count {
            throw Self.noParts(
                "\(test.isEmpty ? "no" : "every") image has the split '\(testSplit)'", table, split)
        }
        self.texts = texts
        (path, self.column, self.names) = (table.path, column, names)
        testImages = split == nil ? nil : test
        let rest = names.count - texts.count
        summary =
            "column '\(column)' of \(table.path): \(texts.count) images"
            + (excluded > 0 ? ", \(excluded) lines left out by --where" : "")
            + (unmatched > 0 ? ", \(unmatched) lines of other files" : "")
            + (rest > 0 ? ", \(rest) images without a line" : "")
    }

    /// The texts as numbers.
    ///
    /// - Throws: `data` for one that is none.
    func numbers() throws -> [Int: Double] {
        var numbers: [Int: Double] = [:]
        for (place, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard let number = Double(text), number.isFinite else {
                throw PipelineError(
                    .data,
                    "'\(path)' has '\(text)' in the column '\(column)' of '\(names[place])'; it has "
                        + "to be a number",
                    notes: ["--where leaves lines out."])
            }
            numbers[place] = number
        }
        return numbers
    }

    /// The texts as classes, in the order of their numbers if all are numbers, else of the alphabet.
    /// An empty text is none.
    ///
    /// - Throws: `data` if they are too many to be classes.
    func classes() throws -> (names: [String], labels: [Int: Int]) {
        let found = Set(texts.values).subtracting([""])
        guard found.count <= max(64, texts.count / 2) else {
            throw PipelineError(
                .data,
                "the column '\(column)' of '\(path)' has \(found.count) different texts for "
                    + "\(texts.count) images, too many to be classes",
                notes: ["--task count and --task distance are about numbers."])
        }
        let areNumbers = found.allSatisfy { Double($0) != nil }
        let names = found.sorted { areNumbers ? Double($0)! < Double($1)! : $0 < $1 }
        let places = Dictionary(uniqueKeysWithValues: zip(names, 0...))
        return (names, texts.compactMapValues { places[$0] })
    }

    /// The lines in which all of `conditions` are so.
    private static func lines(
        of table: CSVFile, where conditions: [String]
    ) throws -> [[String]] {
        let filters = try conditions.map { condition in
            // Behind the sign there may be nothing: a field that is empty.
            let parts = condition.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false
            ).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw PipelineError(
                    .usage,
                    "the value '\(condition)' is invalid for '--where'; it takes "
                        + "COLUMN=TEXT, such as reliable=1")
            }
            return (place: try table.column(parts[0]), text: parts[1])
        }
        return table.rows.filter { row in filters.allSatisfy { row[$0.place] == $0.text } }
    }

    /// The column `split` does not part the images.
    private static func noParts(
        _ what: String, _ table: CSVFile, _ split: Int
    ) -> PipelineError {
        let found = Set(table.rows.map { $0[split] }).sorted().map { "'\($0)'" }
        return PipelineError(
            .data, "\(what) in '\(table.path)'; found \(found.joined(separator: ", "))",
            notes: ["--test-split names the test images."])
    }

    /// What a table may call the images.
    private static func places(of names: [String], folder: String) -> [String: Int] {
        let parent = folder.split(separator: "/").last.map(String.init) ?? ""
        let short = names.map { name in name.split(separator: "/").last.map(String.init) ?? name }
        // A name that several images have means none of them.
        var places = Dictionary(zip(short, names.indices).map { ($0, $1) }) { _, _ in -1 }
        places = places.filter { $0.value >= 0 }
        for (index, name) in names.enumerated() { places[parent + "/" + name] = index }
        // Last, so that no guess takes the place of an exact name.
        for (index, name) in names.enumerated() {
            places[name] = index
            places["./" + name] = index
        }
        return places
    }
}
