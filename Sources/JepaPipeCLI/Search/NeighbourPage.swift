import Foundation
import JepaImages

/// Answers as one web page with everything in it: light and dark, and narrow screens.
struct NeighbourPage {
    private let answers: [SearchAnswer]
    private let folder: String
    private let title: String

    /// A page; `folder` is that of the index.
    init(_ answers: [SearchAnswer], folder: String, title: String) {
        self.answers = answers
        self.folder = folder
        self.title = title
    }

    /// The page.
    var html: String {
        let sections = answers.map { answer in
            let figures = answer.neighbours.map { neighbour in
                figure(
                    "\(folder)/\(neighbour.file)", name: neighbour.file,
                    number: neighbour.shownSimilarity)
            }
            return "<section>\n"
                + figure(answer.query, name: answer.query, number: "query", isQuery: true)
                + figures.joined() + "</section>\n"
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTML.escaped(title))</title>
            <style>
            :root { color-scheme: light dark; --text: #1f2328; --faint: #59636e; --mark: #2f81f7; }
            @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #9198a1; } }
            body { font: 14px/1.4 system-ui, sans-serif; color: var(--text); margin: 1rem; }
            h1 { font-size: 1.1rem; }
            section { display: flex; flex-wrap: wrap; gap: .6rem; margin-bottom: 1.4rem; }
            figure { margin: 0; width: \(NeighbourSheet.side)px; }
            figure.query img { outline: 3px solid var(--mark); }
            figure img, figure div { width: 100%; aspect-ratio: 1; display: block; }
            figure div { border: 1px solid var(--faint); box-sizing: border-box; }
            figcaption span { display: block; color: var(--faint); overflow-wrap: anywhere;
              font-size: 11px; }
            </style>
            <h1>\(HTML.escaped(title))</h1>
            \(sections.joined())</html>

            """
    }

    private func figure(
        _ path: String, name: String, number: String, isQuery: Bool = false
    ) -> String {
        let label = HTML.escaped(name)
        let picture =
            NeighbourSheet.thumbnail(path).map { image in
                let data = Data(image.jpegData()).base64EncodedString()
                return "<img src=\"data:image/jpeg;base64,\(data)\" alt=\"\(label)\">"
            } ?? "<div>\(NeighbourSheet.reason(path))</div>"
        return "<figure\(isQuery ? " class=\"query\"" : "")>\(picture)<figcaption>\(number)"
            + "<span>\(label)</span></figcaption></figure>\n"
    }
}
