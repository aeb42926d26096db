import JepaCore

/// Interprets a pickle that builds data, with the instructions that `torch.save` uses.
///
/// A pickle is a list of instructions for a machine with a stack and a memo. This one knows no
/// classes and no functions: `GLOBAL` may name what `Callable` lists, which stands for building a
/// tensor, and `REDUCE` can call nothing else. Containers live side by side in `nodes` and refer
/// to each other by number, so that no depth of nesting, and no cycle, costs stack or memory.
/// Source: Python's pickletools.py, protocol 2.
struct PickleMachine {
    /// A value on the stack.
    enum Item {
        case none
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
        /// The number of a node.
        case node(Int)
    }

    /// What a node is.
    enum Kind {
        case list
        case tuple
        /// Its items are key, value, key, value.
        case dictionary
        case callable(Callable)
        /// The number of a storage.
        case storage(Int)
        /// The number of a tensor.
        case tensor(Int)
    }

    /// A container or an object.
    struct Node {
        let kind: Kind
        var items: [Item] = []
    }

    /// More instructions than any checkpoint has; they bound the memory that a pickle can ask for.
    private static let maximumInstructionCount = 2 << 20

    /// The containers and objects made so far.
    private(set) var nodes: [Node] = []
    /// The tensors made so far.
    var tensors: [StoredTensor] = []
    /// The storages named so far.
    var blocks: [TorchStorages.Storage] = []
    /// Where the numbers are.
    var storages: TorchStorages

    private let bytes: UnsafeRawBufferPointer
    /// The next byte to read.
    private(set) var position = 0
    /// What instructions work on.
    var stack: [Item] = []
    private var marks: [Int] = []
    private var memo: [Int: Item] = [:]

    /// A machine for a pickle that must outlive it.
    init(_ bytes: UnsafeRawBufferPointer, storages: TorchStorages) {
        self.bytes = bytes
        self.storages = storages
    }

    /// Runs the pickle to its end.
    ///
    /// - Returns: the object it has built, which may refer to `nodes`.
    mutating func run() throws -> Item {
        for _ in 0..<Self.maximumInstructionCount {
            let start = position
            let code = try byte()
            if code == UInt8(ascii: ".") {
                guard stack.count == 1, marks.isEmpty, position == bytes.count else {
                    throw damaged("it ends at byte \(start) with something left over")
                }
                return stack[0]
            }
            try execute(code, at: start)
        }
        throw damaged("it has more than \(Self.maximumInstructionCount) instructions")
    }

    /// What makes the pickle invalid.
    func damaged(_ reason: String) -> PipelineError {
        storages.archive.damaged("pickle: \(reason)")
    }

    private mutating func execute(_ code: UInt8, at start: Int) throws {
        switch Unicode.Scalar(code) {
        case "\u{80}":
            let version = try byte()
            guard version == 2 else {
                throw damaged(
                    "its protocol is \(version); torch.save writes 2 unless told otherwise")
            }
        case "N": stack.append(.none)
        case "\u{88}": stack.append(.bool(true))
        case "\u{89}": stack.append(.bool(false))
        case "K": stack.append(.integer(Int(try byte())))
        case "M": stack.append(.integer(Int(try number(2))))
        case "J": stack.append(.integer(Int(Int32(truncatingIfNeeded: try number(4)))))
        case "\u{8a}": stack.append(.integer(try longInteger()))
        case "G": stack.append(.number(Double(bitPattern: try number(8).byteSwapped)))
        case "X": stack.append(.text(try text(count: Int(try number(4)))))
        case "]": push(.list, [])
        case "}": push(.dictionary, [])
        case ")": push(.tuple, [])
        case "\u{85}": push(.tuple, try pop(1))
        case "\u{86}": push(.tuple, try pop(2))
        case "\u{87}": push(.tuple, try pop(3))
        case "t": push(.tuple, try popToMark())
        case "(": marks.append(stack.count)
        case "a": try extendList(with: try pop(1))
        case "e": try extendList(with: try popToMark())
        case "s": try extendDictionary(with: try pop(2))
        case "u": try extendDictionary(with: try popToMark())
        case "q": memo[Int(try byte())] = try top()
        case "r": memo[Int(try number(4))] = try top()
        case "h": try recall(Int(try byte()))
        case "j": try recall(Int(try number(4)))
        case "c": try name()
        case "Q": try persistentStorage(try pop(1)[0])
        case "R":
            let arguments = try pop(2)
            try call(arguments[0], arguments[1])
        case "b": try setState(try pop(1)[0])
        default:
            throw damaged(
                "the instruction 0x\(String(code, radix: 16)) at byte \(start) is refused")
        }
    }

