import JepaTensor

/// What masks look like on average: lengths, overlap, and where in the image they lie.
///
/// The images of a batch share block sizes and lengths, so the batch is what is counted: every
/// mean is one of batches, and its standard error is that of batches.
public struct MaskStatistics: Sendable {
    /// A mean with the uncertainty of having drawn finitely many batches.
    public struct Estimate: Equatable, Sendable {
        private var count = 0.0
        private var sum = 0.0
        private var squares = 0.0

        init() {}

        /// The mean; 0 without batches.
        public var mean: Double { count == 0 ? 0 : sum / count }

        /// The standard deviation of a batch; 0 with fewer than two.
        public var deviation: Double {
            guard count > 1 else { return 0 }
            return (max(0, squares - sum * sum / count) / (count - 1)).squareRoot()
        }

        /// The standard error of the mean; 0 with fewer than two batches.
        public var standardError: Double { count == 0 ? 0 : deviation / count.squareRoot() }

        mutating func add(_ value: Double) {
            count += 1
            sum += value
            squares += value * value
        }
    }

    /// The grid the masks lie in.
    public let grid: PatchGrid
    /// Batches seen.
    public private(set) var batches = 0
    /// Images seen.
    public private(set) var images = 0
    /// Patches of the context.
    public private(set) var contextKept = Estimate()
    /// Patches of one target block.
    public private(set) var targetKept = Estimate()
    /// Share of the grid that lies in at least one target block.
    public private(set) var targetCoverage = Estimate()
    /// Share of the context patches that lie in a target block as well.
    public private(set) var overlap = Estimate()
    /// Share of the target blocks that equal an earlier one of the same image.
    public private(set) var repeatedTargets = Estimate()
    /// For each row of the grid: the probability that a patch is in the context.
    public private(set) var contextByRow: [Estimate]
    /// For each row of the grid: the probability that a patch is in a given target block.
    public private(set) var targetByRow: [Estimate]
    /// For each row of the grid: the probability that a patch is in any target block.
    public private(set) var anyTargetByRow: [Estimate]
    /// Number of batches by the size of their target blocks, as far as these are rectangles.
    public private(set) var targetSizes: [BlockSize: Int] = [:]
    /// For each patch: the number of images with it in the context.
    public private(set) var contextCounts: [Int]
    /// For each patch: the number of images with it in any target block.
    public private(set) var anyTargetCounts: [Int]

    /// Statistics of no masks yet.
    public init(grid: PatchGrid) {
        self.grid = grid
        contextByRow = Array(repeating: Estimate(), count: grid.height)
        targetByRow = contextByRow
        anyTargetByRow = contextByRow
        contextCounts = Array(repeating: 0, count: grid.count)
        anyTargetCounts = contextCounts
    }

    /// Counts a batch.
    public mutating func add(_ masks: MaskSet) {
        let (context, targets) = (masks.context, masks.targets)
        var rows = (context: zeros(), target: zeros(), any: zeros())
        var (inTarget, shared, repeated) = (0, 0, 0)
        for image in 0..<context.batch {
            var isTarget = [Bool](repeating: false, count: grid.count)
            var seen: Set<ArraySlice<Int32>> = []
            for block in 0..<targets.blocks {
                let mask = targets[block: block, image: image]
                if !seen.insert(mask).inserted { repeated += 1 }
                for index in mask {
                    isTarget[Int(index)] = true
                    rows.target[Int(index) / grid.width] += 1
                }
            }
            for index in context[block: 0, image: image] {
                contextCounts[Int(index)] += 1
                rows.context[Int(index) / grid.width] += 1
                if isTarget[Int(index)] { shared += 1 }
            }
            for index in isTarget.indices where isTarget[index] {
                anyTargetCounts[index] += 1
                rows.any[index / grid.width] += 1
                inTarget += 1
            }
        }
        batches += 1
        images += context.batch
        contextKept.add(Double(context.kept))
        targetKept.add(Double(targets.kept))
        let size = Double(context.batch)
        targetCoverage.add(Double(inTarget) / (size * Double(grid.count)))
        overlap.add(Double(shared) / (size * Double(max(1, context.kept))))
        repeatedTargets.add(Double(repeated) / (size * Double(max(1, targets.blocks))))
        let patches = size * Double(grid.width)
        for row in 0..<grid.height {
            contextByRow[row].add(rows.context[row] / patches)
            targetByRow[row].add(rows.target[row] / (patches * Double(max(1, targets.blocks))))
            anyTargetByRow[row].add(rows.any[row] / patches)
        }
        if let size = rectangle(targets[block: 0, image: 0]) { targetSizes[size, default: 0] += 1 }
    }

    private func zeros() -> [Double] { Array(repeating: 0, count: grid.height) }

    /// The size of the rectangle that a mask is, if it is one.
    private func rectangle(_ mask: ArraySlice<Int32>) -> BlockSize? {
        let columns = mask.map { Int($0) % grid.width }
        guard let first = mask.first, let last = mask.last, let left = columns.min(),
            let right = columns.max()
        else { return nil }
        let size = BlockSize(
            height: Int(last) / grid.width - Int(first) / grid.width + 1, width: right - left + 1)
        return size.count == mask.count ? size : nil
    }
}
