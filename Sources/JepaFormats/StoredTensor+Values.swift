import JepaCore
public import JepaTensor

extension StoredTensor {
    /// The elements as float32, of the tensor's own shape.
    ///
    /// Float16 and bfloat16 are exact, float64 is rounded to nearest, a bool is 0 or 1.
    /// - Throws: `data` if an integer has no exact float32, or a finite float64 would become
    ///   infinite: the numbers used would not be those of the file.
    public func floats() throws -> Tensor {
        let result = Tensor(uninitialized: shape)
        let target = UnsafeMutableBufferPointer(start: result.mutablePointer, count: count)
        try withUnsafeBytes { bytes in
            switch element {
            case .float32:
                UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            case .float64:
                convert(bytes, Double.self, into: target) { Float($0) }
                for (index, value) in target.enumerated() where value.isInfinite {
                    let stored = bytes.loadUnaligned(fromByteOffset: index * 8, as: Double.self)
                    if stored.isFinite { throw unrepresentable("\(stored)", at: index) }
                }
            case .float16:
                convert(bytes, UInt16.self, into: target, floatOfHalf)
            case .bfloat16:
                convert(bytes, UInt16.self, into: target) { Float(bitPattern: UInt32($0) << 16) }
            case .int64, .int32:
                for (index, value) in integers(in: bytes).enumerated() {
                    guard let exact = Float(exactly: value) else {
                        throw unrepresentable("\(value)", at: index)
                    }
                    target[index] = exact
                }
            case .int16: convert(bytes, Int16.self, into: target) { Float($0) }
            case .int8: convert(bytes, Int8.self, into: target) { Float($0) }
            case .uint8: convert(bytes, UInt8.self, into: target) { Float($0) }
            case .bool: convert(bytes, UInt8.self, into: target) { $0 == 0 ? 0 : 1 }
            }
        }
        return result
    }

    /// The elements of an integer or bool tensor in row-major order.
    ///
    /// - Throws: `data` if the elements are floating-point numbers.
    public func integers() throws -> [Int64] {
        guard !element.isFloatingPoint else {
            throw PipelineError(
                .data,
                "tensor \(quoted(name)) of \(quoted(file.name)) holds \(element), not integers")
        }
        return withUnsafeBytes { integers(in: $0) }
    }

    private func integers(in bytes: UnsafeRawBufferPointer) -> [Int64] {
        [Int64](unsafeUninitializedCapacity: count) { target, written in
            switch element {
            case .int64: UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
            case .int32: convert(bytes, Int32.self, into: target) { Int64($0) }
            case .int16: convert(bytes, Int16.self, into: target) { Int64($0) }
            case .int8: convert(bytes, Int8.self, into: target) { Int64($0) }
            case .uint8: convert(bytes, UInt8.self, into: target) { Int64($0) }
            case .bool: convert(bytes, UInt8.self, into: target) { $0 == 0 ? 0 : 1 }
            case .float32, .float64, .float16, .bfloat16:
                preconditionFailure("\(element) is not an integer type")
            }
            written = count
        }
    }

    private func unrepresentable(_ value: String, at index: Int) -> PipelineError {
        PipelineError(
            .data,
            "tensor \(quoted(name)) of \(quoted(file.name)): element \(index) is \(value), "
                + "which float32 cannot hold")
    }

    private func convert<Stored: BitwiseCopyable, Value>(
        _ bytes: UnsafeRawBufferPointer, _ type: Stored.Type,
        into target: UnsafeMutableBufferPointer<Value>, _ value: (Stored) -> Value
    ) {
        guard let output = target.baseAddress else { return }
        let width = MemoryLayout<Stored>.stride
        for index in 0..<count {
            let stored = bytes.loadUnaligned(fromByteOffset: index * width, as: type)
            (output + index).initialize(to: value(stored))
        }
    }
}

/// The float32 of the same value as IEEE binary16 bits.
///
/// Written out because `Float16` is not available on every platform.
private func floatOfHalf(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10) & 0x1f
    let fraction = UInt32(half & 0x3ff)
    switch exponent {
    case 0:
        // Zero and subnormals: the fraction counts units of 2^-24.
        let magnitude = Float(fraction) * 0x1p-24
        return Float(bitPattern: sign | magnitude.bitPattern)
    case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
