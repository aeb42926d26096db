import Foundation
package import JepaCore
import JepaGraph

/// The drawing of a pipeline in a report: a picture where Graphviz is there, else text.
package struct PipelineDiagram {
    /// The drawing; empty if there is nothing to draw.
    let html: String

    /// Draws a graph file.
    ///
    /// - Parameters:
    ///   - text: The contents of the file.
    ///   - path: Folders to look for Graphviz in, as in the variable `PATH`.
    package init(of text: String, registry: Registry, path: String) {
        guard !text.isEmpty, let root = try? GraphReader.read(text: text, file: "pipeline.yaml")
        else {
            html = ""
            return
        }
        let drawing = PipelineDrawing(PipelineDraft(Graph(collecting: root), registry: registry))
        do {
            let picture = try Graphviz(path: path).picture(of: drawing.dot, format: "svg")
            let svg = PipelineDrawing.styled(svg: String(decoding: picture, as: UTF8.self))
            html =
                "<div class=\"scroll\"><img class=\"diagram\" alt=\"The stages of the pipeline\" "
                + "src=\"\(HTML.address(of: Data(svg.utf8), type: "image/svg+xml"))\"/></div>"
        } catch {
            html =
                "<div class=\"scroll\"><pre class=\"tree\">\(HTML.escaped(drawing.text))</pre></div>"
                + "<p class=\"help\">With Graphviz (Debian package graphviz) this is a picture.</p>"
        }
    }
}
