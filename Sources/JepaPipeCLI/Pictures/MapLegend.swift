import JepaCore
package import JepaEvaluation
package import JepaImages

/// What the colours of maps mean.
package struct MapLegend {
    private enum Meaning {
        /// Those that are shown.
        case classes([(number: Int, name: String)])
        case distances(ClosedRange<Double>, unit: String)
    }

    private let meaning: Meaning
    private let hasUnknown: Bool

    /// What is unknown.
    package static let unknown = Colour(228, 229, 233)
    private static let mostNames = 16
    private static let namesAcross = 8

    /// Source: the colours of Okabe and Ito 2008, which the colour-blind can tell apart, behind a
    /// dark gray for the first class, which is the background as a rule.
    private static let colours = [
        Colour(70, 74, 82), Colour(230, 159, 0), Colour(86, 180, 233), Colour(0, 158, 115),
        Colour(240, 228, 66), Colour(213, 94, 0), Colour(204, 121, 167), Colour(0, 114, 178),
    ]

    /// Colours of classes; of many, those in some maps are named.
    package init(classes: [String], in maps: [PixelMap]) {
        let found = Set(maps.flatMap(\.values).filter { !$0.isNaN }.map { Int($0) })
        hasUnknown = maps.contains { $0.values.contains { $0.isNaN } }
        meaning = .classes(
            classes.enumerated().filter { found.contains($0.offset) }
                .map { ($0.offset, $0.element) })
    }

    /// Colours of distances, from the nearest to the farthest in some maps.
    package init(distancesIn maps: [PixelMap], unit: String) {
        let known = maps.flatMap(\.values).filter { !$0.isNaN }
        let (low, high) = (Double(known.min() ?? 0), Double(known.max() ?? 1))
        hasUnknown = known.count < maps.reduce(0) { $0 + $1.values.count }
        meaning = .distances(low...max(high, low), unit: unit)
    }

    /// The picture of a map, a pixel for a pixel.
    package func picture(of map: PixelMap) -> Image {
        var image = Image(width: map.width, height: map.height, colour: Self.unknown)
        for (place, value) in map.values.enumerated() where !value.isNaN {
            image[place % map.width, place / map.width] = colour(of: value)
        }
        return image
    }

    private func colour(of value: Float) -> Colour {
        switch meaning {
        case .classes: return Self.colour(of: Int(value))
        case .distances(let range, _):
            let length = range.upperBound - range.lowerBound
            let share = length > 0 ? (Double(value) - range.lowerBound) / length : 0
            // What is near is bright.
            return ColourMap.inferno[1 - share]
        }
    }

    /// Further classes have the same colours, ever lighter.
    private static func colour(of number: Int) -> Colour {
        let round = Double(number / colours.count)
        return colours[number % colours.count].blended(
            with: .white, share: 1 - 1 / (1 + 0.6 * round))
    }

    /// Adds what the colours mean to a sheet.
    package func add(to sheet: inout Sheet) {
        switch meaning {
        case .classes(let classes):
            // As wide as ten letters.
            func cell(_ colour: Colour, _ name: String) -> Sheet.Cell {
                .init(Image(width: 132, height: 18, colour: colour), caption: name)
            }
            var cells = classes.prefix(Self.mostNames).map {
                cell(Self.colour(of: $0.number), $0.name)
            }
            if hasUnknown { cells.append(cell(Self.unknown, "unknown")) }
            for start in stride(from: 0, to: cells.count, by: Self.namesAcross) {
                sheet.addRow(Array(cells[start..<min(start + Self.namesAcross, cells.count)]))
            }
            if classes.count > Self.mostNames {
                sheet.addText("and \(classes.count - Self.mostNames) further classes")
            }
        case .distances(let range, let unit):
            func words(_ distance: Double) -> String {
                decimal(distance, 2) + (unit.isEmpty ? "" : " \(unit)")
            }
            // What is near is bright, as in the maps.
            let bar = ScaleBar(
                left: words(range.upperBound), right: words(range.lowerBound),
                colour: { ColourMap.inferno[$0] })
            sheet.addRow([.init(bar.draw(width: 480))])
            if hasUnknown { sheet.addText("Gray is unknown.") }
        }
    }
}
