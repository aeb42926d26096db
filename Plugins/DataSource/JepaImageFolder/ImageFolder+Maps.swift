import JepaCore
package import JepaImages

extension ImageFolder {
    /// The part of an image of that size that evaluation sees, for maps that go with it.
    package func evaluatedRegion(of size: ImageReader.Size) -> SampleRegion {
        if evaluatesWhole {
            return SampleRegion(
                crop: PixelBox(left: 0, top: 0, width: size.width, height: size.height))
        }
        return SampleRegion(
            centreOf: size, for: imageShape.width, imageShape.height, share: evaluatedShare)
    }

    /// The file of an image.
    package func file(of index: Int) -> PathBytes { root.appending(path(of: index)) }

    /// The path of an image below the folder.
    package func path(of index: Int) -> PathBytes { contents.images.path(of: index) }
}
