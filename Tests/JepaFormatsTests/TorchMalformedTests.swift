import JepaCore
import JepaFormats
import JepaTensor
import Testing

/// Each promise of a torch file, broken once.
struct TorchMalformedTests {
    private static let onlyData =
        "only tensors, numbers, texts, lists, tuples, dictionaries and None are read"

    @Test(arguments: [
        Malformed("os.system", "cos\nsystem\n\(TorchFile.text("ls"))\u{85}R", "os.system"),
        Malformed("posix.system", "cposix\nsystem\n", "posix.system"),
        Malformed("builtins.eval", "cbuiltins\neval\n", "builtins.eval"),
        Malformed(
            "torch.ComplexFloatStorage", TorchFile.tensor(type: "ComplexFloatStorage"),
            "torch.ComplexFloatStorage"),
        Malformed(
            "numpy.core.multiarray.scalar", "cnumpy.core.multiarray\nscalar\n",
            "numpy.core.multiarray.scalar"),
        Malformed("argparse.Namespace", "(K\u{1}cargparse\nNamespace\n", "argparse.Namespace"),
        Malformed("a.b\\u{1b}[31m", "ca\nb\u{1b}[31m\n", "a.b\\u{1b}[31m"),
    ])
    func whatIsNoDataIsRefusedByName(file: Malformed) {
        expectError(.file, "'x.pth' is refused for '\(file.reason)': \(Self.onlyData)") {
            _ = try TorchArchive(bytes: file.bytes, name: "x.pth")
        }
    }

    private static func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    /// A tuple of `count` lists, each holding the one before twice.
    private static func bomb(_ count: Int) -> String {
        "(]q\u{0}" + repeated("](h\u{0}h\u{0}eq\u{0}", count - 1) + "t"
    }

