import Foundation
import JepaCore
import JepaFormats
import JepaTensor
import Testing

/// Spoilt files are read or refused with a `PipelineError`: no crash, no hang, no huge allocation.
///
/// By default a few thousand inputs, as a regression test. In earnest, with the address sanitizer,
/// which also refuses large allocations (it counts leaks, too, but those of the test runner):
/// ```
/// JEPA_FUZZ_INPUTS=100000 ASAN_OPTIONS=max_allocation_size_mb=512:detect_leaks=0 \
///     swift test -c release --sanitize=address --filter FuzzTests
/// ```
/// Input number n is a function of n, so a crash is found again with `JEPA_FUZZ_FIRST=n`.
struct FuzzTests {
    private static let count = environment("JEPA_FUZZ_INPUTS") ?? 1500
    private static let first = environment("JEPA_FUZZ_FIRST") ?? 0

    @Test func spoiltSafetensorsFilesAreReadOrRefused() throws {
        let samples = try [Fixture.bytes("mixed.safetensors"), Self.smallSafetensors]
        try fuzz("safetensors", purpose: 1) { mutator in
            var bytes = samples.randomElement(using: &mutator) ?? []
            // The header alone, with its length put right again, leads deeper than random cuts.
            let end = 8 + Int(bytes[0]) + Int(bytes[1]) << 8
            let keepsLength = Bool.random(using: &mutator)
            var header = Array(bytes[keepsLength ? 8..<end : 0..<bytes.count])
            for _ in 0..<Int.random(in: 1...2, using: &mutator) { mutator.reshape(&header) }
            guard keepsLength else { return header }
            bytes.replaceSubrange(8..<end, with: header)
            let length = UInt64(header.count)
            for byte in 0..<8 {
                bytes[byte] = UInt8(truncatingIfNeeded: length >> (8 * UInt64(byte)))
            }
            return bytes
        } read: {
            try SafetensorsReader(bytes: $0, name: "x").tensors
        }
    }

    @Test func spoiltNpyFilesAreReadOrRefused() throws {
        let samples = try ["float", "long", "scalar", "fortran", "version2"]
            .map { try Fixture.bytes("\($0).npy") }
        try fuzz("npy", purpose: 2) { mutator in
            var bytes = samples.randomElement(using: &mutator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &mutator) {
                // The data may be as long as the changed header says.
                if Bool.random(using: &mutator) {
                    mutator.overwrite(&bytes, in: 0..<bytes.count)
                } else {
                    mutator.reshape(&bytes)
                }
            }
            return bytes
        } read: {
            [try NpyFile.read(bytes: $0, name: "x")]
        }
    }

    @Test func spoiltTorchArchivesAreReadOrRefused() throws {
        let samples = try [
            Fixture.bytes("torch.pth"), Self.withoutChecksums(Fixture.bytes("torch64.pth")),
            TorchFile(TorchFile.tensor).bytes,
        ]
        try fuzz("torch zip", purpose: 3) { mutator in
            var bytes = samples.randomElement(using: &mutator) ?? []
            // All the structure of a zip file is in its directory, at the end.
            let directory = bytes.count * 2 / 3..<bytes.count
            for _ in 0..<Int.random(in: 1...3, using: &mutator) {
                switch Int.random(in: 0..<4, using: &mutator) {
                case 0: mutator.reshape(&bytes)
                case 1: mutator.overwrite(&bytes, in: 0..<bytes.count)
                default:
                    mutator.overwrite(&bytes, in: directory.clamped(to: 0..<bytes.count))
                }
            }
            return bytes
        } read: {
            try TorchArchive(bytes: $0, name: "x").tensors
        }
    }

    @Test func spoiltPicklesAreReadOrRefused() throws {
        let sample = Self.withoutChecksums(try Fixture.bytes("torch.pth"))
        let pickle = try Self.pickle(in: sample)
        try fuzz("pickle", purpose: 4) { mutator in
            if Bool.random(using: &mutator) {
                // A real one, changed in place so that the archive around it stays whole.
                var bytes = sample
                for _ in 0..<Int.random(in: 1...2, using: &mutator) {
                    mutator.overwrite(&bytes, in: pickle)
                }
                return bytes
            }
            var text = "(]q\u{0}N\u{85}q\u{1}"
            for _ in 0..<Int.random(in: 1...12, using: &mutator) {
                text += Self.instructions.randomElement(using: &mutator) ?? ""
            }
            return TorchFile(text + "t").bytes
        } read: {
            try TorchArchive(bytes: $0, name: "x").tensors
        }
    }

