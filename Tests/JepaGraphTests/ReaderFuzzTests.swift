import Foundation
import JepaCore
import JepaGraph
import Testing

/// Texts that were damaged at random: each is read, or refused with an error that can be shown.
///
/// `JEPA_FUZZ_ROUNDS` sets how many; under the address sanitizer a longer run also searches the
/// boundary to C.
struct ReaderFuzzTests {
    private static let rounds =
        ProcessInfo.processInfo.environment["JEPA_FUZZ_ROUNDS"].flatMap(Int.init) ?? 1500

    private static let seeds = [
        """
        # A graph.
        pipeline: ijepa
        seed: 0
        stages:
          data:            {use: image_folder, path: photos, size: 224, crop_scale: [0.3, 1.0]}
          context_encoder: &vit
            use: vit
            images: data.images   # an edge
            keep: masks.context
          target_encoder:  {<<: *vit, use: ema, momentum: [0.996, 1.0]}
          loss: {use: smooth_l1, predictions: 'a ''b''', targets: "x\\n\\u00e9\\"y"}
        train: {batch_size: 128, epochs: 1.0e+2, warmup_epochs: ~, on: yes, mask: 0x1F}
        """,
        "%YAML 1.2\n---\n? a\n: - b\n  - c: |\n      x\n       y\n    d: >-\n      z\n...\n",
        "größe: &a [1, 2.5, -.inf, {b: 日本}]\r\nz: !!str 1\r\nk: [*a, *a, \"\\x41\\U0001F642\"]\r\n",
    ]

    private static let fragments = [
        "\t", "\n", "\r\n", " ", "  ", ":", ": ", "- ", "? ", ",", "[", "]", "{", "}", "&a ",
        "*a", "<<: *a", "!", "!!int ", "|", ">", "\"", "'", "#", "%", "@", "`", "---", "...",
        "\u{85}", "\u{2028}", "\u{FEFF}", "\u{0}", "é", "🙂", "\\", "1e999", "0x", "~", "[[[[[[[[",
    ]

    private static func damaged(using random: inout SplitMix) -> [UInt8] {
        var bytes = Array(seeds[Int.random(in: 0..<seeds.count, using: &random)].utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let at = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, at + Int.random(in: 0...12, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.removeSubrange(at..<end)
            case 1: bytes.insert(contentsOf: bytes[at..<end], at: at)
            case 2 where at < bytes.count:
                bytes[at] = UInt8.random(in: 0...255, using: &random)
            case 3: bytes.removeSubrange(at...)
            default:
                let index = Int.random(in: 0..<fragments.count, using: &random)
                bytes.insert(contentsOf: fragments[index].utf8, at: at)
            }
        }
        return bytes
    }

    @Test func damagedTextsAreReadOrRefused() throws {
        var random = SplitMix(state: 1)
        var (read, refused) = (0, 0)
        for round in 0..<Self.rounds {
            let bytes = Self.damaged(using: &random)
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                let root = try GraphReader.read(bytes: bytes, file: "g.yaml")
                read += 1
                let written = GraphWriter.text(of: root)
                let back = try GraphReader.read(text: written, file: "g.yaml")
                #expect(compact(back) == compact(root), "round \(round): \(text)")
                check(root, round)
            } catch let errors as PipelineErrors {
                refused += 1
                for error in errors.errors {
                    #expect(!error.message.isEmpty && error.description.utf8.count < 2000)
                    if let location = error.location { check(location, round) }
                }
            }
        }
        print("\(read) texts were read, \(refused) were refused")
        #expect(read > Self.rounds / 20 && refused > Self.rounds / 20)
    }

    private func check(_ setting: Setting, _ round: Int) {
        if let location = setting.location { check(location, round) }
        for entry in setting.entries ?? [] {
            if let location = entry.location { check(location, round) }
            check(entry.value, round)
        }
        if case .list(let items) = setting.content { for item in items { check(item, round) } }
    }

    /// What a location marks has to lie within the line it shows, or just behind it.
    private func check(_ location: JepaCore.SourceLocation, _ round: Int) {
        let isInside =
            location.line >= 1 && location.column >= 1
            && (location.text.isEmpty
                || location.column - 1 + location.length <= location.text.count + 1)
        #expect(isInside, "round \(round): \(location)")
    }
}

/// Numbers that are the same in every run. Source: SplitMix64, Steele et al., 2014.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
