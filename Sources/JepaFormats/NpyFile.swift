import JepaCore
public import JepaTensor

/// Files of one array in numpy's own format, `.npy`.
///
/// Layout: `\x93NUMPY`, version, length of the header, the header (a Python dictionary), the
/// elements. Version 1.0 is written; 1.0 and 2.0 are read, little-endian, in C or Fortran order.
/// Source: numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
public enum NpyFile {
    private static let kind = "npy"
    private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// numpy itself refuses longer headers.
    private static let maximumHeaderByteCount = 10_000
    private static let maximumRank = 64

    /// Writes a tensor as float32.
    public static func write(_ tensor: Tensor, to path: String) throws {
        try write(.float32, shape: tensor.shape, to: path) { append in
            try withExtendedLifetime(tensor) {
                try append(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.count * 4))
            }
        }
    }

    /// Writes integers in row-major order.
    public static func write(_ integers: [Int64], shape: [Int], to path: String) throws {
        try write(.int64, shape: shape, to: path) { append in
            try integers.withUnsafeBytes { try append($0) }
        }
    }

    /// Writes an array whose row-major bytes come bit by bit, as in a long series of features.
    ///
    /// - Parameter body: appends all bytes, in pieces of any size.
    /// - Throws: `file` if the system refuses, `value` if numpy has no such type.
    /// - Precondition: the appended bytes fill the shape exactly.
    public static func write(
        _ element: TensorElement, shape: [Int], to path: String,
        _ body: (_ append: (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        guard let descr = element.numpyName else {
            throw PipelineError(.value, "numpy has no \(element); write float32 instead")
        }
        let lengths = shape.map { "\($0)," }.joined(separator: " ")
        // Python writes (3, 4) but (3,) for one axis.
        let tuple = shape.count > 1 ? String(lengths.dropLast()) : lengths
        var header = Array(
            "{'descr': '\(descr)', 'fortran_order': False, 'shape': (\(tuple)), }".utf8)
        // The data begins at a multiple of 64, the header ends in a line feed.
        header += Array(repeating: 0x20, count: 63 - (magic.count + 4 + header.count) % 64) + [0x0a]
        let lengthBytes = [UInt8(header.count & 0xff), UInt8(header.count >> 8)]
        let dataCount = shape.reduce(element.byteCount, *)
        try AtomicFile.write(to: path) { file in
            try file.append(magic + [1, 0] + lengthBytes + header)
            let start = file.byteCount
            try body { try file.append($0) }
            precondition(
                file.byteCount - start == dataCount,
                "\(file.byteCount - start) bytes do not fill \(element) of shape \(shape)")
        }
    }

    /// Maps the array of a file; its name is the path.
    ///
    /// - Throws: `file` if it cannot be read, breaks a rule of the format, or has a type that is
    ///   not a `TensorElement`.
    public static func read(_ path: String) throws -> StoredTensor {
        try read(FileBytes(path: path))
    }

    /// Reads a file that is already in memory; `name` stands for its path in messages.
    public static func read(bytes: [UInt8], name: String) throws -> StoredTensor {
        try read(FileBytes(bytes, name: name))
    }

    private static func read(_ file: FileBytes) throws -> StoredTensor {
        let bytes = file.bytes
        func damaged(_ reason: String) -> PipelineError {
            PipelineError.damaged(file.name, as: kind, reason)
        }
        guard bytes.count >= 12, bytes.starts(with: magic) else {
            throw damaged("it does not begin with \\x93NUMPY and a version")
        }
        let (major, minor) = (bytes[6], bytes[7])
        guard major == 1 || major == 2, minor == 0 else {
            throw damaged("its version is \(major).\(minor), known are 1.0 and 2.0")
        }
        let first = major == 1 ? 10 : 12
        let length = (8..<first).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
        guard length <= maximumHeaderByteCount else {
            throw damaged("its header length \(length) exceeds \(maximumHeaderByteCount)")
        }
        guard first + length <= bytes.count else {
            throw damaged("its header of \(length) bytes does not fit in a file of \(bytes.count)")
        }
        let (element, isFortran, shape) = try header(
            UnsafeRawBufferPointer(rebasing: bytes[first..<first + length]), of: file.name)
        guard let needed = byteCount(of: shape, element) else {
            throw damaged("the shape \(shape) has too many elements")
        }
        guard needed == bytes.count - first - length else {
            throw damaged(
                "shape \(shape) of \(element) takes \(needed) bytes, "
                    + "but \(bytes.count - first - length) follow the header")
        }
        let strides = isFortran ? StoredTensor.rowMajorStrides(of: shape.reversed()) : nil
        return StoredTensor(
            file.name, element, shape: shape, strides: strides?.reversed(), file: file,
            start: first + length)
    }

    private static func header(
        _ bytes: UnsafeRawBufferPointer, of file: String
    ) throws -> (TensorElement, isFortran: Bool, shape: [Int]) {
        var scanner = HeaderScanner(bytes, of: file, kind: kind)
        var element: TensorElement?
        var isFortran: Bool?
        var shape: [Int]?
        try scanner.expect("{")
        while !scanner.take("}") {
            let key = try scanner.string(quote: "'")
            try scanner.expect(":")
            switch key {
            case "descr" where element == nil:
                let descr = try scanner.string(quote: "'")
                element = TensorElement.allCases.first { $0.numpyName == descr }
                guard element != nil else {
                    let known = TensorElement.allCases.compactMap(\.numpyName)
                    throw scanner.damaged(
                        "the type \(quoted(descr)) is not one of \(known.joined(separator: ", "))")
                }
            case "fortran_order" where isFortran == nil:
                isFortran = try scanner.word(["True", "False"]) == "True"
            case "shape" where shape == nil:
                shape = try scanner.integers("(", ")", atMost: maximumRank, trailingComma: true)
            default:
                throw scanner.damaged(
                    "the key \(quoted(key)) occurs twice or is not one of "
                        + "descr, fortran_order, shape")
            }
            if scanner.take(",") { continue }
            try scanner.expect("}")
            break
        }
        guard scanner.isAtEnd() else { throw scanner.damaged("something follows the '}'") }
        guard let element, let isFortran, let shape else {
            throw scanner.damaged("one of descr, fortran_order, shape is missing")
        }
        return (element, isFortran, shape)
    }
}
