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

    /// A copy of the last columns of `[n, D]`, `[n, width]`; the tensor itself if it has no more.
    package func lastColumns(_ width: Int) -> Tensor {
        let (count, all) = (shape[0], shape[1])
        guard width < all else { return self }
        let result = Tensor(uninitialized: [count, width])
        for row in 0..<count {
            (result.mutablePointer + row * width)
                .update(from: pointer + (row + 1) * all - width, count: width)
        }
        return result
    }

    /// The column of the largest number in each row of `[n, C]`; of equal ones the first.
    ///
    /// Nil for a row that holds no number at all, as those of a training that has diverged.
    package func largestColumns() -> [Int?] {
        let (count, width) = (shape[0], shape[1])
        return (0..<count).map { row in
            let values = pointer + row * width
            var best: Int?
            for column in 0..<width where !values[column].isNaN {
                if best.map({ values[column] > values[$0] }) ?? true { best = column }
            }
            return best
        }
    }
}
