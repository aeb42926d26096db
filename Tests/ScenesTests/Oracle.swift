import CSceneRenderer
import Foundation

/// Distances and rays written again from the definitions of the solids, in double precision.
enum Oracle {
    /// The distance of a point from the surface of a solid, negative inside.
    static func distance(from point: SIMD3<Double>, to solid: SceneSolid) -> Double {
        let offset = point - vector(solid.centre)
        let (c, s) = (Double(solid.cosine), Double(solid.sine))
        let own = SIMD3(c * offset.x - s * offset.z, offset.y, s * offset.x + c * offset.z)
        let half = vector(solid.half)
        let radius = (own.x * own.x + own.z * own.z).squareRoot()
        switch solid.shape {
        case SCENE_CUBE:
            let outside = [abs(own.x) - half.x, abs(own.y) - half.y, abs(own.z) - half.z]
            let beyond = outside.map { max($0, 0) }.map { $0 * $0 }.reduce(0, +).squareRoot()
            return beyond + min(outside.max()!, 0)
        case SCENE_SPHERE:
            return (own * own).sum().squareRoot() - half.x
        case SCENE_CYLINDER:
            let outside = [radius - half.x, abs(own.y) - half.y]
            let beyond = outside.map { max($0, 0) }.map { $0 * $0 }.reduce(0, +).squareRoot()
            return beyond + min(outside.max()!, 0)
        case SCENE_CONE:
            return coneDistance(radius, own.y, half)
        default:
            let ring = radius - (half.x - half.y)
            return (ring * ring + own.y * own.y).squareRoot() - half.y
        }
    }

    /// By brute force: the nearest of many points of the outline of the cone's section.
    private static func coneDistance(_ radius: Double, _ y: Double, _ half: SIMD3<Double>) -> Double
    {
        let steps = 4000
        var nearest = Double.infinity
        for step in 0...steps {
            let t = Double(step) / Double(steps)
            let side = hypot(radius - t * half.x, y - (half.y - 2 * t * half.y))
            let base = hypot(radius - t * half.x, y + half.y)
            nearest = min(nearest, side, base)
        }
        let isInside = abs(y) < half.y && radius < half.x * (half.y - y) / (2 * half.y)
        return isInside ? -nearest : nearest
    }

    /// The direction of the ray through the centre of a pixel of a square picture.
    static func ray(_ camera: SceneCamera, row: Int, column: Int, size: Int) -> SIMD3<Double> {
        let scale = 2 * Double(camera.tangent) / Double(size)
        let u = (Double(column) + 0.5 - Double(size) / 2) * scale
        let v = (Double(size) / 2 - Double(row) - 0.5) * scale
        let direction =
            vector(camera.forward) + u * vector(camera.right) + v * vector(camera.up)
        return direction / (direction * direction).sum().squareRoot()
    }

    static func vector(_ v: SceneVector) -> SIMD3<Double> {
        SIMD3(Double(v.x), Double(v.y), Double(v.z))
    }
}
