import JepaCore
import JepaTestSupport
import Testing

/// The stages that `jepa-pipe new stage` begins with, compiled as they are; the files of this folder
/// beside this one are links to the templates.
struct TemplateTests {
    private func expectConformance(_ type: any Stage.Type, _ parameters: Setting = [:]) {
        #expect(StageConformance(parameters: parameters).violations(of: type) == [])
    }

    @Test func aDataSource() { expectConformance(WavesSource.self) }
    @Test func aMasker() { expectConformance(StripeMasker.self, ["height": 2]) }
    @Test func anEncoder() {
        expectConformance(GlimpseEncoder.self, ["patch_size": 4, "width": 8])
    }
    @Test func aPredictor() { expectConformance(AveragePredictor.self, ["hidden": 12]) }
    @Test func aLoss() { expectConformance(LogCoshLoss.self) }
    @Test func anOptimizer() { expectConformance(MomentumOptimizer.self) }
}
