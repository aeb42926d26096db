extension Tape {
    /// The same elements under another shape of the same count; nothing is copied.
    public func reshape(_ x: Variable, _ shape: [Int]) -> Variable {
        let (slot, original) = (x.slot, x.shape)
        return record(x.value.reshaped(shape), keeps: keeps(x)) { gradient in
            slot?.accumulate(gradient.reshaped(original))
        }
    }
}
