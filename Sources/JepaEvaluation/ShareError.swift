/// How far a share of some images typically is from that of very many such images: its standard
/// error.
///
/// `sqrt(p (1 - p) / n)`, after two images for which it is so and two for which it is not have been
/// added, so that nothing seems to be known exactly because all of a few images were right.
/// Source: Agresti and Coull, "Approximate is better than exact for interval estimation of binomial
/// proportions", The American Statistician 52, 1998.
///
/// - Parameters:
///   - share: 0 to 1.
///   - count: The images it is of, one or more.
public func shareError(_ share: Double, of count: Int) -> Double {
    precondition(count > 0, "a share of \(count) images is none")
    let images = Double(count) + 4
    let centre = (share * Double(count) + 2) / images
    return (centre * (1 - centre) / images).squareRoot()
}
