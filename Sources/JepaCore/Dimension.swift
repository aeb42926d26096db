/// The length of an axis: a number, a letter, or a product such as `M*B`.
public struct Dimension: Hashable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
{
    /// The number all letters are multiplied by.
    let factor: Int
    /// The letters, sorted; one that appears twice is squared.
    let symbols: [String]

    init(factor: Int, symbols: [String]) {
        self.factor = factor
        self.symbols = symbols.sorted()
    }

    /// A number.
    public init(_ length: Int) { self.init(factor: length, symbols: []) }

    /// A product of letters and numbers: `"M*B"`.
    public init(_ product: String) {
        let terms = product.split(separator: "*").map { $0.filter { $0 != " " } }
        let numbers = terms.compactMap { Int($0) }
        self.init(factor: numbers.reduce(1, *), symbols: terms.filter { Int($0) == nil })
    }

    public init(integerLiteral value: Int) { self.init(value) }
    public init(stringLiteral value: String) { self.init(value) }

    /// The number, if no letter is left.
    public var length: Int? { symbols.isEmpty ? factor : nil }

    /// The number under an assignment of the letters, if it has them all.
    func length(with sizes: [String: Int]) -> Int? {
        var product = factor
        for symbol in symbols {
            guard let size = sizes[symbol] else { return nil }
            product *= size
        }
        return product
    }

    public var description: String {
        // The batch is written last, as in `M*B`.
        let letters = symbols.filter { $0 != "B" } + symbols.filter { $0 == "B" }
        let numbers = factor == 1 && !letters.isEmpty ? [] : ["\(factor)"]
        return (numbers + letters).joined(separator: "*")
    }
}
