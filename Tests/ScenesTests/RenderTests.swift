import CSceneRenderer
import Foundation
import Testing

@Suite struct RenderTests {
    @Test func depthsAndSolidsAgreeWithMarchingAlongEachRay() {
        let size = 24
        for index in 0..<12 {
            let scene = makeScene(index)
            let picture = Picture(scene, size, size, samples: 0)
            let eye = Oracle.vector(scene.camera.position)
            for pixel in 0..<size * size {
                let ray = Oracle.ray(
                    scene.camera, row: pixel / size, column: pixel % size, size: size)
                let depth = Double(picture.depths[pixel])
                guard depth.isFinite else {
                    #expect(ray.y >= 0 && picture.solids[pixel] == 0)
                    continue
                }
                // What is seen lies on the surface, and nothing lies before it.
                let point = eye + depth * ray
                if picture.solids[pixel] == 0 {
                    #expect(abs(point.y) < 1e-4)
                } else {
                    let solid = scene.list[Int(picture.solids[pixel]) - 1]
                    #expect(abs(Oracle.distance(from: point, to: solid)) < 2e-3)
                    #expect(picture.classes[pixel] == UInt8(1 + solid.shape.rawValue))
                }
                for solid in scene.list where solid.shape != SCENE_CONE {
                    for part in stride(from: 0.55, to: 0.999, by: 0.005) {
                        #expect(Oracle.distance(from: eye + part * depth * ray, to: solid) > -1e-3)
                    }
                }
            }
        }
    }

    @Test func aWindowShowsExactlyItsPartOfThePicture() {
        for index in 0..<10 {
            let scene = makeScene(index)
            let whole = Picture(scene, 61, 47)
            let part = Picture(
                scene, 23, 17, of: (width: 61, height: 47), left: 29, top: 13)
            #expect(part.rgb == whole.rgb(left: 29, top: 13, columns: 23, rows: 17))
        }
    }

    @Test func aWidePictureShowsTheSquareOneInItsMiddle() {
        let scene = makeScene(3)
        let square = Picture(scene, 40, 40)
        #expect(Picture(scene, 96, 40).rgb(left: 28, top: 0, columns: 40, rows: 40) == square.rgb)
        #expect(Picture(scene, 40, 96).rgb(left: 0, top: 28, columns: 40, rows: 40) == square.rgb)
    }

    @Test func aMirroredViewHasItsColumnsReversed() {
        let scene = makeScene(4)
        let (plain, mirrored) = (Picture(scene, 19, 11), Picture(scene, 19, 11, mirrored: true))
        for row in 0..<11 {
            for column in 0..<19 {
                let (from, to) = (row * 19 + column, row * 19 + 18 - column)
                #expect(plain.rgb[3 * from..<3 * from + 3] == mirrored.rgb[3 * to..<3 * to + 3])
                #expect(plain.solids[from] == mirrored.solids[to])
                #expect(plain.depths[from] == mirrored.depths[to])
            }
        }
    }

    @Test(arguments: [(1, 1), (1, 7), (7, 1), (2, 3), (13, 5), (129, 2), (2, 131), (257, 31)])
    func everyPixelOfAnySizeIsWritten(columns: Int, rows: Int) {
        for index in 0..<5 {
            let picture = Picture(makeScene(index), columns, rows)
            #expect(!picture.solids.contains(99) && !picture.classes.contains(99))
            #expect(picture.depths.allSatisfy { $0 > 0 })
            #expect(picture.rgb.contains { $0 > 0 })
        }
    }

    /// The oracle of smoothing is the mean over 12 x 12 points in every pixel.
    @Test func edgesAreSmoothedTowardsTheMeanOfManyPoints() {
        var errors: [Int32: Double] = [:]
        for index in 0..<6 {
            let scene = makeScene(index)
            let fine = Picture(scene, 576, 576, samples: 0)
            for samples in [0, 1, 2, 4] as [Int32] {
                let picture = Picture(scene, 48, 48, samples: samples)
                errors[samples, default: 0] += difference(picture, fine, factor: 12) / 6
            }
        }
        // In display levels, over all pixels; one point at an edge is worse than corners are.
        let (one, two, four) = (errors[1]!, errors[2]!, errors[4]!)
        #expect(two < 0.8 * one && four < 0.6 * two, "\(errors)")
        #expect(four < 1, "\(errors)")
    }

    /// The root of the mean squared difference in display levels from means of light.
    private func difference(_ picture: Picture, _ fine: Picture, factor: Int) -> Double {
        var sum = 0.0
        for row in 0..<picture.rows {
            for column in 0..<picture.columns {
                for channel in 0..<3 {
                    var light = 0.0
                    for y in row * factor..<(row + 1) * factor {
                        for x in column * factor..<(column + 1) * factor {
                            let value = Double(fine.rgb[3 * (y * fine.columns + x) + channel])
                            light += value * value
                        }
                    }
                    let mean = (light / Double(factor * factor)).squareRoot()
                    let value = Double(picture.rgb[3 * (row * picture.columns + column) + channel])
                    sum += (mean - value) * (mean - value)
                }
            }
        }
        return (sum / Double(3 * picture.rows * picture.columns)).squareRoot()
    }

    @Test func theSunCastsShadowsOnTheGround() {
        var dark = 0
        for index in 0..<10 {
            let scene = makeScene(index)
            var empty = scene
            empty.count = 0
            let (shown, bare) = (Picture(scene, 48, 48), Picture(empty, 48, 48))
            let ground = (0..<48 * 48).filter { shown.solids[$0] == 0 }
            let brightness = { (picture: Picture, pixel: Int) in
                picture.rgb[3 * pixel..<3 * pixel + 3].reduce(0) { $0 + Int($1) }
            }
            dark += ground.count { brightness(shown, $0) < brightness(bare, $0) * 4 / 5 }
        }
        // Some shadows fall behind their solids, so a single scene may show few.
        #expect(dark > 500, "\(dark) of 23040 pixels are shadow")
    }

    @Test func threadsDoNotDisturbEachOther() async {
        let alone = (0..<24).map { Picture(makeScene($0), 32, 32) }
        let together = await withTaskGroup(of: (Int, Picture).self) { group in
            for index in (0..<24).reversed() {
                group.addTask { (index, Picture(makeScene(index), 32, 32)) }
            }
            return await group.reduce(into: [Int: Picture]()) { $0[$1.0] = $1.1 }
        }
        for index in 0..<24 { #expect(together[index] == alone[index]) }
    }
}
