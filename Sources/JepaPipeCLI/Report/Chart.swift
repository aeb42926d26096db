import Foundation
import JepaCore

/// A small chart of curves over the steps of a training, as SVG inside of HTML.
///
/// Colours come from the style sheet of the page, so the chart follows its light and dark mode.
package struct Chart {
    /// One curve.
    package struct Series {
        /// What the legend calls it.
        package let label: String
        /// What it looks like.
        package let look: CurveLook
        /// The points in the order of the steps.
        package let points: [CurveTable.Point]
        /// The figure of the untrained network, drawn as a line across; nil for none.
        package let baseline: Double?

        /// A curve.
        package init(
            _ label: String, look: CurveLook, points: [CurveTable.Point], baseline: Double? = nil
        ) {
            self.label = label
            self.look = look
            self.points = points
            self.baseline = baseline
        }
    }

    private static let (width, height) = (360.0, 210.0)
    private static let (left, right, top, bottom) = (46.0, 10.0, 10.0, 24.0)
    /// More points than these cannot be told apart.
    private static let mostPoints = 240

    private let title: String
    private let help: String
    private let series: [Series]
    private let steps: ClosedRange<Double>
    private let values: ClosedRange<Double>
    private let least: Double

    /// A chart; nil if there is nothing to draw.
    ///
    /// - Parameter floor: Lower values are drawn at it, and the chart says so, unless all are lower;
    ///   lower figures of the untrained network are left out.
    package init?(_ title: String, help: String, floor: Double? = nil, _ series: [Series]) {
        let thinned = series.filter { !$0.points.isEmpty }
            .map { ($0, $0.points.thinned(to: Self.mostPoints)) }
        let points = thinned.flatMap(\.1)
        let isAbove = points.contains { $0.value > floor ?? -.infinity }
        let floor = isAbove ? floor ?? -.infinity : -.infinity
        let drawn = thinned.map { curve, points in
            Series(
                curve.label, look: curve.look, points: points,
                baseline: curve.baseline.flatMap { $0 < floor ? nil : $0 })
        }
        let numbers = points.map(\.value) + drawn.compactMap(\.baseline)
        guard let lowest = numbers.min(), let highest = numbers.max(),
            let last = points.map(\.step).max()
        else { return nil }
        self.title = title
        self.help =
            lowest < floor
            ? "\(help) Less than \(floor) is drawn at the bottom." : help
        self.series = drawn
        least = floor
        let (low, high) = (max(lowest, floor), max(highest, floor))
        steps = 0...max(last, 1)
        // A curve that does not move lies in the middle.
        let room = high > low ? (high - low) * 0.06 : max(abs(high) * 0.1, 1e-6)
        values = (low - room)...(high + room)
    }

    /// The chart with its title and legend.
    package var html: String {
        var svg =
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\" "
            + "aria-label=\"\(HTML.escaped(title))\">"
        svg += axes
        for curve in series { svg += draw(curve) }
        svg += "</svg>"
        return "<figure class=\"chart\"><figcaption><b>\(HTML.escaped(title))</b> "
            + "<span>\(HTML.escaped(help))</span></figcaption>\(svg)\(legend)</figure>"
    }

    // MARK: - Places

    private func x(_ step: Double) -> Double {
        Self.left + (step - steps.lowerBound) / (steps.upperBound - steps.lowerBound)
            * (Self.width - Self.left - Self.right)
    }

    private func y(_ value: Double) -> Double {
        Self.height - Self.bottom - (max(value, least) - values.lowerBound)
            / (values.upperBound - values.lowerBound) * (Self.height - Self.top - Self.bottom)
    }

    private func place(_ value: Double) -> String { decimal(value, 1) }

    // MARK: - Parts

    private var axes: String {
        var svg = ""
        for tick in Self.ticks(values) {
            let y = place(y(tick))
            svg +=
                "<line class=\"grid\" x1=\"\(place(Self.left))\" x2=\"\(place(Self.width - Self.right))\" "
                + "y1=\"\(y)\" y2=\"\(y)\"/>"
            svg +=
                "<text class=\"tick\" x=\"\(place(Self.left - 5))\" y=\"\(y)\" dy=\"4\" "
                + "text-anchor=\"end\">\(Self.label(tick, in: values))</text>"
        }
        for tick in Self.ticks(steps) {
            let isLast = tick > steps.upperBound * 0.92
            svg +=
                "<text class=\"tick\" x=\"\(place(x(tick)))\" y=\"\(place(Self.height - 7))\" "
                + "text-anchor=\"\(tick == 0 ? "start" : isLast ? "end" : "middle")\">"
                + "\(tick == 0 ? "step 0" : String(Int(tick)))</text>"
        }
        return svg
    }

    private func draw(_ curve: Series) -> String {
        let colour = "c\(curve.look.colour)"
        var svg = ""
        if let baseline = curve.baseline {
            let y = place(y(baseline))
            svg +=
                "<line class=\"base \(colour)\" x1=\"\(place(Self.left))\" "
                + "x2=\"\(place(Self.width - Self.right))\" y1=\"\(y)\" y2=\"\(y)\">"
                + "<title>untrained: \(HTML.number(baseline))</title></line>"
        }
        let path = curve.points.map { "\(place(x($0.step))),\(place(y($0.value)))" }
        svg +=
            "<polyline class=\"line \(curve.look.classes)\" points=\""
            + path.joined(separator: " ")
            + "\"><title>\(HTML.escaped(curve.label))</title></polyline>"
        // Single looks are worth a dot and a number; hundreds of steps are a line.
        guard curve.points.count <= 40 else { return svg }
        for point in curve.points {
            svg +=
                "<circle class=\"dot \(colour)\" cx=\"\(place(x(point.step)))\" "
                + "cy=\"\(place(y(point.value)))\" r=\"3\"><title>\(HTML.escaped(curve.label)), "
                + "step \(Int(point.step)): \(HTML.number(point.value))</title></circle>"
        }
        return svg
    }

    private var legend: String {
        let hasBaseline = series.contains { $0.baseline != nil }
        guard series.count > 1 || hasBaseline else { return "" }
        var items = series.map { Self.key("line \($0.look.classes)", $0.label) }
        if hasBaseline { items.append(Self.key("base", "untrained")) }
        return "<div class=\"legend\">\(items.joined(separator: " "))</div>"
    }

    /// A piece of a line, and what it stands for.
    private static func key(_ classes: String, _ label: String) -> String {
        "<span class=\"key\"><svg viewBox=\"0 0 26 6\"><line class=\"\(classes)\" x1=\"0\" x2=\"26\" "
            + "y1=\"3\" y2=\"3\"/></svg>\(HTML.escaped(label))</span>"
    }

    // MARK: - Ticks

    /// Two to six round numbers in a range.
    static func ticks(_ range: ClosedRange<Double>) -> [Double] {
        let span = range.upperBound - range.lowerBound
        let rough = span / 5
        let size = pow(10, floor(log10(rough)))
        let step = size * ([1, 2, 5, 10].first { $0 * size >= rough } ?? 10)
        let first = (range.lowerBound / step).rounded(.up)
        let last = (range.upperBound / step).rounded(.down)
        guard first <= last, last - first < 20 else { return [] }
        // A product, not a sum of steps, which would not hit zero.
        return (Int(first)...Int(last)).map { Double($0) * step }
    }

    private static func label(_ value: Double, in range: ClosedRange<Double>) -> String {
        let span = range.upperBound - range.lowerBound
        if value == 0 { return "0" }
        let isSmall = max(abs(range.lowerBound), abs(range.upperBound)) < 0.005
        if isSmall || span < 1e-5 || span >= 1e5 { return String(format: "%.1e", value) }
        return decimal(value, max(0, Int((1 - log10(span)).rounded(.up))))
    }
}
