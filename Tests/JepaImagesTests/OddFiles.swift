import Foundation
import Testing

/// One entry of the manifest of awkward image files.
struct OddFile: Sendable, CustomTestStringConvertible {
    /// What the manifest demands.
    enum Expectation: String {
        case decode, skip, either, ignore
        case ignoreOrDecode = "ignore-or-decode"
        case unsupportedOrDecode = "unsupported-or-decode"
    }

    let file: String
    let kind: String
    let expect: Expectation
    /// Files that must decode to equal pixels, and to nearly equal ones.
    let same: String?, nearlySame: String?
    /// Width and height in the file, EXIF not applied, and the mean colour, if Pillow decodes it.
    let size: [Int]?, mean: [Double]?
    /// Mean colours of the quarters: top left, top right, bottom left, bottom right.
    let quarters: [[Double]]?
    /// Width and height after EXIF has been applied.
    let uprightSize: [Int]?

    var testDescription: String { file }

    static let folder = SharedData.path("data/odd-files")

    /// All entries; empty if the data is not here.
    static let all: [OddFile] = {
        guard let data = FileManager.default.contents(atPath: folder + "/manifest.json"),
            let root = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
            let entries = root["entries"] as? [[String: Any]]
        else { return [] }
        return entries.map(OddFile.init)
    }()

    private init(_ entry: [String: Any]) {
        let pillow = entry["pillow"] as? [String: Any] ?? [:]
        let isGood = pillow["ok"] as? Bool == true
        file = entry["file"] as! String
        kind = entry["kind"] as! String
        expect = Expectation(rawValue: entry["expect"] as! String)!
        same = (entry["same_as"] ?? entry["same_pixels_as"]) as? String
        nearlySame = entry["approx_same_as"] as? String
        size = isGood ? pillow["size"] as? [Int] : nil
        let truth = entry["true_rgb_mean"] as? [Double]
        mean = truth ?? (isGood ? pillow["rgb_mean"] as? [Double] : nil)
        // Where the manifest corrects Pillow's mean, its quarters are wrong as well.
        quarters = isGood && truth == nil ? pillow["quadrant_rgb_mean"] as? [[Double]] : nil
        uprightSize = entry["upright_size"] as? [Int]
    }

    var path: String { Self.folder + "/" + file }
}
