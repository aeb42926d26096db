package import CSceneRenderer

/// What the label of a scene tells.
package enum SceneLabel: String, CaseIterable {
    /// The shape of the largest solid.
    case largestClass = "largest_class"
    /// How many solids there are, 3 to 10.
    case count
    /// How far the nearest point of any solid is from the camera, in six steps.
    case distance

    /// Where one class of distance ends and the next begins, in scene units.
    package static let distances: [Float] = [8, 8.5, 9, 9.5, 10]

    /// The names of the shapes, in the order of `SceneShape`.
    package static let shapes = ["cube", "sphere", "cylinder", "cone", "torus"]

    /// The names of the classes.
    package var classNames: [String] {
        switch self {
        case .largestClass: Self.shapes
        case .count: (SCENE_MIN_SOLIDS...SCENE_MAX_SOLIDS).map { "\($0)" }
        case .distance:
            ["below \(Self.distances[0])"]
                + zip(Self.distances, Self.distances.dropFirst()).map { "\($0) to \($1)" }
                + ["above \(Self.distances[Self.distances.count - 1])"]
        }
    }

    /// The class of a scene.
    package func label(of scene: Scene) -> Int32 {
        switch self {
        case .largestClass: Int32(scene.solids.0.shape.rawValue)
        case .count: scene.count - Int32(SCENE_MIN_SOLIDS)
        case .distance: Int32(Self.distances.count { $0 <= scene.distance })
        }
    }

    /// What the label tells as a number: how many solids, or the distance in scene units; nil for
    /// shapes, which have no order.
    package func value(of scene: Scene) -> Double? {
        switch self {
        case .largestClass: nil
        case .count: Double(scene.count)
        case .distance: Double(scene.distance)
        }
    }
}
