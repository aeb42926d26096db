import JepaCore
public import JepaTensor

/// LiDAR: how many directions tell images apart, counted against how much views of one image vary.
///
/// Every image is a class of its own and its views are the samples of that class. With the
/// covariance of the class means `B` and the mean covariance within classes `W + delta`, LiDAR is
/// the exponential of the entropy of the eigenvalues of `W^-1/2 B W^-1/2`, made to sum to one, plus
/// epsilon. Unlike RankMe it does not count directions that are only noise.
/// Covariances are means over images and views, without Bessel's correction.
/// Source: Thilak et al. 2023 (arXiv 2312.04000), with its delta 1e-4 and epsilon 1e-8.
///
/// - Parameter views: `[images * viewsPerImage, D]`, the views of one image next to each other.
/// - Throws: `data` for a wrong shape, fewer than 2 images or views, or rows that do not divide
///   into images; `not-finite`.
/// - Complexity: O(n D^2 + D^3).
public func lidar(
    of views: Tensor, viewsPerImage: Int, delta: Double = 1e-4, epsilon: Double = 1e-8
) throws -> Double {
    try checkRows(views, of: "features")
    let (rows, width) = (views.shape[0], views.shape[1])
    guard viewsPerImage > 1, rows % viewsPerImage == 0, rows > viewsPerImage else {
        throw PipelineError(
            .data,
            "\(rows) rows are not 2 or more images of '\(viewsPerImage)' views each; "
                + "LiDAR also needs 2 or more views")
    }
    let images = rows / viewsPerImage
    // The rows become their distances from the mean of their image.
    let means = Tensor(uninitialized: [images, width])
    let distances = Tensor(uninitialized: views.shape)
    for image in 0..<images {
        let first = image * viewsPerImage
        let mean = ColumnMoments(of: views.rows(first..<(first + viewsPerImage))).mean
        for i in 0..<width { means.mutablePointer[image * width + i] = Float(mean[i]) }
        for row in first..<(first + viewsPerImage) {
            for i in (row * width)..<((row + 1) * width) {
                distances.mutablePointer[i] = Float(
                    Double(views.pointer[i]) - mean[i - row * width])
            }
        }
    }
    var within = SymmetricMatrix(gramOf: distances)
    within.scale(by: 1 / Double(rows))
    within.addToDiagonal(delta)
    var between = SymmetricMatrix(gramOf: means, minus: ColumnMoments(of: means).mean)
    between.scale(by: 1 / Double(images))

    // With W = L L^T, the matrix L^-1 B L^-T has the eigenvalues of W^-1/2 B W^-1/2; B and the
    // result are symmetric, so that a transposition between the two substitutions is free.
    let factor = try CholeskyFactor(within)
    let half = factor.forwardSubstitute(between.elements, columns: width)
    var transposedHalf = half
    for i in 0..<width {
        for j in 0..<width { transposedHalf[j * width + i] = half[i * width + j] }
    }
    let ratios = SymmetricMatrix(
        size: width, elements: factor.forwardSubstitute(transposedHalf, columns: width))
    return expEntropy(ratios.eigenvalues.map { max(0, $0) }, epsilon: epsilon)
}
