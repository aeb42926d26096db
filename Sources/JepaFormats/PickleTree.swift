import JepaCore

/// Turns what a pickle has built into values that hold each other, within bounds.
///
/// Nodes may refer to each other in circles, in any depth, and so often that the written-out tree
/// would be larger than any memory; a checkpoint does nothing of the kind.
struct PickleTree {
    private static let maximumDepth = 100
    private static let maximumValueCount = 2 << 20

    private enum State {
        case unknown
        case open
        /// `height` levels of containers, `count` values if written out.
        case done(TorchValue, height: Int, count: Int)
    }

    private let machine: PickleMachine
    private let file: String
    private var states: [State]

    /// A tree of what a machine has built.
    init(_ machine: PickleMachine, file: String) {
        self.machine = machine
        self.file = file
        states = Array(repeating: .unknown, count: machine.nodes.count)
    }

    /// The value of an item and everything below it.
    func value(of item: PickleMachine.Item) throws -> TorchValue {
        var tree = self
        return try tree.visit(item, depth: 0).value
    }

    private mutating func visit(
        _ item: PickleMachine.Item, depth: Int
    ) throws -> (value: TorchValue, height: Int, count: Int) {
        switch item {
        case .none: return (.none, 0, 1)
        case .bool(let value): return (.bool(value), 0, 1)
        case .integer(let value): return (.integer(value), 0, 1)
        case .number(let value): return (.number(value), 0, 1)
        case .text(let value): return (.text(value), 0, 1)
        case .node(let number):
            switch states[number] {
            case .done(let value, let height, let count): return (value, height, count)
            case .open: throw machine.damaged("a container holds itself")
            case .unknown: break
            }
            guard depth < Self.maximumDepth else { throw tooDeep() }
            states[number] = .open
            let result = try build(machine.nodes[number], depth: depth)
            states[number] = .done(result.value, height: result.height, count: result.count)
            return result
        }
    }

    private mutating func build(
        _ node: PickleMachine.Node, depth: Int
    ) throws -> (value: TorchValue, height: Int, count: Int) {
        var values: [TorchValue] = []
        var (height, count) = (0, 1)
        for item in node.items {
            let below = try visit(item, depth: depth + 1)
            values.append(below.value)
            height = max(height, below.height)
            count += below.count
            guard count <= Self.maximumValueCount else {
                throw machine.damaged("it holds more than \(Self.maximumValueCount) values")
            }
        }
        guard height < Self.maximumDepth else { throw tooDeep() }
        let value: TorchValue
        switch node.kind {
        case .list: value = .list(values)
        case .tuple: value = .tuple(values)
        case .dictionary: value = .dictionary(try dictionary(values))
        case .tensor(let number): value = .tensor(machine.tensors[number])
        case .callable, .storage:
            throw machine.damaged("a class or a bare storage stands where a value is expected")
        }
        return (value, height + 1, count)
    }

    private func dictionary(_ values: [TorchValue]) throws -> TorchDictionary {
        var dictionary = TorchDictionary()
        for index in stride(from: 0, to: values.count, by: 2) {
            let key: TorchDictionary.Key
            switch values[index] {
            case .text(let text): key = .text(text)
            case .integer(let number): key = .integer(number)
            default:
                throw machine.damaged(
                    "a \(values[index].kind) is a key; only texts and whole numbers are read")
            }
            guard dictionary.add(key, values[index + 1]) else {
                throw machine.damaged("the key \(quoted("\(key)")) occurs twice")
            }
        }
        return dictionary
    }

    private func tooDeep() -> PipelineError {
        machine.damaged("it nests more than \(Self.maximumDepth) levels")
    }
}
