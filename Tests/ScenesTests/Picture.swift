import CSceneRenderer

/// A rendered view with all its maps.
struct Picture: Equatable {
    let columns: Int
    let rows: Int
    var rgb: [UInt8]
    var classes: [UInt8]
    var solids: [UInt8]
    var depths: [Float]

    /// Renders all of a picture, or a window of it.
    init(
        _ scene: Scene, _ columns: Int, _ rows: Int,
        of picture: (width: Double, height: Double)? = nil,
        left: Double = 0, top: Double = 0, mirrored: Bool = false, samples: Int32 = 2
    ) {
        (self.columns, self.rows) = (columns, rows)
        let count = columns * rows
        // Values that no pixel has, so that an unwritten one is noticed.
        rgb = Array(repeating: 0, count: 3 * count)
        classes = Array(repeating: 99, count: count)
        solids = Array(repeating: 99, count: count)
        depths = Array(repeating: -1, count: count)
        let whole = picture ?? (Double(columns), Double(rows))
        var scene = scene
        var view = SceneView(
            picture_width: whole.width, picture_height: whole.height, left: left, top: top,
            width: Double(columns), height: Double(rows), columns: Int32(columns),
            rows: Int32(rows), mirrored: mirrored)
        rgb.withUnsafeMutableBufferPointer { rgb in
            classes.withUnsafeMutableBufferPointer { classes in
                solids.withUnsafeMutableBufferPointer { solids in
                    depths.withUnsafeMutableBufferPointer { depths in
                        var output = SceneOutput()
                        output.rgb = rgb.baseAddress
                        output.classes = classes.baseAddress
                        output.solids = solids.baseAddress
                        output.depths = depths.baseAddress
                        scene_render(&scene, &view, samples, &output)
                    }
                }
            }
        }
    }

    /// How many pixels show each solid.
    func coverage(of scene: Scene) -> [Int] {
        (1...Int(scene.count)).map { number in solids.count { $0 == UInt8(number) } }
    }

    /// Rows and columns of a part, as a picture would have them.
    func rgb(left: Int, top: Int, columns: Int, rows: Int) -> [UInt8] {
        var part: [UInt8] = []
        for row in top..<top + rows {
            let first = 3 * (row * self.columns + left)
            part += rgb[first..<first + 3 * columns]
        }
        return part
    }
}

/// The scene with a number, from the data set 5.
func makeScene(_ index: Int, seed: UInt64 = 5) -> Scene {
    var scene = Scene()
    scene_make(&scene, seed, UInt64(index))
    return scene
}

extension Scene {
    /// The solids, the largest first.
    var list: [SceneSolid] {
        var scene = self
        return (0..<count).map { scene_solid(&scene, $0).pointee }
    }
}
