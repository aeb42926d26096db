extension Tensor {
    /// Copies of some rows of the first axis, in the order of `indices`.
    public func rows(at indices: [Int]) -> Tensor {
        precondition(
            !shape.isEmpty && indices.allSatisfy((0..<shape[0]).contains),
            "not all of \(indices.count) rows are in \(shape)")
        let width = shape.dropFirst().reduce(1, *)
        let result = Tensor(uninitialized: [indices.count] + shape.dropFirst())
        for (place, row) in indices.enumerated() {
            (result.mutablePointer + place * width)
                .update(from: pointer + row * width, count: width)
        }
        return result
    }
}
