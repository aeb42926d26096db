import Foundation
import JepaCore

extension PipelineDrawing {
    /// A picture that Graphviz made of `dot`, with colours that follow the dark mode of the viewer.
    ///
    /// - Parameter svg: What `dot -Tsvg` printed.
    public static func styled(svg: String) -> String {
        // The type declaration and the comments before the picture say nothing.
        guard let start = svg.range(of: "<svg"),
            let end = svg[start.upperBound...].firstIndex(of: ">")
        else { return svg }
        let first = svg.index(after: end)
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + svg[start.lowerBound..<first] + "\n<style>\n\(styleSheet)</style>" + svg[first...]
    }

    private static var styleSheet: String {
        let (ink, dim, note) = (DrawingPalette.ink, DrawingPalette.dim, DrawingPalette.note)
        var lines = [
            "@media (prefers-color-scheme: light) {",
            "  text[fill=\"\(note.any)\"] { fill: \(note.light); }",
            "}",
            "@media (prefers-color-scheme: dark) {",
            "  text[fill=\"\(note.any)\"] { fill: \(note.dark); }",
            "  text[fill=\"\(ink.light)\"] { fill: \(ink.dark); }",
            "  text[fill=\"\(dim.light)\"] { fill: \(dim.dark); }",
            "  text[fill=\"\(DrawingPalette.wrongInk.light)\"] { fill: \(DrawingPalette.wrongInk.dark); }",
        ]
        // The grounds of boxes and of their twins in the legend.
        for role in Role.allCases.map(Optional.some) + [nil] {
            let tone = DrawingPalette.tone(of: role)
            lines.append("  [fill=\"\(tone.ground)\"] { fill: \(tone.dark); }")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }
}
