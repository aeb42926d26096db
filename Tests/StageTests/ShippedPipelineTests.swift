import Foundation
import JepaCore
import JepaGraph
import JepaTraining
import Testing

/// Every graph file of the package is right.
@Suite struct ShippedPipelineTests {
    @Test(arguments: ["ijepa.yaml", "official/vit-h14.yaml", "paper/vit-l16.yaml"])
    func areFound(name: String) { #expect(ShippedPipelines.names.contains(name)) }

    @Test(arguments: ShippedPipelines.names)
    func isValid(name: String) throws {
        let graph = try ShippedPipelines.graph(name)
        let registry = try ShippedPipelines.registry()
        _ = try Pipeline(graph, registry: registry)
        _ = try TrainingSettings(graph, registry: registry)
        #expect("\(graph.name).yaml" == name.split(separator: "/").last ?? "")
    }

    /// Lines that stand in one of the two files and not in the other.
    @Test func pixelsInPlaceOfEmbeddingsAreAFewLines() throws {
        let lines = try ["ijepa.yaml", "ijepa-pixels.yaml"].map { name in
            try String(contentsOf: ShippedPipelines.folder.appending(path: name), encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false)
        }
        let difference = lines[1].difference(from: lines[0])
        #expect((1..<10).contains(difference.count), "\(difference)")
    }

    @Test(arguments: ShippedPipelines.names)
    func isDrawn(name: String) throws {
        let graph = try ShippedPipelines.graph(name)
        let drawing = PipelineDrawing(
            PipelineDraft(graph, registry: try ShippedPipelines.registry()))
        for stage in graph.nodes.map(\.name) {
            #expect(drawing.text.contains("\(stage) ("), "\(stage)")
            #expect(drawing.mermaid.contains("<b>\(stage)</b>"), "\(stage)")
        }
        #expect(!drawing.text.contains("✗"))
        #expect(drawing.dot.hasSuffix("}\n"))
    }
}
