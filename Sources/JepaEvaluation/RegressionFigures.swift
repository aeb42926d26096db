/// How well predicted numbers agree with true ones.
public struct RegressionFigures: Equatable, Sendable {
    /// The share of the variance that is explained: 1 is perfect, 0 as good as the mean of these
    /// values, below 0 worse. Nil if all values are equal, which leaves nothing to explain.
    public let r2: Double?
    /// The root of the mean squared error, in the unit of the values.
    public let rmse: Double
    /// The mean absolute error, in the unit of the values.
    public let mae: Double

    /// Compares predictions with the truth; both have one entry per image, at least one.
    public init(predictions: [Double], values: [Double]) {
        precondition(
            predictions.count == values.count && !values.isEmpty,
            "\(predictions.count) predictions cannot be compared with \(values.count) values")
        let count = Double(values.count)
        let errors = zip(predictions, values).map { $0 - $1 }
        let squares = errors.reduce(0) { $0 + $1 * $1 }
        let mean = values.reduce(0, +) / count
        let spread = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        r2 = spread > 0 ? 1 - squares / spread : nil
        rmse = (squares / count).squareRoot()
        mae = errors.reduce(0) { $0 + abs($1) } / count
    }
}
