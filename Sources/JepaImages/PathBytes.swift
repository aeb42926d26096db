#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A path in the bytes of the file system, which need not be UTF-8.
///
/// Ordered by bytes, the same under every locale; names that differ only in their Unicode
/// normalisation are different.
public struct PathBytes: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bytes, without a closing zero.
    public let bytes: [UInt8]

    static let separator = UInt8(ascii: "/")

    /// A path as the file system gives it.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A path as a text.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// Whether this names nothing: the folder that other paths are relative to.
    public var isEmpty: Bool { bytes.isEmpty }

    /// A path below this one.
    public func appending(_ path: PathBytes) -> PathBytes {
        isEmpty ? path : PathBytes(bytes + [Self.separator] + path.bytes)
    }

    /// The first folder of a relative path; nil if it is a name alone.
    public var firstFolder: PathBytes? {
        bytes.firstIndex(of: Self.separator).map { PathBytes(Array(bytes[..<$0])) }
    }

    public static func < (a: PathBytes, b: PathBytes) -> Bool {
        a.bytes.withUnsafeBytes { left in
            b.bytes.withUnsafeBytes { right in
                guard let x = left.baseAddress, let y = right.baseAddress else {
                    return left.count < right.count
                }
                let order = memcmp(x, y, min(left.count, right.count))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
    }

    /// The path as messages show it: control characters and what is not UTF-8 are escaped.
    public var description: String {
        var text = ""
        var rest = bytes[...]
        while let byte = rest.first {
            var decoder = UTF8()
            var iterator = rest.makeIterator()
            if case .scalarValue(let scalar) = decoder.decode(&iterator),
                scalar.properties.generalCategory != .control
            {
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                let hex = String(byte, radix: 16, uppercase: true)
                text += byte == UInt8(ascii: "\n") ? "\\n" : (byte < 16 ? "\\x0" : "\\x") + hex
                rest = rest.dropFirst()
            }
        }
        return text
    }

    /// Calls with the path as C has it.
    func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        (bytes + [0]).withUnsafeBytes {
            body($0.baseAddress!.assumingMemoryBound(to: CChar.self))
        }
    }
}

/// An error code of the system in its own words.
package func systemMessage(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
}
