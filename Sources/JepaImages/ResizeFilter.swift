import CImageCodec

/// How resampling weighs the source pixels under a target pixel.
///
/// The filters of Pillow, stretched by the reduction so that reducing an image antialiases.
/// Source: Pillow's `Resampling`, whose results the tests compare.
public enum ResizeFilter: String, CaseIterable, Sendable {
    /// The mean of the pixels beneath.
    case box
    /// A triangle of radius 1; the default of torchvision.
    case bilinear
    /// A raised cosine of radius 1: sharper than bilinear at the same cost.
    case hamming
    /// Keys' cubic with a = -0.5, radius 2.
    case bicubic
    /// A windowed sinc of radius 3.
    case lanczos

    /// The number that the C kernels know the filter by.
    var code: Int32 {
        switch self {
        case .box: Int32(IC_BOX.rawValue)
        case .bilinear: Int32(IC_BILINEAR.rawValue)
        case .hamming: Int32(IC_HAMMING.rawValue)
        case .bicubic: Int32(IC_BICUBIC.rawValue)
        case .lanczos: Int32(IC_LANCZOS.rawValue)
        }
    }
}
