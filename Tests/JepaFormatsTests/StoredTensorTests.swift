import JepaCore
import JepaFormats
import JepaTensor
import Testing

struct StoredTensorTests {
    private static func bytes(of words: [UInt16]) -> [UInt8] {
        words.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    }

    @Test func everyHalfBecomesTheSameNumber() throws {
        // Float16 does not exist everywhere, so the value is taken from the bits by its definition.
        let words = (0...UInt16.max).filter { $0 >> 10 & 31 != 31 }
        let tensor = StoredTensor(
            "h", .float16, shape: [words.count], bytes: Self.bytes(of: words))
        let expected = words.map { word -> Float in
            let (exponent, fraction) = (Int(word >> 10) & 31, Float(word & 0x3ff))
            let magnitude =
                exponent == 0
                ? fraction * 0x1p-24
                : Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
            return word & 0x8000 == 0 ? magnitude : -magnitude
        }
        let found = try tensor.floats().elements
        #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
    }

    @Test func specialNumbersSurvive() throws {
        let half = StoredTensor(
            "h", .float16, shape: [3], bytes: Self.bytes(of: [0x7c00, 0xfc00, 0x7e01]))
        let brain = StoredTensor(
            "b", .bfloat16, shape: [4], bytes: Self.bytes(of: [0x7f80, 0xff80, 0x7fc1, 0x0001]))
        let a = try half.floats().elements
        #expect(a[0] == .infinity && a[1] == -.infinity && a[2].isNaN)
        let b = try brain.floats().elements
        #expect(b[0] == .infinity && b[1] == -.infinity && b[2].isNaN)
        #expect(b[3] == Float(bitPattern: 0x10000))
        let double = [Double.infinity, -.infinity, 0.1].withUnsafeBytes { Array($0) }
        let c = try StoredTensor("d", .float64, shape: [3], bytes: double).floats().elements
        #expect(c == [.infinity, -.infinity, 0.1])
    }

    @Test func numbersThatFloat32CannotHoldAreRefused() throws {
        let big = [1e300].withUnsafeBytes { Array($0) }
        expectError(
            .data, "tensor 'x' of 'x': element 0 is 1e+300, which float32 cannot hold"
        ) { _ = try StoredTensor("x", .float64, shape: [], bytes: big).floats() }
        expectError(
            .data, "tensor 'n' of 'n': element 1 is 16777217, which float32 cannot hold"
        ) { _ = try StoredTensor("n", integers: [16_777_216, 16_777_217], shape: [2]).floats() }
        expectError(.data, "tensor 'x' of 'x' holds float64, not integers") {
            _ = try StoredTensor("x", .float64, shape: [], bytes: big).integers()
        }
    }

    @Test func rowsAreAView() throws {
        let tensor = StoredTensor("n", integers: [0, 1, 2, 3, 4, 5], shape: [3, 2])
        #expect(try tensor.rows(1..<3).integers() == [2, 3, 4, 5])
        #expect(tensor.rows(1..<3).shape == [2, 2])
        #expect(try tensor.rows(3..<3).integers() == [])
        #expect(try tensor.rows(1..<2).rows(0..<1).integers() == [2, 3])
        #expect(tensor.renamed("m").name == "m")
        let empty = StoredTensor("e", integers: [], shape: [4, 0])
        #expect(try empty.rows(2..<4).floats().shape == [2, 0])
    }
}
