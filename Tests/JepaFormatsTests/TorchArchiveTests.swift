import JepaCore
import JepaFormats
import JepaTensor
import Testing

struct TorchArchiveTests {
    // The second file has the same records under 64-bit lengths.
    @Test(arguments: ["torch.pth", "torch64.pth"])
    func fileOfTorchIsRead(name: String) throws {
        let root = try TorchArchive(path: Fixture.path(name)).root
        let state = try #require(root["state"]?.dictionary)
        #expect(state.entries.map { "\($0.key)" } == ["weight", "bias"])
        #expect(try #require(state["weight"]?.tensor).floats().elements == Fixture.ramp(6))
        #expect(try #require(state["bias"]?.tensor).floats().elements == Fixture.ramp(3))
        #expect(try #require(root["parameter"]?.tensor).floats().elements == Fixture.ramp(4))
        let plain = try #require(root["plain"]?.items)
        #expect(plain[..<5].map(\.integer) == [1, -2, 70_000, 1 << 40, -1 << 62])
        #expect(plain[5].number == 1.5 && plain[0].number == 1 && plain[6].text == "text é")
        #expect(plain[6...].map(\.kind) == ["str", "None", "bool", "bool"])
        if case .bool(let value) = plain[8] { #expect(value) }
        if case .bool(let value) = plain[9] { #expect(!value) }
        #expect(root["tuple"]?.items?.map { $0.items?.count } == [0, 1, 2, 3, 4])
        #expect(root["tuple"]?[2]?[1]?.text == "b")
        #expect(root["size"]?.items?.map(\.integer) == [4, 6])
        #expect(root["ordered"]?.dictionary?.entries.map(\.value.integer) == [1, 2])
        #expect(root["ordered"]?["a"]?.integer == 2)
        #expect(root[7]?.text == "a number as key")
        #expect(root["7"] == nil && root["plain"]?["a"] == nil && root["plain"]?[10] == nil)
    }

    @Test func viewsOfAnyStridesAreCollected() throws {
        let views = try #require(TorchArchive(path: Fixture.path("torch.pth")).root["views"])
        let base = Fixture.ramp(24)
        func check(_ name: String, _ shape: [Int], _ expected: [Float]) throws {
            let tensor = try #require(views[name]?.tensor)
            let floats = try tensor.floats()
            #expect(floats.shape == shape, "\(name)")
            #expect(floats.elements == expected, "\(name)")
        }
        try check("slice", [2, 3], (1..<3).flatMap { row in (2..<5).map { base[row * 6 + $0] } })
        try check("transposed", [6, 4], (0..<6).flatMap { c in (0..<4).map { base[$0 * 6 + c] } })
        try check(
            "permuted", [4, 2, 3],
            (0..<4).flatMap { k in (0..<6).map { base[$0 * 4 + k] } })
        try check("expanded", [4, 3], (0..<4).flatMap { _ in Fixture.ramp(3) })
        try check("scalar", [], [base[15]])
        try check("empty", [0, 6], [])
    }

    @Test func allTypesAreRead() throws {
        let types = try #require(TorchArchive(path: Fixture.path("torch.pth")).root["types"])
        let floats: [(String, TensorElement, Int, Float)] = [
            ("double", .float64, 3, 0.25), ("half", .float16, 5, 0.25),
            ("brain", .bfloat16, 5, 0.25), ("int", .int32, 2, 70_000), ("short", .int16, 3, 300),
            ("char", .int8, 3, 50),
        ]
        for (name, element, count, scale) in floats {
            let tensor = try #require(types[name]?.tensor)
            #expect(tensor.element == element)
            #expect(try tensor.floats().elements == Fixture.ramp(count, scale: scale), "\(name)")
        }
        #expect(try types["long"]?.tensor?.integers() == [-1, 4_999_999_999_999])
        #expect(try types["byte"]?.tensor?.integers() == [0, 7, 255])
        #expect(try types["flag"]?.tensor?.integers() == [1, 0, 1])
    }

    @Test func tensorsAreNamedByTheirKeys() throws {
        let archive = try TorchArchive(path: Fixture.path("torch.pth"))
        #expect(
            archive.tensors.map(\.name).prefix(5) == [
                "state.weight", "state.bias", "parameter", "views.slice", "views.transposed",
            ])
        let file = TorchFile("(lp0\nX\u{1}\0\0\0a")
        #expect(throws: PipelineError.self) { try file.read() }
        #expect(try TorchFile("N").read().tensors.isEmpty)
        #expect(try TorchFile("](N\(TorchFile.tensor)e").read().tensors.map(\.name) == ["1"])
    }

    @Test func aChecksumThatTorchLeftOutIsNotMissed() throws {
        #expect(try TorchFile(TorchFile.tensor).read().root.tensor?.floats().elements == [0, 0])
        var file = TorchFile(TorchFile.tensor)
        file.checksum = 1
        expectError(
            .file,
            "'x.pth' is not a valid torch zip file: "
                + "the bytes of record 'x/data.pkl' do not match its checksum"
        ) { _ = try file.read() }
    }

    // Skipped where ../shared is not: the files are too large to copy.
    @Test(.enabled(if: Fixture.reference != nil))
    func theOfficialCheckpointHoldsTheRecordedWeights() throws {
        let folder = try #require(Fixture.reference)
        let archive = try TorchArchive(path: "\(folder)/interop/official.pth.tar")
        let recorded = try SafetensorsReader(path: "\(folder)/ijepa-small/initial.safetensors")
        var compared = 0
        for part in ["encoder", "predictor", "target_encoder"] {
            for tensor in try #require(archive.root[part]).tensors() {
                let name = "\(part).\(tensor.name.replacing("module.", with: ""))"
                let other = try recorded.tensor(name)
                #expect(tensor.element == other.element && tensor.shape == other.shape, "\(name)")
                let equal = tensor.withUnsafeBytes { a in
                    other.withUnsafeBytes { a.elementsEqual($0) }
                }
                #expect(equal, "\(name)")
                compared += 1
            }
        }
        #expect(compared == recorded.tensors.count && compared > 100)
        #expect(archive.root["epoch"]?.integer != nil)
        #expect(archive.root["loss"]?.number != nil)
    }

    // Skipped where ../shared is not.
    @Test(.enabled(if: Fixture.reference != nil))
    func reducedPrecisionIsTheRoundedOriginal() throws {
        let folder = try #require(Fixture.reference)
        let archive = try TorchArchive(path: "\(folder)/interop/mixed-precision.pth")
        let recorded = try SafetensorsReader(path: "\(folder)/ijepa-small/initial.safetensors")
        var seen: [TensorElement: Int] = [:]
        for tensor in archive.tensors {
            let parts = tensor.name.split(separator: ".")
            guard let original = recorded[(["encoder"] + parts.dropFirst()).joined(separator: ".")]
            else { continue }
            seen[tensor.element, default: 0] += 1
            // Half a unit in the last place of 8 and of 11 significant bits; 2^-25 for subnormals.
            let relative: Float = tensor.element == .bfloat16 ? 0x1p-8 : 0x1p-11
            let (a, b) = (try tensor.floats().elements, try original.floats().elements)
            #expect(a.count == b.count)
            for (x, y) in zip(a, b) where abs(x - y) > abs(y) * relative + 0x1p-25 {
                Issue.record("\(tensor.name): \(x) is not \(y) rounded")
                break
            }
        }
        #expect(seen[.float16] != nil && seen[.bfloat16] != nil)
    }
}
