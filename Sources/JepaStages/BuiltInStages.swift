import JepaAdamW
import JepaBlockMasker
public import JepaCore
import JepaCosine
import JepaEMA
import JepaImageFolder
import JepaL2
import JepaLARS
import JepaMLP
import JepaMultiblock
import JepaPixels
import JepaRandomMasker
import JepaRasterised
import JepaRecorded
import JepaRecordedMasks
import JepaSGD
import JepaSIGReg
import JepaScenes
import JepaShared
import JepaSharedPredictor
import JepaSmoothL1
import JepaStopGradient
import JepaVICReg
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
            ViTEncoder.self, EMAEncoder.self, PixelsEncoder.self, SharedEncoder.self,
            ViTPredictor.self, MLPPredictor.self, SharedPredictor.self, StopGradient.self,
            SmoothL1Loss.self, L2Loss.self, VarianceCovarianceLoss.self, VICRegLoss.self,
            CosineLoss.self, SIGRegLoss.self,
            AdamW.self, SGD.self, LARS.self,
        ]
    }

    public static func register(into registry: inout Registry) throws {
        for stage in all { try registry.register(stage) }
    }
}
