/// The best entries seen so far, in falling order of similarity.
package struct Neighbours: Sendable {
    /// How many are kept.
    package let limit: Int
    /// Of each entry.
    package private(set) var similarities: [Float] = []
    /// Where each entry stands.
    package private(set) var indices: [Int] = []

    /// No entries yet.
    package init(limit: Int) { self.limit = limit }

    /// Takes in a run of bank entries; runs come in rising order, so that the first of equals stays.
    package mutating func offer(_ row: UnsafePointer<Float>, from bank: Range<Int>) {
        var floor = similarities.count < limit ? -Float.infinity : similarities[limit - 1]
        for offset in 0..<bank.count where row[offset] > floor {
            let index = bank.lowerBound + offset
            var place = similarities.count
            while place > 0, similarities[place - 1] < row[offset] { place -= 1 }
            if similarities.count == limit {
                similarities.removeLast()
                indices.removeLast()
            }
            similarities.insert(row[offset], at: place)
            indices.insert(index, at: place)
            if similarities.count == limit { floor = similarities[limit - 1] }
        }
    }
}
