import CSceneRenderer
import JepaCore

extension Scenes {
    /// What the pixels of a picture show, `[H, W]` each, as evaluation sees the picture.
    package struct Maps: Equatable {
        /// What is seen at the centre of each pixel: a number of `mapNames`.
        package var classes: [UInt8]
        /// How far that is from the camera, in scene units; infinite in the sky.
        package var distances: [Float]
    }

    /// What the numbers of a map of classes mean. The sky, a thousandth of all pixels, is background
    /// as the ground is.
    package static let mapNames = ["background"] + SceneLabel.shapes

    /// The maps of an image. Nothing is shaded for them, so they cost less than the image.
    package func maps(of index: Int) -> Maps {
        precondition((0..<count).contains(index), "image \(index) of \(count) was asked for")
        let area = imageShape.height * imageShape.width
        var maps = Maps(
            classes: [UInt8](repeating: 0, count: area),
            distances: [Float](repeating: 0, count: area))
        var scene = scene(index)
        var view = SceneView(whole: imageShape)
        maps.classes.withUnsafeMutableBufferPointer { classes in
            maps.distances.withUnsafeMutableBufferPointer { distances in
                var output = SceneOutput()
                output.classes = classes.baseAddress
                output.depths = distances.baseAddress
                scene_render(&scene, &view, 0, &output)
            }
        }
        return maps
    }
}
