import JepaAdamW
import JepaBlockMasker
public import JepaCore
import JepaEMA
import JepaImageFolder
import JepaL2
import JepaLARS
import JepaMultiblock
import JepaPixels
import JepaRandomMasker
import JepaRasterised
import JepaRecorded
import JepaRecordedMasks
import JepaSGD
import JepaScenes
import JepaSmoothL1
import JepaVarianceCovariance
import JepaViT
import JepaViTPredictor

/// The stages that come with the package.
public enum BuiltInStages: StagePlugin {
    /// Every built-in stage.
    static var all: [any Stage.Type] {
        [
            ImageFolder.self, Scenes.self, RecordedImages.self,
            MultiblockMasker.self, RandomMasker.self, BlockMasker.self, RasterisedMasker.self,
            RecordedMasks.self,
            ViTEncoder.self, EMAEncoder.self, PixelsEncoder.self,
            ViTPredictor.self,
            SmoothL1Loss.self, L2Loss.self, VarianceCovarianceLoss.self,
            AdamW.self, SGD.self, LARS.self,
        ]
    }

    public static func register(into registry: inout Registry) throws {
        for stage in all { try registry.register(stage) }
    }
}
