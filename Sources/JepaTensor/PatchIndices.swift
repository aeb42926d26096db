/// Which patches are **kept**, as row-major indices into the patch grid, `[M, B, K]`.
///
/// A context mask has `M = 1`; target masks have one `[B, K]` table per target block. Masks of
/// MAE papers list the patches that are *removed*; these list those that remain.
public struct PatchIndices: Equatable, Sendable {
    /// Target blocks per image, `M`.
    public let blocks: Int
    /// Images, `B`.
    public let batch: Int
    /// Patches kept by each mask, `K`.
    public let kept: Int
    /// The indices, `[M, B, K]` in row-major order.
    public let values: [Int32]

    /// A table of indices.
    public init(blocks: Int, batch: Int, kept: Int, values: [Int32]) {
        precondition(
            values.count == blocks * batch * kept,
            "\(values.count) indices do not fill [\(blocks), \(batch), \(kept)]")
        self.blocks = blocks
        self.batch = batch
        self.kept = kept
        self.values = values
    }

    /// The indices of one mask: block `m` of image `b`.
    public subscript(block m: Int, image b: Int) -> ArraySlice<Int32> {
        let start = (m * batch + b) * kept
        return values[start..<start + kept]
    }

    /// The masks of the images `range`, for a part of a batch.
    public func images(_ range: Range<Int>) -> PatchIndices {
        var part: [Int32] = []
        part.reserveCapacity(blocks * range.count * kept)
        for m in 0..<blocks {
            part +=
                values[
                    (m * batch + range.lowerBound) * kept..<(m * batch + range.upperBound) * kept]
        }
        return PatchIndices(blocks: blocks, batch: range.count, kept: kept, values: part)
    }
}

extension PatchIndices {
    /// The mask that keeps every patch, `[1, B, N]`.
    public static func all(batch: Int, patches: Int) -> PatchIndices {
        let row = (0..<patches).map { Int32($0) }
        return PatchIndices(
            blocks: 1, batch: batch, kept: patches,
            values: (0..<batch).flatMap { _ in row })
    }

    /// Traps if an index names no patch: a kernel would read or write outside its tensor.
    func check(below patches: Int) {
        for index in values where index < 0 || index >= patches {
            fatalError("patch \(index) does not exist: there are \(patches)")
        }
    }
}
