/// Finds out what the letters of all sockets stand for.
///
/// Letters belong to their stage (`masks.K`), except `B`, the batch, which is the same everywhere.
struct ShapeUnifier {
    private var bindings: [String: Dimension] = [:]

    /// A dimension as a stage writes it, with its letters made the stage's own.
    static func scoped(_ dimension: Dimension, to stage: String) -> Dimension {
        Dimension(
            factor: dimension.factor,
            symbols: dimension.symbols.map { $0 == "B" ? $0 : "\(stage).\($0)" })
    }

    /// States what a letter of a stage stands for.
    ///
    /// - Returns: False if it already stands for something else.
    mutating func bind(_ symbol: String, of stage: String, to dimension: Dimension) -> Bool {
        unify(
            Self.scoped(Dimension(symbol), to: stage), Self.scoped(dimension, to: stage))
    }

    /// Makes two dimensions equal.
    ///
    /// - Returns: False if they cannot be.
    mutating func unify(_ a: Dimension, _ b: Dimension) -> Bool {
        let (a, b) = Self.cancelled(resolve(a), resolve(b))
        if a == b { return true }
        // The letter of `a`, the source of an edge, is kept where there is a choice.
        if b.factor == 1, b.symbols.count == 1, !a.symbols.contains(b.symbols[0]) {
            return assign(b.symbols[0], a)
        }
        if a.factor == 1, a.symbols.count == 1, !b.symbols.contains(a.symbols[0]) {
            return assign(a.symbols[0], b)
        }
        // Two products with letters on both sides may still turn out equal; numbers may not.
        return !a.symbols.isEmpty && !b.symbols.isEmpty
    }

    /// The dimension with every known letter replaced.
    func resolve(_ dimension: Dimension) -> Dimension {
        var factor = dimension.factor
        var open: [String] = []
        for symbol in dimension.symbols {
            if let bound = bindings[symbol].map(resolve) {
                factor *= bound.factor
                open += bound.symbols
            } else {
                open.append(symbol)
            }
        }
        return Dimension(factor: factor, symbols: open)
    }

    /// The shape of a socket as far as it is known: `[B, 196, 384]`.
    func text(of socket: Socket, at stage: String) -> String {
        let axes = socket.shape.map { axis in
            let known = resolve(Self.scoped(Dimension(axis), to: stage))
            let letters = known.symbols.map { String($0.split(separator: ".").last ?? "") }
            return "\(Dimension(factor: known.factor, symbols: letters))"
        }
        return "[" + axes.joined(separator: ", ") + "]"
    }

    /// The batch is not a letter to be solved for: nothing may make it a number.
    private mutating func assign(_ symbol: String, _ dimension: Dimension) -> Bool {
        if symbol != "B" {
            bindings[symbol] = dimension
            return true
        }
        guard dimension.factor == 1, dimension.symbols.count == 1 else { return false }
        bindings[dimension.symbols[0]] = Dimension("B")
        return true
    }

    /// Both sides without the letters and the number they share.
    private static func cancelled(_ a: Dimension, _ b: Dimension) -> (Dimension, Dimension) {
        var rest = b.symbols
        var own: [String] = []
        for symbol in a.symbols {
            if let index = rest.firstIndex(of: symbol) {
                rest.remove(at: index)
            } else {
                own.append(symbol)
            }
        }
        // Nothing can be divided by zero: two sides of no elements keep their zeros.
        let shared = a.factor == b.factor && a.factor > 0 ? a.factor : 1
        return (
            Dimension(factor: a.factor / shared, symbols: own),
            Dimension(factor: b.factor / shared, symbols: rest)
        )
    }
}
