import CSceneRenderer
import Testing

@Suite struct SceneTests {
    @Test func theSameNumberGivesTheSameScene() {
        for index in 0..<20 {
            let (a, b) = (makeScene(index), makeScene(index))
            #expect(Picture(a, 24, 24) == Picture(b, 24, 24))
        }
    }

    @Test func otherNumbersAndOtherSeedsGiveOtherScenes() {
        let pictures = (0..<30).map { Picture(makeScene($0), 24, 24).rgb }
        #expect(Set(pictures).count == 30)
        #expect(Picture(makeScene(0, seed: 6), 24, 24).rgb != pictures[0])
    }

    /// Whoever has trained on a data set finds the same one after an update.
    @Test func theFirstScenesOfADataSetStayWhatTheyAre() {
        let scenes = (0..<8).map { makeScene($0, seed: 0) }
        #expect(scenes.map(\.count) == [9, 10, 7, 4, 6, 4, 9, 3])
        #expect(scenes.map { $0.solids.0.shape.rawValue } == [2, 4, 2, 0, 0, 3, 2, 3])
        #expect(
            scenes.map { ($0.distance * 100).rounded() } == [
                800, 827, 951, 946, 813, 781, 905, 1043,
            ])
        // The layout and the mean level of a picture; half a level is left to the machine's sines.
        #expect(scenes.map(\.attempts) == [3, 2, 2, 1, 5, 1, 1, 1])
        let levels = [149.17, 144.95, 114.82, 130.30, 87.64, 157.64, 128.11, 120.67]
        for (scene, level) in zip(scenes, levels) {
            let mean = Double(Picture(scene, 16, 16).rgb.reduce(0) { $0 + Int($1) }) / 768
            #expect(abs(mean - level) < 0.5)
        }
    }

    @Test func allLabelsAreBalanced() {
        var counts = Array(repeating: 0, count: 8)
        var shapes = Array(repeating: 0, count: 5)
        var distances = Array(repeating: 0, count: 6)
        let total = 2400
        for index in 0..<total {
            let scene = makeScene(index)
            counts[Int(scene.count) - 3] += 1
            shapes[Int(scene.solids.0.shape.rawValue)] += 1
            distances[Int((scene.distance - 7.5) * 2)] += 1
        }
        // Four standard errors of a binomial count.
        for (classes, name) in [(counts, "count"), (shapes, "shape"), (distances, "distance")] {
            let share = 1 / Double(classes.count)
            let error = (Double(total) * share * (1 - share)).squareRoot()
            for (index, seen) in classes.enumerated() {
                #expect(
                    abs(Double(seen) - Double(total) * share) < 4 * error,
                    "\(name) \(index) occurs \(seen) times in \(total)")
            }
        }
    }

    @Test func theLargestSolidIsClearlyTheLargestAndCoversMost() {
        for index in 0..<200 {
            let scene = makeScene(index)
            let sizes = scene.list.map(\.size)
            #expect(sizes[0] >= 1.799 * sizes.dropFirst().max()!, "scene \(index): \(sizes)")
            let covered = Picture(scene, 96, 96, samples: 0).coverage(of: scene)
            // A finer raster than the one that layouts are judged by, so 1.5 only nearly holds.
            #expect(covered[0] * 5 > covered.dropFirst().max()! * 7, "scene \(index): \(covered)")
        }
    }

    @Test func everySolidCanBeSeenAndLiesWhollyInThePicture() {
        for index in 0..<200 {
            let scene = makeScene(index)
            let picture = Picture(scene, 96, 96, samples: 0)
            // A finer raster than the one that layouts are judged by, so 1/256 only nearly holds.
            let least = picture.coverage(of: scene).min()!
            #expect(least >= 96 * 96 / 256 * 3 / 4, "scene \(index): \(least) pixels")
            // A picture with more to all sides shows no more of any solid.
            let wide = Picture(
                scene, 192, 192, of: (width: 96, height: 96), left: -48, top: -48, samples: 0)
            #expect(wide.coverage(of: scene) == picture.coverage(of: scene), "scene \(index)")
        }
    }

    @Test func solidsStandOnTheGroundApartFromEachOther() {
        for index in 0..<200 {
            let solids = makeScene(index).list
            // Seen from above, each lies in a circle, and no two circles meet.
            let radii = solids.map {
                $0.half.x * ($0.shape == SCENE_CUBE ? Float(2).squareRoot() : 1)
            }
            for (i, a) in solids.enumerated() {
                #expect(a.centre.y == a.half.y)
                for (j, b) in solids.enumerated().dropFirst(i + 1) {
                    let (x, z) = (a.centre.x - b.centre.x, a.centre.z - b.centre.z)
                    #expect(
                        (x * x + z * z).squareRoot() > radii[i] + radii[j],
                        "scene \(index): solids \(i) and \(j)")
                }
            }
        }
    }

    @Test func solidsOfOneSizeHaveOneVolume() {
        for solid in (0..<30).flatMap({ makeScene($0).list }) {
            let (x, y) = (Double(solid.half.x), Double(solid.half.y))
            let volume =
                switch solid.shape {
                case SCENE_CUBE: 8 * x * x * x
                case SCENE_SPHERE: 4 / 3 * Double.pi * x * x * x
                case SCENE_CYLINDER: Double.pi * x * x * 2 * y
                case SCENE_CONE: Double.pi / 3 * x * x * 2 * y
                default: 2 * Double.pi * Double.pi * (x - y) * y * y
                }
            let size = Double(solid.size)
            let sphere = 4 / 3 * Double.pi * size * size * size
            #expect(abs(volume / sphere - 1) < 1e-4)
        }
    }

    @Test func solidsOftenHideEachOther() {
        let hiding = (0..<100).count { index in
            let scene = makeScene(index)
            let together = Picture(scene, 64, 64, samples: 0).coverage(of: scene)
            let alone = scene.list.map { solid in
                var single = scene
                single.count = 1
                single.solids.0 = solid
                return Picture(single, 64, 64, samples: 0).coverage(of: single)[0]
            }
            return zip(together, alone).contains { $0 < $1 * 9 / 10 }
        }
        #expect(hiding >= 40, "a solid is partly hidden in \(hiding) of 100 scenes")
    }

    @Test func theDistanceIsThatOfTheNearestPointOfAnySolid() {
        for index in 0..<60 {
            let scene = makeScene(index)
            let camera = Oracle.vector(scene.camera.position)
            let distances = scene.list.map { Oracle.distance(from: camera, to: $0) }
            #expect(abs(distances.min()! - Double(scene.distance)) < 1e-3)
            #expect(distances[Int(scene.nearest)] == distances.min()!)
            let picture = Picture(scene, 192, 192, samples: 0)
            let seen = zip(picture.depths, picture.solids).filter { $0.1 > 0 }.map(\.0).min()!
            // A pixel is .04 units wide there, so the nearest point lies between two of them.
            #expect(seen > scene.distance - 1e-3 && seen < scene.distance + 0.05)
        }
    }
}