    @Test(
        arguments: [
            Malformed("empty", "", "it ends at byte 2 with something left over"),
            Malformed("two values", "NN", "it ends at byte 4 with something left over"),
            Malformed("open mark", "N(", "it ends at byte 4 with something left over"),
            Malformed("early end", "N.N", "it ends at byte 3 with something left over"),
            Malformed(
                "protocol", "\u{80}\u{4}N",
                "its protocol is 4; torch.save writes 2 unless told otherwise"
            ),
            Malformed(
                "protocol 0 class", "(ios\nsystem\n", "the instruction 0x69 at byte 3 is refused"),
            Malformed("object", "(N\u{6f}", "the instruction 0x6f at byte 4 is refused"),
            Malformed("new object", "N)\u{81}", "the instruction 0x81 at byte 4 is refused"),
            Malformed("extension", "\u{82}\u{1}", "the instruction 0x82 at byte 2 is refused"),
            Malformed("stacked name", "\u{93}", "the instruction 0x93 at byte 2 is refused"),
            Malformed("cut number", "J\u{1}", "it ends in an instruction"),
            Malformed("long text", "X\u{ff}\u{ff}\u{ff}\u{ff}a", "a text goes beyond its end"),
            Malformed("no UTF-8", "X\u{1}\u{0}\u{0}\u{0}\u{ff}", "the text at byte 7 is not UTF-8"),
            Malformed("name without end", "cos", "a name goes beyond its end"),
            Malformed(
                "huge integer", "\u{8a}\u{9}\(repeated("\u{1}", 9))",
                "an integer of 9 bytes exceeds 64 bits"
            ),
            Malformed(
                "append to nothing", "Na", "an instruction before byte 4 has nothing to work on"),
            Malformed("append to None", "NNa", "an instruction before byte 5 needs a list"),
            Malformed("append to tuple", ")Na", "an instruction before byte 5 needs a list"),
            Malformed("set in list", "]NNs", "an instruction before byte 6 needs a dictionary"),
            Malformed(
                "through a mark", "N(\u{85}", "an instruction before byte 5 has nothing to work on"),
            Malformed("no mark", "]e", "a mark is missing"),
            Malformed("odd items", "}(Nu", "a key has no value"),
            Malformed(
                "memo of nothing", "q\u{0}", "an instruction before byte 4 has nothing to work on"),
            Malformed("unknown memo", "h\u{7}", "nothing is remembered as 7"),
            Malformed("list in itself", "]q\u{0}h\u{0}a", "a container holds itself"),
            Malformed("circle", "]q\u{0}]q\u{1}h\u{0}aa", "a container holds itself"),
            Malformed("dictionary in itself", "}q\u{0}K\u{1}h\u{0}s", "a container holds itself"),
            Malformed(
                "depth", repeated("]", 101) + repeated("a", 100), "it nests more than 100 levels"),
            Malformed(
                "depth, built upwards", ")" + repeated("\u{85}", 200_000),
                "it nests more than 100 levels"
            ),
            Malformed("bomb", bomb(40), "it holds more than 2097152 values"),
            Malformed(
                "instructions", repeated("N", 2_100_000), "it has more than 2097152 instructions"),
            Malformed(
                "class as value", "ctorch\nFloatStorage\n",
                "a class or a bare storage stands where a value is expected"
            ),
            Malformed(
                "storage as value",
                "(\(TorchFile.text("storage"))ctorch\nFloatStorage\n\(TorchFile.text("0"))NK\u{2}tQ",
                "a class or a bare storage stands where a value is expected"
            ),
            Malformed(
                "tuple as key", "})Ns", "a tuple is a key; only texts and whole numbers are read"),
            Malformed("key twice", "}(K\u{1}NK\u{1}Nu", "the key '1' occurs twice"),
            Malformed(
                "name twice", "}(\(repeated(TorchFile.text("w") + "N", 2))u",
                "the key 'w' occurs twice"
            ),
            Malformed("call of None", "N)R", "the call before byte 5 is not one of a known name"),
            Malformed("call of a list", "])R", "the call before byte 5 is not one of a known name"),
            Malformed(
                "call without tuple", "ctorch\nSize\nNR",
                "the call before byte 16 is not one of a known name"
            ),
            Malformed(
                "call of a type", "ctorch\nFloatStorage\n)R",
                "the call before byte 24 has wrong arguments"
            ),
            Malformed(
                "arguments", "ccollections\nOrderedDict\nN\u{85}R",
                "the call before byte 30 has wrong arguments"
            ),
            Malformed(
                "size", "ctorch\nSize\nN\u{85}R", "torch.Size before byte 17 has wrong arguments"),
            Malformed(
                "parameter", "ctorch._utils\n_rebuild_parameter\nNNN\u{87}R",
                "_rebuild_parameter before byte 40 has wrong arguments"
            ),
            Malformed("attributes", "}Nb", "the attributes before byte 5 are not a dictionary"),
            Malformed(
                "attributes of a list", "]}b", "an instruction before byte 5 needs a dictionary"),
            Malformed("reference", "NQ", "the reference before byte 4 is not one to a storage"),
            Malformed(
                "text as shape", TorchFile.tensor(shape: TorchFile.text("ab")),
                "_rebuild_tensor_v2 before byte 129 has wrong arguments"
            ),
        ])
    func brokenPicklesAreRefused(file: Malformed) {
        expectError(.file, "'x.pth' is not a valid torch zip file: pickle: \(file.reason)") {
            _ = try TorchArchive(bytes: file.bytes, name: "x.pth")
        }
    }

    private static let long = "\u{8a}\u{8}\(repeated("\u{ff}", 7))\u{7f}"
    private static let minusOne = "J\u{ff}\u{ff}\u{ff}\u{ff}"