    // MARK: Reading

    private mutating func byte() throws -> UInt8 {
        guard position < bytes.count else { throw damaged("it ends in an instruction") }
        position += 1
        return bytes[position - 1]
    }

    private mutating func number(_ width: Int) throws -> UInt64 {
        var value: UInt64 = 0
        for place in 0..<width { value |= UInt64(try byte()) << (8 * UInt64(place)) }
        return value
    }

    /// A two's complement number of any length that fits in 64 bits.
    private mutating func longInteger() throws -> Int {
        let width = Int(try byte())
        guard width <= 8 else { throw damaged("an integer of \(width) bytes exceeds 64 bits") }
        guard width > 0 else { return 0 }
        let shift = 64 - 8 * width
        return Int(truncatingIfNeeded: Int64(bitPattern: try number(width) << shift) >> shift)
    }

    private mutating func text(count: Int) throws -> String {
        guard count <= bytes.count - position else { throw damaged("a text goes beyond its end") }
        let first = position
        position += count
        guard let text = String(validating: bytes[first..<position], as: UTF8.self) else {
            throw damaged("the text at byte \(first) is not UTF-8")
        }
        return text
    }

    mutating func line() throws -> String {
        guard let end = bytes[position...].firstIndex(of: 0x0a) else {
            throw damaged("a name goes beyond its end")
        }
        defer { position = end + 1 }
        return try text(count: end - position)
    }

    // MARK: The stack

    mutating func push(_ kind: Kind, _ items: [Item] = []) {
        stack.append(.node(nodes.count))
        nodes.append(Node(kind: kind, items: items))
    }

    private func top() throws -> Item {
        guard let item = stack.last, stack.count > marks.last ?? 0 else { throw emptyStack() }
        return item
    }

    private mutating func pop(_ count: Int) throws -> [Item] {
        guard stack.count - count >= marks.last ?? 0 else { throw emptyStack() }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws -> [Item] {
        guard let mark = marks.popLast() else { throw damaged("a mark is missing") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private mutating func recall(_ number: Int) throws {
        guard let item = memo[number] else { throw damaged("nothing is remembered as \(number)") }
        stack.append(item)
    }

    private func emptyStack() -> PipelineError {
        damaged("an instruction before byte \(position) has nothing to work on")
    }

    /// The node on top of the stack, which an instruction is about to fill.
    private func openNode(_ wanted: String, _ isWanted: (Kind) -> Bool) throws -> Int {
        guard case .node(let number) = try top(), isWanted(nodes[number].kind) else {
            throw damaged("an instruction before byte \(position) needs \(wanted)")
        }
        return number
    }

    private mutating func extendList(with items: [Item]) throws {
        let list = try openNode("a list") { if case .list = $0 { true } else { false } }
        nodes[list].items += items
    }

    private mutating func extendDictionary(with items: [Item]) throws {
        guard items.count.isMultiple(of: 2) else { throw damaged("a key has no value") }
        nodes[try openDictionary()].items += items
    }

    func openDictionary() throws -> Int {
        try openNode("a dictionary") { if case .dictionary = $0 { true } else { false } }
    }
}
