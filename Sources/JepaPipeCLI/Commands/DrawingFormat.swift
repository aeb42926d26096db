import JepaCore

/// How a pipeline is drawn.
enum DrawingFormat: String, CaseIterable {
    case text, mermaid, dot, svg, png, pdf

    /// Whether a terminal cannot show it.
    var isBinary: Bool { self == .png || self == .pdf }

    /// The endings of names of such files; the first is the usual one.
    private var extensions: [String] {
        switch self {
        case .text: ["txt"]
        case .mermaid: ["mmd", "mermaid"]
        case .dot: ["dot", "gv"]
        case .svg, .png, .pdf: [rawValue]
        }
    }

    /// The format that is asked for, by name or by the name of a file.
    ///
    /// - Throws: `PipelineError` with code `usage` if the name of the file tells nothing and no
    ///   format is given, or if it tells another format.
    init(named name: String?, file: String?) throws {
        let ending = file.flatMap(Self.ending(of:))
        let told = ending.flatMap { ending in
            Self.allCases.first { $0.extensions.contains(ending.lowercased()) }
        }
        if let name, let format = Self(rawValue: name) {
            if let told, told != format {
                throw PipelineError(
                    .usage, "'--format \(name)' does not go with '--out \(file ?? "")'",
                    notes: ["A file named so holds \(told.rawValue)."])
            }
            self = format
            return
        }
        guard let file else {
            self = .text
            return
        }
        guard let told else {
            let known = Self.allCases.compactMap(\.extensions.first)
            let hint = ending.map { didYouMean($0, among: known) } ?? ""
            throw PipelineError(
                .usage, "the name '\(file)' does not tell the format\(hint)",
                notes: [
                    "Known endings: \(known.map { ".\($0)" }.joined(separator: ", ")). "
                        + "Or give --format."
                ])
        }
        self = told
    }

    private static func ending(of file: String) -> String? {
        let name = file.split(separator: "/").last ?? ""
        guard let point = name.lastIndex(of: "."), point != name.startIndex else { return nil }
        return String(name[name.index(after: point)...])
    }
}
