import Foundation
import JepaCore
import JepaImages
import JepaStages
import JepaTestSupport
import Testing

/// Every registered stage keeps the promises of its role; one that is new is tried with its
/// defaults unless it stands here.
struct RegistryConformanceTests {
    static let names = ((try? ShippedPipelines.registry())?.entries ?? []).map(\.descriptor.name)

    @Test func allStagesAreTried() { #expect(Self.names.count >= 16) }

    @Test(arguments: names)
    func keepsThePromisesOfItsRole(_ name: String) throws {
        let entry = try #require(ShippedPipelines.registry()[name])
        let photos = try TemporaryFolder.photos()
        let violations = try conformance(of: name, photos).violations(of: entry.type)
        #expect(violations == [], "\(violations.joined(separator: "\n"))")
    }

    /// The settings that a stage needs to be small, or to find its data.
    private func conformance(of name: String, _ photos: TemporaryFolder) throws -> StageConformance
    {
        switch name {
        case "image_folder":
            StageConformance(parameters: ["path": Setting(.text(photos.path)), "size": 16])
        case "recorded":
            StageConformance(parameters: [
                "path": Setting(.text(Self.record)), "size": [12, 16], "channels": 2,
            ])
        case "recorded_masks":
            StageConformance(
                parameters: ["path": Setting(.text(Self.record))],
                masker: MaskerConformance(
                    grids: [PatchGrid(height: 3, width: 4)], batchSizes: [3]))
        case "vit":
            StageConformance(parameters: ["patch_size": 4, "width": 8, "depth": 2, "heads": 2])
        case "pixels": StageConformance(parameters: ["patch_size": 4])
        case "vit_predictor":
            StageConformance(parameters: ["width": 8, "depth": 2, "heads": 2])
        // Without ReLU, whose kinks have no central differences; its own tests keep off them.
        case "mlp":
            StageConformance(parameters: ["layers": 1, "width": 8, "output_norm": true])
        default: StageConformance()
        }
    }

    /// A run recorded from the official code.
    private static let record = ShippedPipelines.folder.deletingLastPathComponent()
        .appending(path: "Tests/JepaPipeCLITests/Fixtures/recorded-run").path
}

extension TemporaryFolder {
    /// A folder with pictures of two classes.
    fileprivate static func photos() throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        for (place, name) in ["a/0.png", "a/1.png", "b/0.png"].enumerated() {
            var image = Image(width: 20, height: 24, colour: Colour(UInt8(90 * place), 40, 200))
            for x in 0..<20 { image[x, 2 * x % 24] = Colour(250, UInt8(10 * x), 0) }
            try folder.write(image.pngData(), to: name)
        }
        return folder
    }
}
