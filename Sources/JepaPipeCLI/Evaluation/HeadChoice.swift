/// Which classifier of a sweep counts: the one that names most of some held-out images, of several
/// the one with the lowest loss on them.
package struct HeadChoice {
    /// An end of the list of learning rates.
    package enum End { case lowest, highest }

    /// The place of the classifier that counts.
    package let place: Int
    /// The forms of classifiers in their order, each with the place of the best of its form.
    package let forms: [(name: String, place: Int)]
    /// The end of the list that the chosen learning rate is at, if no other rate named as many.
    package let end: End?

    /// Chooses.
    ///
    /// - Parameter heldOut: How well each classifier does on the held-out images.
    package init(_ settings: [LinearHeads.Setting], heldOut: [LinearHeads.Score]) {
        precondition(
            !settings.isEmpty && settings.count == heldOut.count,
            "\(heldOut.count) scores of \(settings.count) classifiers")
        func isBetter(_ a: LinearHeads.Score, than b: LinearHeads.Score) -> Bool {
            guard a.accuracy == b.accuracy else { return a.accuracy > b.accuracy }
            // The loss of a training that has diverged is no number.
            return a.loss < b.loss || b.loss.isNaN && !a.loss.isNaN
        }
        func best(_ places: [Int]) -> Int {
            places.reduce(places[0]) { isBetter(heldOut[$1], than: heldOut[$0]) ? $1 : $0 }
        }
        place = best(Array(settings.indices))
        forms = settings.map(\.form).uniqued().map { name in
            (name, best(settings.indices.filter { settings[$0].form == name }))
        }
        let (chosen, most) = (settings[place].learningRate, heldOut[place].accuracy)
        let others = settings.indices.filter { settings[$0].learningRate != chosen }
        if others.isEmpty || others.contains(where: { heldOut[$0].accuracy == most }) {
            end = nil
        } else if others.allSatisfy({ settings[$0].learningRate < chosen }) {
            end = .highest
        } else {
            end = others.allSatisfy { settings[$0].learningRate > chosen } ? .lowest : nil
        }
    }
}
