import Foundation

/// The data sets beside the package, `../shared`; tests that need them are skipped without them.
enum SharedData {
    /// The folder, or nil if it is not there.
    static let folder: URL? = {
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let shared = package.deletingLastPathComponent().appending(path: "shared")
        return FileManager.default.fileExists(atPath: shared.path) ? shared : nil
    }()

    /// Whether the folder is there.
    static var isHere: Bool { folder != nil }

    /// The path of something in the folder.
    static func path(_ relative: String) -> String {
        (folder?.path ?? "../shared") + "/" + relative
    }
}
