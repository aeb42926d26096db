import Foundation
import Synchronization
import Testing

/// A mistake as `Tests/Mistakes` documents it: what is written, and what the program answers.
struct MistakeCase: Sendable, CustomTestStringConvertible {
    /// What a case shows.
    enum Kind: String {
        /// Lines of `graph.yaml` that are taken away or added.
        case diff
        /// A whole graph file.
        case yaml
        /// A command line.
        case console
    }

    let file: String
    let title: String
    let kind: Kind
    let input: String
    /// nil if the answer has not been recorded yet.
    let expected: String?

    var testDescription: String { "\(file): \(title)" }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Mistakes")

    /// The graph file that cases change.
    static let graph =
        (try? String(contentsOf: folder.appending(path: "graph.yaml"), encoding: .utf8)) ?? ""

    /// Every case of every file.
    static let all: [MistakeCase] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".md") }.sorted().flatMap(cases)
    }()

    // MARK: - The graph file

    /// The graph file of the case; nil if the lines it changes are not in `graph.yaml`.
    var changedGraph: String? {
        switch kind {
        case .console: return Self.graph
        case .yaml: return input + "\n"
        case .diff: break
        }
        var lines = Self.graph.split(separator: "\n").map(String.init)
        var place = 0
        for line in input.split(separator: "\n") {
            let text = String(line.dropFirst())
            if line.first == "+" {
                lines.insert(text, at: place)
                place += 1
                continue
            }
            guard let found = lines[place...].firstIndex(of: text) else { return nil }
            place = found
            if line.first == "-" { lines.remove(at: found) } else { place += 1 }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - The files

    /// The cases of a file: a heading, a block with the input, and for graphs one with the answer.
    private static func cases(in file: String) -> [MistakeCase] {
        let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
        return (text ?? "").split(separator: "\n## ").dropFirst().map { section in
            let lines = section.split(separator: "\n", omittingEmptySubsequences: false)
            let blocks = blocks(of: lines.map(String.init))
            let kind = blocks.first.flatMap { Kind(rawValue: $0.language) } ?? .yaml
            var input = blocks.first?.lines ?? []
            var answer = blocks.count > 1 ? blocks[1].lines : nil
            if kind == .console {
                answer = input.count > 1 ? Array(input[1...]) : nil
                input = [String(input.first?.dropFirst(2) ?? "")]
            }
            return MistakeCase(
                file: file, title: String(lines[0]), kind: kind,
                input: input.joined(separator: "\n"), expected: answer?.joined(separator: "\n"))
        }
    }

    private static func blocks(of lines: [String]) -> [(language: String, lines: [String])] {
        var blocks: [(language: String, lines: [String])] = []
        var isOpen = false
        for line in lines {
            if line.hasPrefix("```") {
                if !isOpen { blocks.append((String(line.dropFirst(3)), [])) }
                isOpen.toggle()
            } else if isOpen {
                blocks[blocks.count - 1].lines.append(line)
            }
        }
        return blocks
    }

    private static let recording = Mutex(())

    /// Writes the answer into the file of the case.
    func record(_ answer: String) throws {
        try Self.recording.withLock { _ in
            let url = Self.folder.appending(path: file)
            let text = try String(contentsOf: url, encoding: .utf8)
            let written = "```\(kind.rawValue)\n\(kind == .console ? "$ " : "")\(input)\n```"
            let heading = "## \(title)\n\n"
            let added =
                kind == .console
                ? written.dropLast(3) + answer + "\n```" : written + "\n\n```text\n\(answer)\n```"
            try text.replacing(heading + written, with: heading + added)
                .write(to: url, atomically: true, encoding: .utf8)
        }
    }
}
