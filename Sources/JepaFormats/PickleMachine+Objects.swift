import JepaCore

/// What a pickle may name, and what calling it makes.
extension PickleMachine {
    /// What a pickle may name.
    enum Callable {
        case rebuildTensor, rebuildParameter, orderedDictionary, size
        case storage(TensorElement)

        init?(_ name: String) {
            switch name {
            case "torch._utils._rebuild_tensor_v2": self = .rebuildTensor
            case "torch._utils._rebuild_parameter": self = .rebuildParameter
            case "collections.OrderedDict": self = .orderedDictionary
            case "torch.Size": self = .size
            case "torch.DoubleStorage": self = .storage(.float64)
            case "torch.FloatStorage": self = .storage(.float32)
            case "torch.HalfStorage": self = .storage(.float16)
            case "torch.BFloat16Storage": self = .storage(.bfloat16)
            case "torch.LongStorage": self = .storage(.int64)
            case "torch.IntStorage": self = .storage(.int32)
            case "torch.ShortStorage": self = .storage(.int16)
            case "torch.CharStorage": self = .storage(.int8)
            case "torch.ByteStorage": self = .storage(.uint8)
            case "torch.BoolStorage": self = .storage(.bool)
            default: return nil
            }
        }
    }

    mutating func name() throws {
        let name = "\(try line()).\(try line())"
        guard let callable = Callable(name) else {
            throw PipelineError(
                .file,
                "\(quoted(storages.file.name)) is refused for \(quoted(name)): only tensors, "
                    + "numbers, texts, lists, tuples, dictionaries and None are read")
        }
        push(.callable(callable))
    }

    /// Python objects have attributes beside their contents; those of an `OrderedDict` (torch keeps
    /// version numbers of modules there) are no data of the checkpoint and are left out.
    mutating func setState(_ state: Item) throws {
        _ = try openDictionary()
        guard case .dictionary? = kind(of: state) else {
            throw damaged("the attributes before byte \(position) are not a dictionary")
        }
    }

    mutating func call(_ function: Item, _ arguments: Item) throws {
        guard case .callable(let callable)? = kind(of: function),
            let arguments = tuple(arguments)
        else { throw damaged("the call before byte \(position) is not one of a known name") }
        switch callable {
        case .orderedDictionary where arguments.isEmpty: push(.dictionary)
        case .size where arguments.count == 1:
            guard let sizes = tuple(arguments[0]) else { throw wrongArguments(of: "torch.Size") }
            push(.tuple, sizes)
        case .rebuildTensor where 6...7 ~= arguments.count:
            guard case .storage(let block)? = kind(of: arguments[0]),
                case .integer(let offset) = arguments[1],
                let shape = integers(arguments[2]), let strides = integers(arguments[3])
            else { throw wrongArguments(of: "_rebuild_tensor_v2") }
            push(.tensor(tensors.count))
            tensors.append(
                try storages.tensor(blocks[block], offset: offset, shape: shape, strides: strides))
        case .rebuildParameter where arguments.count == 3:
            guard case .tensor? = kind(of: arguments[0]) else {
                throw wrongArguments(of: "_rebuild_parameter")
            }
            stack.append(arguments[0])
        default: throw damaged("the call before byte \(position) has wrong arguments")
        }
    }

    /// `('storage', type, key, device, count)`: the device is where the writer had it.
    mutating func persistentStorage(_ item: Item) throws {
        guard let parts = tuple(item), parts.count == 5, case .text("storage") = parts[0],
            case .callable(.storage(let element))? = kind(of: parts[1]),
            case .text(let key) = parts[2], case .integer(let count) = parts[4]
        else { throw damaged("the reference before byte \(position) is not one to a storage") }
        push(.storage(blocks.count))
        blocks.append(try storages.storage(key, element, count: count))
    }

    private func kind(of item: Item) -> Kind? {
        if case .node(let number) = item { nodes[number].kind } else { nil }
    }

    private func tuple(_ item: Item) -> [Item]? {
        guard case .node(let number) = item, case .tuple = nodes[number].kind else { return nil }
        return nodes[number].items
    }

    private func integers(_ item: Item) -> [Int]? {
        guard let items = tuple(item) else { return nil }
        var numbers: [Int] = []
        for item in items {
            guard case .integer(let number) = item else { return nil }
            numbers.append(number)
        }
        return numbers
    }

    private func wrongArguments(of function: String) -> PipelineError {
        damaged("\(function) before byte \(position) has wrong arguments")
    }
}
