import Foundation
import JepaPipeCLI
import Testing

/// `plan` of graph files whose data is somewhere else.
@Suite struct PlanCommandTests {
    private static let pipelines = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "pipelines").path

    @Test(arguments: ["official/vit-h14", "official/in22k-vit-g16", "paper/vit-l16"])
    func needsNoDataIfTheImagesAreCounted(file: String) {
        let path = "\(Self.pipelines)/\(file).yaml"
        #expect(JepaPipe.run(["plan", path, "--images", "1281167"]) == 0)
        #expect(JepaPipe.run(["plan", path]) != 0, "the folder of the file is not here")
        #expect(JepaPipe.run(["plan", path, "--images", "2047"]) != 0, "less than one batch")
    }
}
