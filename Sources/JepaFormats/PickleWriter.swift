/// Writes a value as the pickle that builds it, protocol 2, as `torch.save` would.
///
/// Tensors are written as views of storages whose keys count from 0, in the order of `tensors`.
struct PickleWriter {
    /// The tensors met so far.
    private(set) var tensors: [StoredTensor] = []
    private var bytes: [UInt8] = [0x80, 2]

    /// The whole pickle.
    func finished() -> [UInt8] { bytes + [UInt8(ascii: ".")] }

    /// Adds the instructions that leave a value on the stack.
    mutating func write(_ value: TorchValue) {
        switch value {
        case .none: add("N")
        case .bool(let value): bytes.append(value ? 0x88 : 0x89)
        case .integer(let value): write(value)
        case .number(let value): add("G", value.bitPattern.bigEndian)
        case .text(let value): write(value)
        case .list(let items):
            add("](")
            for item in items { write(item) }
            add("e")
        case .tuple(let items):
            writeTuple { writer in for item in items { writer.write(item) } }
        case .dictionary(let dictionary):
            add("}(")
            for entry in dictionary.entries {
                switch entry.key {
                case .text(let key): write(key)
                case .integer(let key): write(key)
                }
                write(entry.value)
            }
            add("u")
        case .tensor(let tensor): write(tensor)
        }
    }

    private mutating func write(_ tensor: StoredTensor) {
        writeName("torch._utils", "_rebuild_tensor_v2")
        writeTuple { writer in
            writer.writeTuple { writer in
                writer.write("storage")
                writer.writeName("torch", tensor.element.torchStorage)
                writer.write("\(writer.tensors.count)")
                writer.write("cpu")
                writer.write(tensor.count)
            }
            writer.add("Q")
            writer.write(0)
            for numbers in [tensor.shape, StoredTensor.rowMajorStrides(of: tensor.shape)] {
                writer.writeTuple { writer in for number in numbers { writer.write(number) } }
            }
            writer.bytes.append(0x89)
            // No hooks on gradients.
            writer.writeName("collections", "OrderedDict")
            writer.add(")R")
        }
        add("R")
        tensors.append(tensor)
    }

    private mutating func write(_ text: String) {
        add("X", UInt32(text.utf8.count))
        bytes += Array(text.utf8)
    }

    private mutating func write(_ number: Int) {
        if let small = UInt8(exactly: number) {
            add("K", small)
        } else if let medium = Int32(exactly: number) {
            add("J", medium)
        } else {
            bytes += [0x8a, 8]
            add("", number)
        }
    }

    private mutating func writeName(_ module: String, _ name: String) {
        add("c\(module)\n\(name)\n")
    }

    private mutating func writeTuple(_ items: (inout PickleWriter) -> Void) {
        add("(")
        items(&self)
        add("t")
    }

    private mutating func add(_ instructions: String) { bytes += Array(instructions.utf8) }

    private mutating func add(_ instruction: String, _ argument: some FixedWidthInteger) {
        add(instruction)
        withUnsafeBytes(of: argument.littleEndian) { bytes += Array($0) }
    }
}

extension TensorElement {
    /// What torch calls a storage of the type.
    var torchStorage: String {
        switch self {
        case .float64: "DoubleStorage"
        case .float32: "FloatStorage"
        case .float16: "HalfStorage"
        case .bfloat16: "BFloat16Storage"
        case .int64: "LongStorage"
        case .int32: "IntStorage"
        case .int16: "ShortStorage"
        case .int8: "CharStorage"
        case .uint8: "ByteStorage"
        case .bool: "BoolStorage"
        }
    }
}