    @Test(
        arguments: [
            Malformed("missing", TorchFile.tensor(key: "1"), "it has no record of storage '1'"),
            Malformed(
                "elsewhere", TorchFile.tensor(key: "../data.pkl"),
                "it has no record of storage '../data.pkl'"
            ),
            Malformed(
                "count", TorchFile.tensor(count: "K\u{3}"), "storage '0' has 8 bytes for 3 float32"),
            Malformed(
                "type", TorchFile.tensor(type: "DoubleStorage"),
                "storage '0' has 8 bytes for 2 float64"
            ),
            Malformed(
                "negative count", TorchFile.tensor(count: minusOne),
                "storage '0' has 8 bytes for -1 float32"
            ),
            Malformed(
                "count overflows", TorchFile.tensor(count: long),
                "storage '0' has 8 bytes for 9223372036854775807 float32"
            ),
            Malformed(
                "two types",
                "(\(TorchFile.tensor)\(TorchFile.tensor(type: "DoubleStorage", count: "K\u{1}"))t",
                "storage '0' has two types or sizes"
            ),
            Malformed(
                "offset", TorchFile.tensor(offset: "K\u{1}"),
                "a tensor of shape [2], strides [1] and offset 1 in 'x/data/0' leaves its 2 elements"
            ),
            Malformed(
                "stride", TorchFile.tensor(strides: "K\u{2}\u{85}"),
                "a tensor of shape [2], strides [2] and offset 0 in 'x/data/0' leaves its 2 elements"
            ),
            Malformed(
                "shape", TorchFile.tensor(shape: "K\u{3}\u{85}"),
                "a tensor of shape [3], strides [1] and offset 0 in 'x/data/0' leaves its 2 elements"
            ),
            Malformed(
                "negative offset", TorchFile.tensor(offset: minusOne),
                "a tensor of shape [2], strides [1] and offset -1 in 'x/data/0' has a negative number"
            ),
            Malformed(
                "negative stride", TorchFile.tensor(strides: minusOne + "\u{85}"),
                "a tensor of shape [2], strides [-1] and offset 0 in 'x/data/0' has a negative number"
            ),
            Malformed(
                "axes", TorchFile.tensor(strides: ")"),
                "a tensor in 'x/data/0' has 1 axes and 0 strides"
            ),
            Malformed(
                "many axes",
                TorchFile.tensor(
                    shape: "(\(repeated("K\u{1}", 65))t", strides: "(\(repeated("K\u{1}", 65))t"),
                "a tensor in 'x/data/0' has 65 axes and 65 strides"
            ),
            Malformed(
                "product overflows",
                TorchFile.tensor(shape: long + long + "\u{86}", strides: "K\u{0}K\u{0}\u{86}"),
                "a tensor of shape [9223372036854775807, 9223372036854775807], strides [0, 0] "
                    + "and offset 0 in 'x/data/0' has too many elements"
            ),
            Malformed(
                "reach overflows",
                TorchFile.tensor(shape: "K\u{3}\u{85}", strides: long + "\u{85}"),
                "a tensor of shape [3], strides [9223372036854775807] and offset 0 in 'x/data/0' "
                    + "leaves its storage"
            ),
            Malformed(
                "repeated",
                TorchFile.tensor(shape: "J\u{1}\u{0}\u{0}\u{1}\u{85}", strides: "K\u{0}\u{85}"),
                "a tensor of shape [16777217], strides [0] and offset 0 in 'x/data/0' "
                    + "repeats 2 elements too often"
            ),
        ])
    func tensorsOutsideTheirStorageAreRefused(file: Malformed) {
        expectError(.file, "'x.pth' is not a valid torch zip file: \(file.reason)") {
            _ = try TorchArchive(bytes: file.bytes, name: "x.pth")
        }
    }

    @Test func sharedContainersAndEmptyViewsAreAllowed() throws {
        let shared = try TorchFile("](]q\u{0}h\u{0}e").read().root
        #expect(shared.items?.count == 2)
        let parts = TorchFile.tensor(
            offset: "K\u{9}", shape: "K\u{0}\u{85}", strides: "K\u{9}\u{85}")
        #expect(try TorchFile(parts).read().root.tensor?.floats().shape == [0])
        #expect(try TorchFile(Self.bomb(20)).read().root.items?.count == 20)
    }

    private static let pickle: (name: String, bytes: [UInt8]) = (
        "x/data.pkl", TorchFile.bytes("\u{80}\u{2}N.")
    )

    /// The bytes of a good file with some of them changed, counted from the end if negative.
    private static func patched(_ changes: [Int: UInt8]) -> [UInt8] {
        var bytes = TorchFile(records: [pickle]).bytes
        for (place, byte) in changes { bytes[place < 0 ? bytes.count + place : place] = byte }
        return bytes
    }

