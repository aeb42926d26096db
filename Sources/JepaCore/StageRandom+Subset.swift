extension StageRandom {
    /// Some of the elements in their order, every subset equally likely. Traps if there are fewer.
    ///
    /// Source: selection sampling, Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S.
    public mutating func subset<Element>(of elements: [Element], count: Int) -> [Element] {
        precondition(
            0...elements.count ~= count, "\(count) of \(elements.count) elements cannot be chosen")
        var chosen: [Element] = []
        chosen.reserveCapacity(count)
        for (position, element) in elements.enumerated() where chosen.count < count {
            if integer(in: 0..<elements.count - position) < count - chosen.count {
                chosen.append(element)
            }
        }
        return chosen
    }
}
