/// Whether every tag of a page is closed in its order, and every attribute stands in quotes.
struct HTMLCheck {
    /// What is wrong.
    private(set) var complaints: [String] = []

    init(_ text: String) {
        var open: [String] = []
        // A style sheet has no tags; its '>' would be none.
        let markup = text.replacing(/<style>[^<]*<\/style>/, with: "")
        for match in markup.matches(of: /<(\/?)([A-Za-z!][A-Za-z0-9]*)([^<>]*?)(\/?)>/) {
            let (closes, name) = (!match.1.isEmpty, String(match.2))
            if name == "!DOCTYPE" { continue }
            let rest = match.3.replacing(/[A-Za-z0-9-]+="[^"<>]*"/, with: "")
            if !rest.allSatisfy(\.isWhitespace) { complaints.append("<\(name)\(match.3)>") }
            if closes {
                if open.popLast() != name { complaints.append("</\(name)> closes another tag") }
            } else if match.4.isEmpty {
                open.append(name)
            }
        }
        complaints += open.map { "<\($0)> is not closed" }
        let tags = markup.replacing(/<[^<>]*>/, with: "")
        if tags.contains("<") || tags.contains(">") {
            complaints.append("a bracket is not escaped")
        }
    }
}
