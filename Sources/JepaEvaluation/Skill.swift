/// How much better a prediction is than always predicting the mean: `1 - loss / lossOfMean`.
///
/// 1 is perfect, 0 as good as the mean, below 0 worse. A falling loss alone may only say that the
/// targets have become easier; this says whether they are predicted.
///
/// - Returns: nil if the targets do not vary at all, where there is nothing to predict.
public func skill(loss: Double, lossOfMean: Double) -> Double? {
    lossOfMean > 0 ? 1 - loss / lossOfMean : nil
}
