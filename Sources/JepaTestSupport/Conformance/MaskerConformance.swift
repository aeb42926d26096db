public import JepaCore
import JepaTensor

/// Tries everything that `protocol Masker` promises, over grids, batch sizes and seeds.
///
/// ```swift
/// #expect(MaskerConformance().violations(of: StripeMasker.self, parameters: ["height": 2]) == [])
/// ```
public struct MaskerConformance: Sendable {
    /// The grids to try. A masker may refuse some with a `PipelineError` when it is made.
    public var grids: [PatchGrid]
    /// The batch sizes to try.
    public var batchSizes: [Int]
    /// The seeds to try.
    public var seeds: [UInt64]
    /// Whether a target patch in the context is a violation.
    public var forbidsOverlap: Bool

    /// A battery; the standard one has square, oblong, prime, tiny and single-row grids.
    public init(
        grids: [PatchGrid] = MaskerConformance.standardGrids, batchSizes: [Int] = [1, 2, 7, 32],
        seeds: [UInt64] = [0, 1, 2, .max], forbidsOverlap: Bool = true
    ) {
        self.grids = grids
        self.batchSizes = batchSizes
        self.seeds = seeds
        self.forbidsOverlap = forbidsOverlap
    }

    /// Square, oblong, prime, tiny and single-row grids.
    public static let standardGrids = [
        (14, 14), (16, 16), (8, 8), (7, 11), (13, 5), (4, 16), (3, 3), (2, 2), (1, 9), (1, 1),
    ].map { PatchGrid(height: $0.0, width: $0.1) }

    /// What a masker gets wrong, each with the grid, batch size and seed; empty if it conforms.
    ///
    /// - Parameters:
    ///   - type: The masker.
    ///   - parameters: What a graph file would set.
    public func violations<M: Masker>(of type: M.Type, parameters: Setting = [:]) -> [String] {
        var violations: [String] = []
        var refused = 0
        for grid in grids {
            do {
                let make = {
                    try M(
                        parameters: StageParameters(
                            for: M.self, parameters, linked: ["patches": .grid(grid)]))
                }
                let (first, second) = (try make(), try make())
                violations += self.violations(of: first, and: second, on: grid)
            } catch is PipelineError {
                refused += 1
            } catch {
                violations.append("grid \(grid): refused by '\(error)', which is no PipelineError")
            }
        }
        if refused == grids.count { violations.append("refuses all of the grids \(grids)") }
        return violations
    }

    /// What one masker gets wrong; the second one is made from the same parameters.
    private func violations(
        of first: any Masker, and second: any Masker, on grid: PatchGrid
    ) -> [String] {
        var violations: [String] = []
        for batchSize in batchSizes {
            for seed in seeds {
                let place = "grid \(grid), batch size \(batchSize), seed \(seed): "
                do {
                    var (a, b) = (StageRandom(seed: seed), StageRandom(seed: seed))
                    let masks = try first.masks(for: grid, batchSize: batchSize, using: &a)
                    let again = try second.masks(for: grid, batchSize: batchSize, using: &b)
                    var found = check(masks, on: grid, batchSize: batchSize)
                    if masks != again { found.append("the same random numbers give other masks") }
                    var c = StageRandom(seed: seed)
                    let later = try first.masks(for: grid, batchSize: batchSize, using: &c)
                    if masks != later {
                        found.append("the same random numbers give other masks later")
                    }
                    let blocks = masks.targets.blocks
                    if let count = first.dimensions["M"]?.length, blocks > 0, blocks != count {
                        found.append(
                            "\(blocks) target blocks where dimensions say \(count)")
                    }
                    violations += found.map { place + $0 }
                } catch {
                    violations.append(place + "accepted the grid, then threw '\(error)'")
                }
            }
        }
        return violations
    }

    private func check(_ masks: MaskSet, on grid: PatchGrid, batchSize: Int) -> [String] {
        var found: [String] = []
        if masks.context.batch != batchSize {
            return ["masks of \(masks.context.batch) images"]
        }
        if masks.targets.blocks == 0 { return ["no target block"] }
        for (name, indices) in [("context", masks.context), ("target", masks.targets)] {
            if indices.kept == 0 { found.append("the \(name) masks are empty") }
            for block in 0..<indices.blocks {
                for image in 0..<indices.batch {
                    let mask = indices[block: block, image: image]
                    let which = "\(name) mask \(block) of image \(image)"
                    if let index = mask.first(where: { !(0..<Int32(grid.count) ~= $0) }) {
                        found.append("\(which) has index \(index) outside 0..<\(grid.count)")
                    }
                    if let (a, b) = zip(mask, mask.dropFirst()).first(where: { $0 >= $1 }) {
                        found.append("\(which) is not ascending: \(a) before \(b)")
                    }
                }
            }
        }
        guard forbidsOverlap else { return found }
        for image in 0..<batchSize {
            let context = Set(masks.context[block: 0, image: image])
            for block in 0..<masks.targets.blocks {
                let target = masks.targets[block: block, image: image]
                if let index = target.first(where: context.contains) {
                    found.append(
                        "patch \(index) of image \(image) is in the context and in target \(block)")
                }
            }
        }
        return found
    }
}

extension StageRandom {
    fileprivate init(seed: UInt64) { self.init(seed: seed, purpose: "conformance", step: 3) }
}
