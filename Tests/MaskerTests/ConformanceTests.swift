import JepaBlockMasker
import JepaCore
import JepaMultiblock
import JepaRandomMasker
import JepaRasterised
import JepaTestSupport
import Testing

struct ConformanceTests {
    @Test(
        arguments: [
            [:], ["min_keep": 1], ["min_keep": 30], ["target_blocks": 1], ["target_blocks": 12],
            ["context_keep": 0.25], ["context_keep": 0.5],
            ["target_scale": [0.3, 0.9], "min_keep": 1],
            ["context_scale": [0.1, 0.3], "min_keep": 1],
            ["context_scale": [1, 1], "target_aspect": [0.05, 20], "min_keep": 1],
        ] as [Setting])
    func unbiasedMultiblockConforms(_ parameters: Setting) {
        #expect(
            MaskerConformance().violations(of: MultiblockMasker.self, parameters: parameters) == [])
    }

    @Test func multiblockWithOverlapConformsButForTheOverlap() {
        let parameters: Setting = ["allow_overlap": true]
        var conformance = MaskerConformance(forbidsOverlap: false)
        #expect(conformance.violations(of: MultiblockMasker.self, parameters: parameters) == [])
        conformance.forbidsOverlap = true
        #expect(conformance.violations(of: MultiblockMasker.self, parameters: parameters) != [])
    }

    /// On small grids the official sampler gives up cutting targets out of the context.
    @Test(
        arguments: [
            ["sampler": "official"], ["sampler": "official", "min_keep": 1],
            ["sampler": "official", "allow_overlap": true],
        ] as [Setting])
    func officialMultiblockConformsButForTheOverlap(_ parameters: Setting) {
        let conformance = MaskerConformance(forbidsOverlap: false)
        #expect(conformance.violations(of: MultiblockMasker.self, parameters: parameters) == [])
    }

    @Test(arguments: [[:], ["ratio": 0.75], ["ratio": 0.1], ["ratio": 0.9]] as [Setting])
    func randomConforms(_ parameters: Setting) {
        #expect(MaskerConformance().violations(of: RandomMasker.self, parameters: parameters) == [])
    }

    @Test(
        arguments: [
            [:], ["scale": 0.5], ["scale": [0.1, 0.7]],
            ["aspect": [0.05, 20], "scale": [0, 0.5]],
        ]
            as [Setting])
    func blockConforms(_ parameters: Setting) {
        #expect(MaskerConformance().violations(of: BlockMasker.self, parameters: parameters) == [])
    }

    @Test func rasterisedConforms() {
        #expect(MaskerConformance().violations(of: RasterisedMasker.self) == [])
    }
}
