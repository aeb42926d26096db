import Foundation
import JepaCore
import JepaFormats
import JepaImages
import JepaInterop
import JepaTraining

/// Where pictures go: `pictures` in the folder of a run, unless another folder is given.
struct PictureFolder {
    /// The folder.
    let path: String

    /// A folder; nothing is made yet.
    init(path: String) { self.path = path }

    /// The folder for pictures of some weights; nothing is made yet.
    ///
    /// - Parameter out: What `--out` says.
    /// - Throws: `usage` if the weights are no run and there is no `--out`.
    init(of weights: String, out: String?) throws {
        if let out {
            path = out
            return
        }
        let kind = try FileKind(of: weights)
        let run = RunFolder.runPath(of: weights)
        guard kind == .runFolder || kind == .checkpoint,
            FileManager.default.fileExists(atPath: run + "/run.json")
        else {
            throw PipelineError(
                .usage,
                "missing --out DIR: '\(weights)' is no run, whose folder has a place for "
                    + "pictures")
        }
        path = run + "/pictures"
    }

    /// The path of a file in the folder.
    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a picture and says so.
    func write(_ image: Image, _ name: String) throws {
        try make()
        try AtomicFile.write(image.pngData(), to: file(name))
        print("Wrote \(file(name)), \(image.width)x\(image.height) pixels.")
    }

    /// Makes the folder if it is not there.
    func make() throws { try OutputFolder.make(path) }
}
