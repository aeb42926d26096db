/// A number with zeros before it until it has so many digits; a longer one stays as it is.
package func zeroPadded(
    _ number: some BinaryInteger, digits: Int, radix: Int = 10, uppercase: Bool = false
) -> String {
    let text = String(number, radix: radix, uppercase: uppercase)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
