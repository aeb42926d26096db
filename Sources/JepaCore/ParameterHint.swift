extension ParameterDescriptor {
    /// The end of a message about a value that is not taken: what was probably meant, or nothing.
    func hint(for setting: Setting) -> String {
        switch (kind, setting.content) {
        case (.choice(let words), .text(let word)): didYouMean(word, among: words)
        case (.boolean, .text(let word)): Self.switchHint(word)
        case (.integer, .text(let word)), (.real, .text(let word)), (.size, .text(let word)),
            (.pair, .text(let word)):
            Self.numberHint(word)
        case (.integer, .real(let value)), (.size, .real(let value)):
            value == value.rounded() && abs(value) < 1e15 ? "; write \(Int(value))" : ""
        case (.text, .integer), (.text, .real), (.text, .boolean), (.path, .integer),
            (.path, .real), (.path, .boolean):
            "; put it in quotes"
        case (.group(let descriptors), .boolean(let isOn))
        where descriptors.contains { $0.name == "enabled" }:
            "; write {enabled: \(isOn)}"
        default: ""
        }
    }

    /// YAML 1.1 read these as switches; the present one takes them for texts.
    private static func switchHint(_ word: String) -> String {
        switch word.lowercased() {
        case "yes", "on", "y", "true", "1": "; write true"
        case "no", "off", "n", "false", "0": "; write false"
        default: ""
        }
    }

    private static func numberHint(_ word: String) -> String {
        let plain = word.filter { $0 != "_" }
        if Double(plain) != nil {
            // 'nan' and 'inf' are words in YAML, quotes or not.
            guard plain == word else { return "; write \(plain)" }
            return word.contains(where: \.isNumber) ? "; remove the quotes" : ""
        }
        if word.wholeMatch(of: /[0-9]+,[0-9]+/) != nil {
            return "; write \(word.map { $0 == "," ? "." : String($0) }.joined())"
        }
        return ""
    }
}
