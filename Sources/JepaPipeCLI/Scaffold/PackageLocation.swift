import Foundation
import JepaCore

/// Where a new package finds jepa-pipe.
enum PackageLocation {
    /// A folder on this machine.
    case folder(String)
    /// A repository.
    case repository(String)
    /// Not known; the package says what to put in.
    case unknown

    private static let placeholder = "https://example.com/jepa-pipe.git"

    /// The place that `--package` names, or else the one this program was built from, if it is
    /// still there.
    ///
    /// - Throws: `PipelineError` with the code `usage` if the folder is not that of jepa-pipe.
    init(option: String?, sourceFile: String = #filePath) throws {
        guard let option else {
            let root = (1...4).reduce(URL(filePath: sourceFile)) { url, _ in
                url.deletingLastPathComponent()
            }
            let path = root.path(percentEncoded: false)
            self = Self.isPackage(path) ? .folder(Self.plain(path)) : .unknown
            return
        }
        if option.contains("://") || option.hasSuffix(".git") {
            self = .repository(option)
            return
        }
        guard Self.isPackage(option) else {
            throw PipelineError(
                .usage, "there is no package jepa-pipe in '\(option)'",
                notes: ["'--package' takes the folder of a checkout of jepa-pipe, or its URL."])
        }
        self = .folder(Self.plain(option))
    }

    /// The line of a manifest.
    var dependency: String {
        switch self {
        case .folder(let path): ".package(name: \"jepa-pipe\", path: \(Self.literal(path)))"
        case .repository(let url): ".package(url: \(Self.literal(url)), branch: \"main\")"
        case .unknown:
            "// Put in where your jepa-pipe is: this URL, or path: \"...\" in its place.\n"
                + "        .package(url: \"\(Self.placeholder)\", branch: \"main\")"
        }
    }

    /// The name by which targets refer to the package.
    var identity: String {
        guard case .repository(let url) = self else { return "jepa-pipe" }
        let last = url.split(separator: "/").last.map(String.init) ?? url
        return last.hasSuffix(".git") ? String(last.dropLast(4)) : last
    }

    /// What has to be done before the package builds.
    var remark: String? {
        guard case .unknown = self else { return nil }
        return "The sources of this jepa-pipe are not here any more: put into Package.swift where "
            + "they are, or give --package."
    }

    private static func isPackage(_ folder: String) -> Bool {
        let manifest = URL(filePath: folder).appending(path: "Package.swift")
        let text = try? String(contentsOf: manifest, encoding: .utf8)
        return text?.contains("name: \"jepa-pipe\"") == true
    }

    /// An absolute path without a slash at its end.
    private static func plain(_ path: String) -> String {
        let url = URL(filePath: path, directoryHint: .notDirectory)
        return url.standardizedFileURL.path(percentEncoded: false)
    }

    private static func literal(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