    // The file of the table: local header at 0 (30 + 10 bytes), pickle at 40 (4), directory at 44
    // (46 + 10), end at 100 (22).
    @Test(
        arguments: [
            Malformed("empty file", [], "it does not begin with 'PK'"),
            Malformed(
                "no zip file", Array(repeating: 0, count: 100), "it does not begin with 'PK'"),
            Malformed(
                "legacy", [0x80, 2, 0x8a, 10],
                "it does not begin with 'PK'; save it again with torch 1.6 or newer"
            ),
            Malformed(
                "no end", patched([-22: 0]), "it has no directory at its end; it may be cut short"),
            Malformed(
                "comment", patched([-2: 1]), "it has no directory at its end; it may be cut short"),
            Malformed("parts", patched([-18: 1]), "it is one of several parts"),
            Malformed(
                "more records", patched([-12: 2, -14: 2]), "its directory has no room for 2 records"
            ),
            Malformed(
                "fewer records", patched([-12: 0, -14: 0]),
                "its directory does not end where it says"
            ),
            Malformed("directory start", patched([-6: 45]), "its directory is not where it says"),
            Malformed("directory far", patched([-3: 0xff]), "its directory is not where it says"),
            Malformed("directory entry", patched([44: 0]), "its directory is broken at byte 44"),
            Malformed("long name", patched([44 + 28: 11]), "its directory is broken at byte 44"),
            Malformed("no UTF-8", patched([44 + 46: 0xff]), "its directory is broken at byte 44"),
            Malformed("encrypted", patched([44 + 8: 1]), "record 'x/data.pkl' is encrypted"),
            Malformed(
                "compressed", patched([44 + 10: 8]),
                "record 'x/data.pkl' is compressed, which torch never does"
            ),
            Malformed("two sizes", patched([44 + 20: 5]), "record 'x/data.pkl' has two sizes"),
            Malformed(
                "size", patched([44 + 20: 5, 44 + 24: 5]),
                "record 'x/data.pkl' of 5 bytes does not fit in the file"
            ),
            Malformed(
                "64-bit size",
                patched([44 + 20: 0xff, 44 + 21: 0xff, 44 + 22: 0xff, 44 + 23: 0xff]),
                "record 'x/data.pkl' lacks its 64-bit sizes"
            ),
            Malformed("offset", patched([44 + 42: 1]), "record 'x/data.pkl' is not where it says"),
            Malformed(
                "offset far", patched([44 + 45: 0x7f]), "record 'x/data.pkl' is not where it says"),
            Malformed(
                "local name", patched([30: 0x79]),
                "record 'x/data.pkl' has another name in its own header"
            ),
            Malformed(
                "local length", patched([26: 9]),
                "record 'x/data.pkl' has another name in its own header"
            ),
            Malformed(
                "local extra", patched([28: 1]),
                "record 'x/data.pkl' of 4 bytes does not fit in the file"
            ),
            Malformed(
                "no pickle", TorchFile(records: [("x/data", [])]).bytes,
                "it has 0 records NAME/data.pkl instead of one"
            ),
            Malformed(
                "two pickles", TorchFile(records: [pickle, ("y/data.pkl", [])]).bytes,
                "it has 2 records NAME/data.pkl instead of one"
            ),
            Malformed(
                "same name", TorchFile(records: [pickle, pickle]).bytes,
                "the record 'x/data.pkl' occurs twice"
            ),
            Malformed(
                "byte order",
                TorchFile(records: [pickle, ("x/byteorder", Array("big".utf8))]).bytes,
                "its byte order is not 'little'"
            ),
            Malformed(
                "no instruction", TorchFile(records: [("x/data.pkl", [])]).bytes,
                "pickle: it ends in an instruction"
            ),
        ])
    func brokenArchivesAreRefused(file: Malformed) {
        expectError(.file, "'x.pth' is not a valid torch zip file: \(file.reason)") {
            _ = try TorchArchive(bytes: file.bytes, name: "x.pth")
        }
    }

    @Test func recordsThatShareBytesAreRefused() {
        // The second record hides inside the first one's bytes.
        let inner = TorchFile(records: [("a", [1])]).bytes
        var bytes = TorchFile(records: [("b", Array(inner[..<32])), ("a", [1])]).bytes
        let place = bytes.count - 22 - 47 + 42
        bytes[place] = 31
        expectError(
            .file, "'x.pth' is not a valid torch zip file: two records share the bytes from 31"
        ) { _ = try TorchArchive(bytes: bytes, name: "x.pth") }
    }

    @Test(arguments: ["torch.pth", "torch64.pth"])
    func everyCutOfAGoodFileIsRefused(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for count in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: PipelineError.self) {
                try TorchArchive(bytes: Array(bytes[..<count]), name: "x")
            }
        }
    }
}
