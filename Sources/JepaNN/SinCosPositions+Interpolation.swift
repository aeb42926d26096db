import Foundation
public import JepaTensor

extension SinCosPositions {
    /// The position vectors of a grid, stretched from those of another grid.
    ///
    /// Bicubic, with the corners of the images on each other: what DINO and transformers do with
    /// positions when images have another size than in training. Unlike timm, nothing is smoothed
    /// when the grid becomes smaller.
    /// Source: `torch.nn.functional.interpolate(mode="bicubic", align_corners=False)`; Keys 1981
    /// with a = -0.75.
    ///
    /// - Parameters:
    ///   - source: The grid of the positions that are stretched; nil computes them for the grid
    ///     itself.
    ///   - width: A multiple of 4.
    /// - Returns: `[rows * columns, width]`, row-major.
    public static func table(
        rows: Int, columns: Int, width: Int, interpolatedFrom source: PositionGrid?
    ) -> Tensor {
        guard let source else { return table(rows: rows, columns: columns, width: width) }
        let own = table(rows: source.height, columns: source.width, width: width)
        return interpolated(own, from: source, rows: rows, columns: columns)
    }

    /// Any position vectors, `[source.height * source.width, width]`, on another grid.
    static func interpolated(
        _ table: Tensor, from source: PositionGrid, rows: Int, columns: Int
    ) -> Tensor {
        precondition(
            table.shape.count == 2 && table.shape[0] == source.height * source.width,
            "positions \(table.shape) are not those of a \(source) grid")
        let width = table.shape[1]
        let (down, across) = (taps(source.height, rows), taps(source.width, columns))
        let values = table.elements
        var result: [Float] = []
        result.reserveCapacity(rows * columns * width)
        var sum = [Double](repeating: 0, count: width)
        for vertical in down {
            for horizontal in across {
                for channel in 0..<width { sum[channel] = 0 }
                for (row, a) in vertical {
                    for (column, b) in horizontal {
                        let first = (row * source.width + column) * width
                        for channel in 0..<width {
                            sum[channel] += a * b * Double(values[first + channel])
                        }
                    }
                }
                result += sum.map { Float($0) }
            }
        }
        return Tensor(result, shape: [rows * columns, width])
    }

    /// For every place along a side of `count`: the four neighbours along the old side and their
    /// weights. Beyond the edge the outermost one stands for its neighbours.
    private static func taps(_ old: Int, _ count: Int) -> [[(index: Int, weight: Double)]] {
        (0..<count).map { place in
            let position = (Double(place) + 0.5) * Double(old) / Double(count) - 0.5
            let base = floor(position)
            return (-1...2).map { offset in
                let index = min(max(Int(base) + offset, 0), old - 1)
                return (index, cubic(abs(position - base - Double(offset))))
            }
        }
    }

    /// The weight of a value at a distance below 2.
    private static func cubic(_ x: Double) -> Double {
        let a = -0.75
        return x <= 1
            ? ((a + 2) * x - (a + 3)) * x * x + 1
            : ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
    }
}
