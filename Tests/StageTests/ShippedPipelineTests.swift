import JepaCore
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
}
