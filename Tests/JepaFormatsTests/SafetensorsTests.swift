import JepaCore
import JepaFormats
import JepaTensor
import JepaTestSupport
import Testing

struct SafetensorsTests {
    private static let oddName = "odd \"name\" \\ \t é 🙂"

    @Test func fileOfTheReferenceImplementationIsRead() throws {
        let file = try SafetensorsReader(path: Fixture.path("mixed.safetensors"))
        #expect(file.metadata == ["step": "line\n\"7\" \u{1} é"])
        #expect(
            file.names == [
                "long", "double", "empty", Self.oddName, "scalar", "weight", "int", "brain", "half",
                "short", "char", "byte", "flag",
            ])
        let weight = try file.tensor("weight")
        #expect(weight.element == .float32 && weight.shape == [2, 3] && weight.isContiguous)
        let floats: [(String, Int, Float)] = [
            ("weight", 6, 0.25), ("double", 3, 0.25), ("half", 5, 0.25), ("brain", 5, 0.25),
            ("int", 2, 70_000), ("short", 3, 300), ("char", 3, 50), (Self.oddName, 1, 1),
        ]
        for (name, count, scale) in floats {
            let found = try file.tensor(name).floats().elements
            #expect(found == Fixture.ramp(count, scale: scale), "\(name)")
        }
        #expect(try file.tensor("long").integers() == [-1, 4_999_999_999_999])
        #expect(try file.tensor("short").integers() == [-1, 299, 599])
        #expect(try file.tensor("char").integers() == [-1, 49, 99])
        #expect(try file.tensor("byte").integers() == [0, 7, 255])
        #expect(try file.tensor("flag").integers() == [1, 0, 1])
        #expect(try file.tensor("flag").floats().elements == [1, 0, 1])
        #expect(try file.tensor("scalar").floats().scalar == 2.5)
        #expect(try file.tensor("empty").floats().shape == [0, 4])
        #expect(file["weights"] == nil)
        expectError(
            .missing, "\(quoted(file.path)) has no tensor 'wieght'; did you mean 'weight'?"
        ) { _ = try file.tensor("wieght") }
    }

    @Test func aCopyIsTheSameFileWhateverTheOrder() throws {
        let folder = TemporaryFolder()
        let original = try SafetensorsReader(path: Fixture.path("mixed.safetensors"))
        var writer = SafetensorsWriter(metadata: original.metadata)
        for tensor in original.tensors.reversed() {
            // Float32 takes the way of tensors, the rest that of stored bytes.
            if tensor.element == .float32 {
                try writer.add(tensor.name, tensor.floats())
            } else {
                try writer.add(tensor)
            }
        }
        try writer.write(to: folder.file("copy"))
        #expect(try folder.bytes("copy") == Fixture.bytes("mixed.safetensors"))
    }

    @Test func writtenNumbersComeBackToTheBit() throws {
        let folder = TemporaryFolder()
        let values: [Float] = [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .pi]
        var writer = SafetensorsWriter(metadata: ["b": "2", "a": "1"])
        try writer.add("x", Tensor(values, shape: [7, 1]))
        try writer.add(StoredTensor("n", integers: [.min, .max], shape: [2]))
        try writer.write(to: folder.file("a"))
        try writer.write(to: folder.file("b"))
        let file = try SafetensorsReader(path: folder.file("a"))
        #expect(file.metadata == ["a": "1", "b": "2"])
        #expect(try file.tensor("n").integers() == [.min, .max])
        let found = try file.tensor("x").floats()
        #expect(found.shape == [7, 1])
        #expect(found.elements.map(\.bitPattern) == values.map(\.bitPattern))
        #expect(try folder.bytes("a") == folder.bytes("b"))
        #expect(try folder.bytes("a")[0] % 8 == 0)
    }

    @Test func aFileWithoutTensorsIsValid() throws {
        let folder = TemporaryFolder()
        try SafetensorsWriter().write(to: folder.file("a"))
        #expect(try folder.bytes("a") == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
        #expect(try SafetensorsReader(path: folder.file("a")).tensors.isEmpty)
    }

    @Test func namesAreTakenOnce() throws {
        var writer = SafetensorsWriter()
        try writer.add("a", Tensor(scalar: 1))
        expectError(.duplicateName, "the name 'a' is taken already in this file") {
            try writer.add("a", Tensor(scalar: 1))
        }
        expectError(.duplicateName, "the name '__metadata__' is taken already in this file") {
            try writer.add("__metadata__", Tensor(scalar: 1))
        }
    }

    @Test func aMappedFileOutlivesItsReplacement() throws {
        let folder = TemporaryFolder()
        var writer = SafetensorsWriter()
        try writer.add("a", Tensor([1, 2], shape: [2]))
        try writer.write(to: folder.file("f"))
        let old = try SafetensorsReader(path: folder.file("f")).tensor("a")
        var other = SafetensorsWriter()
        try other.add("b", Tensor(scalar: 3))
        try other.write(to: folder.file("f"))
        #expect(try old.floats().elements == [1, 2])
        #expect(try SafetensorsReader(path: folder.file("f")).names == ["b"])
    }
}
