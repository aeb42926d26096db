/// Numbers as colours.
public struct ColourMap: Sendable {
    private let stops: [Colour]

    /// A map through colours at equal distances, the first for 0, the last for 1.
    public init(_ stops: [Colour]) {
        precondition(stops.count >= 2, "a colour map of \(stops.count) colours has no ends")
        self.stops = stops
    }

    /// From black over violet, red and orange to pale yellow, rising evenly in brightness, so that
    /// it can be read in gray and by the colour-blind.
    ///
    /// Source: matplotlib's `inferno` (Smith and van der Walt, CC0), every eighth of its length.
    public static let inferno = ColourMap([
        Colour(0, 0, 4), Colour(33, 12, 74), Colour(86, 16, 110), Colour(137, 34, 106),
        Colour(187, 55, 84), Colour(227, 89, 50), Colour(249, 140, 10), Colour(249, 201, 50),
        Colour(252, 255, 164),
    ])

    /// The colour of a number; what is outside of 0...1, or no number, gets that of the nearer
    /// end, or of 0.
    public subscript(value: Double) -> Colour {
        guard value > 0 else { return stops[0] }
        let place = min(value, 1) * Double(stops.count - 1)
        let index = min(Int(place), stops.count - 2)
        return stops[index].blended(with: stops[index + 1], share: place - Double(index))
    }
}
