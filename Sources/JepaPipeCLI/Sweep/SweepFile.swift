import Foundation
package import JepaCore
import JepaGraph

/// A sweep as it is written: a base graph file, and one row for each way to change it.
///
/// ```yaml
/// sweep: number of targets
/// base: base.yaml
/// source: arXiv 2301.08243, ViT-B/16, 1 % of the labels, linear probe
/// set: {train.epochs: 8}
/// seeds: [0, 1, 2]
/// rows:
///   - {name: "1", set: {stages.masks.target_blocks: 1}, paper: 9.0}
///   - {name: no regulariser, drop: [stages.regulariser], set: {stages.optimizer.minimize: loss}}
/// ```
package struct SweepFile {
    /// One row of the table.
    package struct Row {
        /// What the table calls it.
        package let name: String
        /// Where it stands.
        let location: SourceLocation?
        /// What it changes.
        let changes: SweepChanges
        /// What the paper reports for it.
        let paper: String?

        /// The name as part of the name of a folder.
        var slug: String {
            let kept = name.map { character in
                let isKept =
                    character.isASCII && (character.isLetter || character.isNumber)
                    || "._+-".contains(character)
                return isKept ? character : "-"
            }
            return String(kept)
        }
    }

    /// The file as the user named it.
    let path: String
    /// What is varied.
    package let title: String
    /// The graph file that is changed; a relative path begins at the folder of the sweep file.
    package let base: String
    /// Where the paper's figures are from.
    let source: String?
    /// What all rows change.
    let changes: SweepChanges
    /// The seeds each row is run with; empty for that of the base file.
    package let seeds: [UInt64]
    /// The rows, in the order of the table.
    package let rows: [Row]

    /// Reads a sweep file.
    ///
    /// - Throws: `PipelineErrors` with everything that is wrong with the file itself.
    package init(path: String) throws {
        try self.init(GraphReader.read(path: path), path: path)
    }

    /// Takes a sweep apart that has been read.
    package init(_ root: Setting, path: String) throws {
        var reader = SweepReader()
        let top = reader.values(of: root)
        self.path = path
        title = reader.text("sweep", of: top)
        let name = reader.text("base", of: top)
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        base =
            name.hasPrefix("/") || folder.isEmpty
            ? name : folder.joined(separator: "/") + "/" + name
        source = top.optionalText("source")
        changes = reader.changes(in: root, of: "the sweep")
        seeds = reader.seeds(root["seeds"])
        rows = reader.rows(root["rows"], of: root)
        if !reader.errors.isEmpty { throw PipelineErrors(reader.errors) }
    }

    /// Whether a file is a sweep and not a graph.
    static func describes(_ root: Setting) -> Bool { root["sweep"] != nil || root["rows"] != nil }
}
