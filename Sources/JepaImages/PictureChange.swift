import CImageCodec

/// A change of the colours or the sharpness of a picture, to the byte as Pillow makes it.
///
/// Source: Pillow's `ImageEnhance`, `Image.convert` and `ImageFilter.GaussianBlur`; the hue is
/// torchvision's `adjust_hue` of a Pillow image.
public enum PictureChange: Equatable, Sendable {
    /// 0 is black, 1 changes nothing.
    case brightness(Float)
    /// 0 is the mean gray of the picture, 1 changes nothing.
    case contrast(Float)
    /// 0 is gray, 1 changes nothing.
    case saturation(Float)
    /// A share of the circle of hues, -0.5 to 0.5; cut to a 256th.
    case hue(Double)
    /// Red, green and blue become the luma.
    case gray
    /// A Gaussian of this deviation in pixels, by three box filters.
    case blur(Float)
}

extension PictureChange {
    /// Changes `width` x `height` RGB pixels without gaps.
    ///
    /// - Throws: `DecodingFailure` `.noMemory`, only by `blur`.
    package func apply(
        to pixels: UnsafeMutablePointer<UInt8>, width: Int, height: Int
    ) throws(DecodingFailure) {
        let count = width * height
        switch self {
        case .brightness(let factor): ic_adjust_brightness(pixels, count, factor)
        case .contrast(let factor): ic_adjust_contrast(pixels, count, factor)
        case .saturation(let factor): ic_adjust_saturation(pixels, count, factor)
        case .hue(let share):
            // Towards zero, then around the circle.
            ic_shift_hue(pixels, count, UInt8(truncatingIfNeeded: Int(share * 255)))
        case .gray: ic_make_gray(pixels, count)
        case .blur(let deviation):
            guard ic_blur(pixels, UInt32(width), UInt32(height), deviation) == IC_OK.rawValue else {
                throw DecodingFailure(.noMemory, "there is no memory for blurring")
            }
        }
    }
}
