/// The candidate nearest to a misspelt word, if one is near enough to be meant.
///
/// - Complexity: O(candidates x length^2).
public func nearestSpelling(to word: String, among candidates: [String]) -> String? {
    // Nobody misspells what is so long, and comparing it would take long.
    guard word.count <= 100 else { return nil }
    let limit = max(1, word.count / 3)
    return candidates.map { ($0, editDistance(word.lowercased(), $0.lowercased())) }
        .filter { $0.1 <= limit }
        .min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
}

/// The end of a message about an unknown word: the nearest spelling, or nothing.
public func didYouMean(_ word: String, among candidates: [String]) -> String {
    nearestSpelling(to: word, among: candidates).map { "; did you mean '\($0)'?" } ?? ""
}

/// The fewest insertions, deletions, substitutions and swaps of neighbours between two words.
private func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a), Array(b))
    var rows = [Array(0...b.count)]
    for i in 1..<(a.count + 1) {
        var row = [i] + Array(repeating: 0, count: b.count)
        for j in 1..<(b.count + 1) {
            let substitution = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
            row[j] = min(rows[i - 1][j] + 1, row[j - 1] + 1, substitution)
            if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
                row[j] = min(row[j], rows[i - 2][j - 2] + 1)
            }
        }
        rows.append(row)
    }
    return rows[a.count][b.count]
}
