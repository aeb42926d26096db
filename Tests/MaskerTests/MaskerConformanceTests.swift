import JepaCore
import JepaTensor
import JepaTestSupport
import Testing

/// The conformance battery has to find what deliberately wrong maskers do.
struct MaskerConformanceTests {
    @Test func findsNothingInAMaskerThatConforms() {
        #expect(MaskerConformance().violations(of: FirstAndLast<Right>.self) == [])
    }

    @Test(
        arguments: [
            (FirstAndLast<OutOfGrid>.self, "index 196 outside 0..<196"),
            (FirstAndLast<Negative>.self, "index -1 outside 0..<196"),
            (FirstAndLast<Descending>.self, "is not ascending: 2 before 1"),
            (FirstAndLast<Repeating>.self, "is not ascending: 0 before 0"),
            (FirstAndLast<EmptyContext>.self, "the context masks are empty"),
            (FirstAndLast<EmptyTarget>.self, "the target masks are empty"),
            (FirstAndLast<NoTarget>.self, "no target block"),
            (FirstAndLast<TwoTargets>.self, "2 target blocks where dimensions say 1"),
            (FirstAndLast<Overlapping>.self, "is in the context and in target 0"),
            (FirstAndLast<OneImageMore>.self, ": masks of "),
            (FirstAndLast<Changing>.self, "the same random numbers give other masks"),
            (FirstAndLast<Throwing>.self, "accepted the grid, then threw"),
            (FirstAndLast<OtherError>.self, "which is no PipelineError"),
            (FirstAndLast<RefusingAll>.self, "refuses all of the grids"),
        ] as [(any Masker.Type, String)])
    func findsWhatIsWrong(_ type: any Masker.Type, _ expected: String) {
        let violations = found(in: type)
        #expect(!violations.isEmpty)
        for violation in violations { #expect(violation.contains(expected)) }
    }
}

private func found<M: Masker>(in type: M.Type) -> [String] {
    MaskerConformance(grids: [.square(14)]).violations(of: type)
}

/// A way to make masks, right or wrong.
private protocol Behaviour: Sendable {
    static func refusal(of grid: PatchGrid) -> (any Error)?
    static func masks(
        _ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom
    ) throws -> (context: PatchIndices, targets: PatchIndices)
}

extension Behaviour {
    static func refusal(of grid: PatchGrid) -> (any Error)? {
        grid.count < 5 ? PipelineError(.configuration, "too small") : nil
    }

    static func indices(_ values: [Int32], _ batch: Int, blocks: Int = 1) -> PatchIndices {
        PatchIndices(
            blocks: blocks, batch: batch, kept: values.count,
            values: (0..<blocks * batch).flatMap { _ in values })
    }
}

/// The first patches are the context, the last one the target, unless the behaviour is wrong.
private struct FirstAndLast<B: Behaviour>: Masker {
    static var descriptor: StageDescriptor { StageDescriptor(name: "\(B.self)", summary: "Test.") }
    var dimensions: [String: Dimension] { ["M": 1] }

    init(parameters: StageParameters) throws {
        if let error = B.refusal(of: parameters.grid("patches")) { throw error }
    }

    func masks(
        for grid: PatchGrid, batchSize: Int, using random: inout StageRandom
    ) throws -> MaskSet {
        let masks = try B.masks(grid, batchSize, &random)
        return MaskSet(context: masks.context, targets: masks.targets)
    }
}

private typealias Masks = (context: PatchIndices, targets: PatchIndices)

private enum Right: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 1, 2], batch), indices([Int32(grid.count - 1)], batch))
    }
}
private enum OutOfGrid: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 1, 2], batch), indices([Int32(grid.count)], batch))
    }
}
private enum Negative: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([-1, 1, 2], batch), indices([4], batch))
    }
}
private enum Descending: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 2, 1], batch), indices([4], batch))
    }
}
private enum Repeating: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 0, 1], batch), indices([4], batch))
    }
}
private enum EmptyContext: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([], batch), indices([4], batch))
    }
}
private enum EmptyTarget: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 1], batch), indices([], batch))
    }
}
private enum NoTarget: Behaviour {
    // With no block there is neither the right number of them nor anything in them.
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 1], batch), indices([4], batch, blocks: 0))
    }
}
private enum TwoTargets: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 1], batch), indices([4], batch, blocks: 2))
    }
}
private enum Overlapping: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 1], batch), indices([1, 4], batch))
    }
}
private enum OneImageMore: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        (indices([0, 1], batch + 1), indices([4], batch + 1))
    }
}
private enum Changing: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        // The system's generator is what a masker must not use.
        let start = Int32.random(in: 0..<100) + Int32.random(in: 0..<90)
        return (indices([start, start + 1], batch), indices([start + 3], batch))
    }
}
private enum Throwing: Behaviour {
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) throws -> Masks
    {
        throw PipelineError(.configuration, "the context has no patch")
    }
}
private struct PlainError: Error {}
private enum OtherError: Behaviour {
    static func refusal(of grid: PatchGrid) -> (any Error)? {
        grid.width == 14 ? PlainError() : nil
    }
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        Right.masks(grid, batch, &random)
    }
}
private enum RefusingAll: Behaviour {
    static func refusal(of grid: PatchGrid) -> (any Error)? {
        PipelineError(.configuration, "too small")
    }
    static func masks(_ grid: PatchGrid, _ batch: Int, _ random: inout StageRandom) -> Masks {
        Right.masks(grid, batch, &random)
    }
}
