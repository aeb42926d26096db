package import JepaTensor

/// How the last block of an encoder gets by with fewer tokens when only some are wanted.
package enum GatherPlan: Equatable {
    /// All tokens are computed.
    case everything
    /// Those of each mask, some perhaps several times.
    case rows(PatchIndices)
    /// Each wanted token of an image once, `[1, B, U]`, padded with the first one; the masks are
    /// then taken from those.
    case union(PatchIndices, places: PatchIndices)

    /// The plan with the fewest tokens.
    ///
    /// - Parameter tokens: Per image.
    package init(_ masks: PatchIndices?, tokens: Int) {
        guard let masks, masks.kept > 0 else {
            self = .everything
            return
        }
        var unions: [[Int32]] = []
        var places = [Int32](repeating: 0, count: masks.values.count)
        for b in 0..<masks.batch {
            var union: [Int32] = []
            var place = [Int32](repeating: -1, count: tokens)
            for m in 0..<masks.blocks {
                let start = (m * masks.batch + b) * masks.kept
                for (k, index) in masks[block: m, image: b].enumerated() {
                    precondition(
                        index >= 0 && index < tokens,
                        "token \(index) does not exist: there are \(tokens)")
                    if place[Int(index)] < 0 {
                        place[Int(index)] = Int32(union.count)
                        union.append(index)
                    }
                    places[start + k] = place[Int(index)]
                }
            }
            unions.append(union)
        }
        let largest = unions.map(\.count).max() ?? 0
        let byRow = masks.blocks * masks.kept
        if min(largest, byRow) >= tokens {
            self = .everything
        } else if byRow <= largest {
            self = .rows(masks)
        } else {
            let padded = unions.flatMap { union in
                union + Array(repeating: union[0], count: largest - union.count)
            }
            self = .union(
                PatchIndices(blocks: 1, batch: masks.batch, kept: largest, values: padded),
                places: PatchIndices(
                    blocks: masks.blocks, batch: masks.batch, kept: masks.kept, values: places))
        }
    }
}
