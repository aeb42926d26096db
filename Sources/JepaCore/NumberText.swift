import Foundation

/// `85,646,592`.
package func grouped(_ value: Int) -> String {
    var text = String(value.magnitude)
    var place = text.count - 3
    while place > 0 {
        text.insert(",", at: text.index(text.startIndex, offsetBy: place))
        place -= 3
    }
    return value < 0 ? "-" + text : text
}

/// The shortest decimal that reads back as the same number, whole numbers without a point.
package func shortest(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
}

/// A number with so many digits behind the point.
package func decimal(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
}

/// A share as `71 %`, with so many digits behind the point.
package func percent(_ share: Double, _ digits: Int = 0) -> String {
    decimal(100 * share, digits) + " %"
}
