import JepaCore
import JepaFormats
import Testing

/// Each rule of the format, broken once.
struct SafetensorsMalformedTests {
    private static func file(_ header: String, length: UInt64? = nil, data: Int = 8) -> [UInt8] {
        file(Array(header.utf8), length: length, data: data)
    }

    private static func file(_ header: [UInt8], length: UInt64? = nil, data: Int = 8) -> [UInt8] {
        let length = length ?? UInt64(header.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header
            + Array(repeating: 0, count: data)
    }

    private static func tensor(
        _ offsets: String, name: String = "a", dtype: String = "F32", shape: String = "[2]"
    ) -> String {
        #""\#(name)":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}"#
    }

    @Test func theFileOfTheTableIsValid() throws {
        let bytes = Self.file(" {\(Self.tensor("[0,8]"))}".dropFirst().description + "  ")
        #expect(try SafetensorsReader(bytes: bytes, name: "x").names == ["a"])
    }

    private static let dtypes = "F32, F64, F16, BF16, I64, I32, I16, I8, U8, BOOL"

    @Test(
        arguments: [
            Malformed("empty file", [], "it has 0 bytes, fewer than the 8 of the header length"),
            Malformed(
                "seven bytes", [1, 2, 3, 4, 5, 6, 7],
                "it has 7 bytes, fewer than the 8 of the header length"
            ),
            Malformed(
                "huge header", file("{}", length: 100_000_001),
                "its header length 100000001 exceeds 100000000"
            ),
            Malformed(
                "negative length", file("{}", length: .max),
                "its header length 18446744073709551615 exceeds 100000000"
            ),
            Malformed(
                "cut header", file("{}", length: 11, data: 8),
                "its header of 11 bytes does not fit in a file of 18"
            ),
            Malformed("no header", file("", data: 0), "header: it does not begin with '{'"),
            Malformed("space first", file(" {}", data: 0), "header: it does not begin with '{'"),
            Malformed("array", file("[]", data: 0), "header: it does not begin with '{'"),
            Malformed("open", file("{", data: 0), "header: it ends where a text is expected"),
            Malformed(
                "two objects", file("{}{}", data: 0), "header: something follows the last '}'"),
            Malformed(
                "zeros behind", file([0x7b, 0x7d, 0], data: 0),
                "header: something follows the last '}'"
            ),
            Malformed(
                "comma", file("{\(tensor("[0,8]")),}"),
                "header: a text is expected at byte 54, found '}'"
            ),
            Malformed(
                "nesting", file(#"{"a":[[[[[[[["#), "header: '{' is expected at byte 5, found '['"),
            Malformed(
                "nested objects", file(String(repeating: #"{"a":"#, count: 100_000)),
                "header: tensor 'a': the key 'a' is not one of dtype, shape, data_offsets"
            ),
            Malformed(
                "nested shape", file("{\(tensor("[0,8]", shape: "[[2]]"))}"),
                "header: a whole number is expected at byte 29, found '['"
            ),
            Malformed(
                "same name", file("{\(tensor("[0,8]")),\(tensor("[0,8]"))}"),
                "header: the name 'a' occurs twice"
            ),
            Malformed(
                "same name, escaped",
                file(#"{\#(tensor("[0,8]")),\#(tensor("[0,8]", name: "\\u0061"))}"#),
                "header: the name 'a' occurs twice"
            ),
            Malformed(
                "same metadata", file(#"{"__metadata__":{},"__metadata__":{}}"#),
                "header: the name '__metadata__' occurs twice"
            ),
            Malformed(
                "same text", file(#"{"__metadata__":{"k":"1","k":"2"}}"#),
                "header: __metadata__: the key 'k' occurs twice"
            ),
            Malformed(
                "number as text", file(#"{"__metadata__":{"k":1}}"#),
                "header: a text is expected at byte 21, found '1'"
            ),
            Malformed(
                "same key", file(#"{"a":{"dtype":"F32","dtype":"F32"}}"#),
                "header: tensor 'a': the key 'dtype' occurs twice"
            ),
            Malformed(
                "unknown key", file(#"{"a":{"stride":[1]}}"#),
                "header: tensor 'a': the key 'stride' is not one of dtype, shape, data_offsets"
            ),
            Malformed(
                "no dtype", file(#"{"a":{"shape":[2],"data_offsets":[0,8]}}"#),
                "header: tensor 'a' has no dtype"
            ),
            Malformed(
                "no shape", file(#"{"a":{"dtype":"F32","data_offsets":[0,8]}}"#),
                "header: tensor 'a' has no shape"
            ),
            Malformed(
                "no offsets", file(#"{"a":{"dtype":"F32","shape":[2]}}"#),
                "header: tensor 'a' has no data_offsets"
            ),
            Malformed(
                "unknown dtype", file("{\(tensor("[0,8]", dtype: "F8_E4M3"))}"),
                "header: tensor 'a': the dtype 'F8_E4M3' is not one of \(dtypes)"
            ),
            Malformed(
                "size", file("{\(tensor("[0,4]"))}", data: 4),
                "header: tensor 'a': shape [2] of float32 takes 8 bytes, data_offsets [0, 4] have 4"
            ),
            Malformed(
                "beyond the end", file("{\(tensor("[0,8]"))}", data: 7),
                "header: tensor 'a': data_offsets [0, 8] end beyond the 7 bytes of data"
            ),
            Malformed(
                "rest", file("{\(tensor("[0,8]"))}", data: 9),
                "header: the tensors take 8 bytes, but 9 follow the header"
            ),
            Malformed(
                "hole at first", file("{\(tensor("[1,9]"))}", data: 9),
                "header: tensor 'a': data_offsets [1, 9] leave a hole: the data before end at byte 0"
            ),
            Malformed(
                "hole", file("{\(tensor("[0,8]")),\(tensor("[12,20]", name: "b"))}", data: 20),
                "header: tensor 'b': data_offsets [12, 20] leave a hole: the data before end at byte 8"
            ),
            Malformed(
                "overlap", file("{\(tensor("[0,8]")),\(tensor("[4,12]", name: "b"))}", data: 12),
                "header: tensor 'b': data_offsets [4, 12] overlap those of another tensor"
            ),
            Malformed(
                "same bytes", file("{\(tensor("[0,8]")),\(tensor("[0,8]", name: "b"))}"),
                "header: tensor 'b': data_offsets [0, 8] overlap those of another tensor"
            ),
            Malformed(
                "backwards", file("{\(tensor("[8,0]"))}"),
                "header: tensor 'a': data_offsets [8, 0] are not a begin and an end"
            ),
            Malformed(
                "one offset", file("{\(tensor("[8]"))}"),
                "header: tensor 'a': data_offsets [8] are not a begin and an end"
            ),
            Malformed(
                "three offsets", file("{\(tensor("[0,4,8]"))}"),
                "header: the list before byte 52 has more than 2 numbers"
            ),
            Malformed(
                "product overflows", file("{\(tensor("[0,8]", shape: "[4294967296,4294967296]"))}"),
                "header: tensor 'a': the shape [4294967296, 4294967296] has too many elements"
            ),
            Malformed(
                "empty, yet overflows",
                file("{\(tensor("[0,0]", shape: "[0,4294967296,4294967296]"))}", data: 0),
                "header: tensor 'a': the shape [0, 4294967296, 4294967296] has too many elements"
            ),
            Malformed(
                "number overflows", file("{\(tensor("[0,8]", shape: "[9223372036854775808]"))}"),
                "header: the number at byte 29 is too big"
            ),
            Malformed(
                "negative", file("{\(tensor("[0,8]", shape: "[-2]"))}"),
                "header: a whole number is expected at byte 29, found '-'"
            ),
            Malformed(
                "leading zero", file("{\(tensor("[0,8]", shape: "[02]"))}"),
                "header: a whole number is expected at byte 29, found '0'"
            ),
            Malformed(
                "fraction", file("{\(tensor("[0,8]", shape: "[2.0]"))}"),
                "header: ',' is expected at byte 30, found '.'"
            ),
            Malformed(
                "many axes",
                file("{\(tensor("[0,8]", shape: "[\(String(repeating: "1,", count: 65))1]"))}"),
                "header: the list before byte 157 has more than 64 numbers"
            ),
            Malformed(
                "invalid UTF-8", file(Array(#"{""#.utf8) + [0xff, 0x22]),
                "header: the text at byte 1 is not UTF-8"
            ),
            Malformed(
                "open text", file(#"{"abc"#, data: 0), "header: the text at byte 1 does not end"),
            Malformed(
                "open escape", file(#"{"abc\"#, data: 0), "header: the last text ends in an escape"),
            Malformed(
                "control", file("{\"a\nb\":"),
                "header: the text at byte 1 holds the control character 10"
            ),
            Malformed(
                "bad escape", file(#"{"\x""#),
                "header: an escape of JSON is expected at byte 3, found 'x'"
            ),
            Malformed(
                "bad digits", file(#"{"\u00g0""#),
                "header: a hexadecimal digit is expected at byte 6, found 'g'"
            ),
            Malformed(
                "low half", file(#"{"\udc00""#),
                "header: the escape before byte 8 is half a character"
            ),
            Malformed(
                "high half", file(#"{"\ud800""#),
                "header: the escape before byte 8 is half a character"
            ),
            Malformed(
                "two high halves", file(#"{"\ud800\ud800""#),
                "header: the escape before byte 14 is half a character"
            ),
        ])
    func malformedFilesAreRefused(file: Malformed) {
        expectError(.file, "'x' is not a valid safetensors file: \(file.reason)") {
            _ = try SafetensorsReader(bytes: file.bytes, name: "x")
        }
    }

    @Test func aHostileNameDoesNotFloodTheMessage() {
        let name = #"\u001b[31m\#(String(repeating: "x", count: 100_000))"#
        let shown = "\\u{1b}[31m\(String(repeating: "x", count: 115))…"
        expectError(
            .file,
            "'x' is not a valid safetensors file: header: the name '\(shown)' occurs twice"
        ) {
            let twice = "{\(Self.tensor("[0,8]", name: name)),\(Self.tensor("[0,8]", name: name))}"
            _ = try SafetensorsReader(bytes: Self.file(twice), name: "x")
        }
    }

    @Test func everyCutOfAGoodFileIsRefused() throws {
        let bytes = try Fixture.bytes("mixed.safetensors")
        for count in bytes.indices {
            #expect(throws: PipelineError.self) {
                try SafetensorsReader(bytes: Array(bytes[..<count]), name: "x")
            }
        }
    }
}