    // MARK: The loop

    /// Reads spoilt files and everything they claim to hold.
    private func fuzz(
        _ name: String, purpose: UInt64, spoil: (inout Mutator) -> [UInt8],
        read: ([UInt8]) throws -> [StoredTensor]
    ) throws {
        var (accepted, refused) = (0, 0)
        var reasons: Set<String> = []
        for index in Self.first..<Self.first + Self.count {
            var mutator = Mutator(seed: purpose << 48 | UInt64(index))
            let bytes = spoil(&mutator)
            do {
                for tensor in try read(bytes) { try touch(tensor) }
                accepted += 1
            } catch let error as PipelineError {
                refused += 1
                reasons.insert(Self.kind(of: error.message))
            }
        }
        #expect(accepted + refused == Self.count)
        // Fewer would mean that the inputs do not get anywhere.
        #expect(accepted > 0 && reasons.count >= 10, "\(accepted) accepted, \(reasons)")
        if Self.environment("JEPA_FUZZ_INPUTS") != nil {
            print("\(name): \(accepted) read, \(refused) refused for \(reasons.count) reasons")
        }
    }

    private func touch(_ tensor: StoredTensor) throws {
        // A view may repeat its storage; its corners are the same whatever its size.
        guard tensor.count < 1 << 16 else { return }
        let sum = tensor.withUnsafeBytes { bytes in bytes.reduce(0) { $0 &+ Int($1) } }
        #expect(sum >= 0)
        if !tensor.shape.isEmpty { _ = tensor.rows(0..<min(1, tensor.shape[0])).byteCount }
        _ = try tensor.floats()
    }

    /// A message without its numbers and names.
    private static func kind(of message: String) -> String {
        message.replacing(/'[^']*'|\[[^\]]*\]|[0-9]+/, with: "*")
    }

    private static func environment(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    // MARK: Samples

    private static let smallSafetensors: [UInt8] = {
        let header = #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}"#
        return [UInt8(header.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(header.utf8) + [1, 2]
    }()

    /// What a checkpoint is built from, whole instructions, so that sequences get far.
    private static let instructions: [String] = [
        "(", "t", "(", "]", "}", ")", "N", "\u{88}", "K\u{1}", "K\u{2}", "K\u{0}", "M\u{1}\u{1}",
        "J\u{ff}\u{ff}\u{ff}\u{ff}", "\u{8a}\u{1}\u{80}",
        "G\u{3f}\u{f0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
        "\u{85}", "\u{86}", "\u{87}", "a", "e", "s", "u", "q\u{0}", "q\u{1}", "h\u{0}", "h\u{1}",
        "R", "b", "Q", TorchFile.text("a"), TorchFile.text("0"), TorchFile.text("storage"),
        TorchFile.tensor, TorchFile.tensor(strides: "K\u{0}\u{85}"), "ctorch\nSize\n",
        "ctorch\nFloatStorage\n", "ccollections\nOrderedDict\n", "ccollections\nOrderedDict\n)R}b",
        "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_parameter\n",
        "](K\u{1}K\u{2}e", "}(\(TorchFile.text("w"))\(TorchFile.tensor)u", "](h\u{0}h\u{0}eq\u{0}",
    ]

    /// Torch may leave checksums out, and then changes of the bytes get past the archive.
    private static func withoutChecksums(_ archive: [UInt8]) -> [UInt8] {
        var bytes = archive
        for place in bytes.indices.dropLast(20)
        where bytes[place..<place + 4].elementsEqual([0x50, 0x4b, 1, 2]) {
            bytes.replaceSubrange(place + 16..<place + 20, with: [0, 0, 0, 0])
        }
        return bytes
    }

    /// Where the first record, the pickle, is: from its protocol to the descriptor behind it.
    private static func pickle(in archive: [UInt8]) throws -> Range<Int> {
        let start = try #require(archive.firstRange(of: [0x80, 2, 0x7d])).lowerBound
        let end = try #require(archive[start...].firstRange(of: [0x50, 0x4b, 7, 8])).lowerBound
        return start..<end
    }
}
