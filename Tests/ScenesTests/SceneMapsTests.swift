import CSceneRenderer
import JepaCore
import JepaScenes
import Testing

@Suite struct SceneMapsTests {
    private func makeStage(_ values: Setting) throws -> Scenes {
        try Scenes(parameters: StageParameters(for: Scenes.self, named: "data", values))
    }

    @Test(arguments: [(48, 48), (20, 30), (7, 1)])
    func mapsAreThoseOfTheRenderer(height: Int, width: Int) throws {
        let stage = try makeStage(
            ["size": [.init(integerLiteral: height), .init(integerLiteral: width)], "seed": 5])
        for index in 0..<10 {
            let maps = stage.maps(of: index)
            let picture = Picture(makeScene(index), width, height)
            #expect(maps.classes == picture.classes)
            #expect(maps.distances == picture.depths)
        }
    }

    /// What the pixels say and what the labels say of the same scene.
    @Test func mapsAgreeWithTheLabels() throws {
        let stages = try ["largest_class", "count", "distance"].map {
            try makeStage(["size": 96, "seed": 5, "labels": .init(stringLiteral: $0)])
        }
        var gaps = 0.0
        for index in 0..<60 {
            let maps = stages[0].maps(of: index)
            #expect(stages[1].maps(of: index) == maps)
            let picture = Picture(makeScene(index), 96, 96, samples: 0)
            // Every solid is seen somewhere, and the one that covers most has the class of the label.
            let covered = picture.coverage(of: makeScene(index))
            #expect(covered.allSatisfy { $0 > 0 })
            #expect(Double(covered.count) == stages[1].value(of: index))
            let largest = covered.indices.max { covered[$0] < covered[$1] }!
            let pixel = picture.solids.firstIndex(of: UInt8(largest + 1))!
            let scene = makeScene(index)
            #expect(Int32(maps.classes[pixel]) == 1 + SceneLabel.largestClass.label(of: scene))
            #expect(
                Scenes.mapNames[Int(maps.classes[pixel])]
                    == stages[0].classNames[Int(SceneLabel.largestClass.label(of: scene))])
            // No pixel of a solid is nearer than the label says, and one comes close to it.
            let distance = stages[2].value(of: index)
            let nearest = zip(maps.classes, maps.distances).filter { $0.0 > 0 }.map(\.1).min()!
            #expect(Double(nearest) > distance - 1e-3)
            #expect(Double(nearest) < distance + 0.25, "scene \(index)")
            gaps += Double(nearest) - distance
        }
        // Pixels of a fine raster miss the nearest point by little.
        #expect(gaps / 60 < 0.05)
    }

    @Test func backgroundIsGroundAndSky() throws {
        let stage = try makeStage(["size": 48])
        var (sky, ground, shapes) = (0, 0, Set<UInt8>())
        for index in 0..<200 {
            let maps = stage.maps(of: index)
            for (name, distance) in zip(maps.classes, maps.distances) {
                #expect(Int(name) < Scenes.mapNames.count)
                if name > 0 {
                    shapes.insert(name)
                    #expect(distance.isFinite)
                } else if distance.isInfinite {
                    sky += 1
                } else {
                    ground += 1
                }
            }
        }
        #expect(shapes == [1, 2, 3, 4, 5])
        #expect(sky > 0 && 500 * sky < ground)
    }
}
