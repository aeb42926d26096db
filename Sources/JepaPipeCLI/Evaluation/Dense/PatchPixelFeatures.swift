import JepaCore
import JepaEvaluation
import JepaTensor

/// Patches as their pixels and their place: features that need no network.
///
/// The features of a patch are its pixels, averaged to at most 8x8 fields, channel by channel, then
/// a 1 for its row among the rows, and for its column among the columns: tokens of a network know
/// where their patch is, and for distances that alone tells much.
struct PatchPixelFeatures {
    /// The numbers of a patch.
    let width: Int
    private let images: ImageShape
    private let grid: PatchGrid
    private let rows: Int, columns: Int

    /// Features of the patches of images, which are cut evenly.
    init(_ images: ImageShape, _ grid: PatchGrid) {
        self.images = images
        self.grid = grid
        rows = min(images.height / grid.height, 8)
        columns = min(images.width / grid.width, 8)
        width = images.channels * rows * columns + grid.height + grid.width
    }

    /// `[B, C, H, W]` to `[B, N, width]`.
    func features(of batch: Tensor) -> Tensor {
        let reduction = PixelReduction(
            images, height: grid.height * rows, width: grid.width * columns)
        let reduced = reduction.reduce(batch)
        let result = Tensor(repeating: 0, shape: [batch.shape[0], grid.count, width])
        let plane = reduction.height * reduction.width
        for image in 0..<batch.shape[0] {
            let from = reduced.pointer + image * images.channels * plane
            for patch in 0..<grid.count {
                let (down, across) = (patch / grid.width, patch % grid.width)
                let to = result.mutablePointer + (image * grid.count + patch) * width
                var place = 0
                for channel in 0..<images.channels {
                    for row in down * rows..<(down + 1) * rows {
                        for column in across * columns..<(across + 1) * columns {
                            to[place] = from[channel * plane + row * reduction.width + column]
                            place += 1
                        }
                    }
                }
                to[place + down] = 1
                to[place + grid.height + across] = 1
            }
        }
        return result
    }
}
