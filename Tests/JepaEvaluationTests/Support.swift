import JepaCore
import JepaEvaluation
import JepaTensor
import Testing

/// Expects two lists of numbers to agree, and names the worst entry if they do not.
func expectClose(
    _ found: [Double], _ expected: [Double], within tolerance: Double,
    at location: Testing.SourceLocation = #_sourceLocation
) {
    guard found.count == expected.count else {
        Issue.record("\(found.count) numbers for \(expected.count)", sourceLocation: location)
        return
    }
    // Not `>`: a NaN is as far as can be.
    let distances = zip(found, expected).map { $0.isFinite ? abs($0 - $1) : .infinity }
    guard let worst = distances.indices.max(by: { distances[$0] < distances[$1] }),
        distances[worst] > tolerance
    else { return }
    Issue.record(
        "entry \(worst) is \(found[worst]) instead of \(expected[worst]) (within \(tolerance))",
        sourceLocation: location)
}

/// Expects two numbers to agree.
func expectClose(
    _ found: Double?, _ expected: Double, within tolerance: Double,
    at location: Testing.SourceLocation = #_sourceLocation
) {
    expectClose([found ?? .nan], [expected], within: tolerance, at: location)
}

/// Expects an error with exactly this code and message.
func expectError<T>(
    _ code: PipelineError.Code, _ message: String,
    at location: Testing.SourceLocation = #_sourceLocation, _ body: () throws -> T
) {
    do {
        _ = try body()
        Issue.record("no error, expected: \(message)", sourceLocation: location)
    } catch let error as PipelineError {
        #expect(error.code == code, sourceLocation: location)
        #expect(error.message == message, sourceLocation: location)
    } catch {
        Issue.record("another error: \(error)", sourceLocation: location)
    }
}

/// Numbers without pattern in -1..<1, the same on every run.
func noise(_ count: Int, seed: UInt64 = 1) -> [Float] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
    }
}

/// A table of noise.
func noiseTable(_ rows: Int, _ columns: Int, seed: UInt64 = 1) -> Tensor {
    Tensor(noise(rows * columns, seed: seed), shape: [rows, columns])
}

/// A labelled set from rows written out.
func set(_ rows: [[Float]], labels: [Int]? = nil) throws -> FeatureSet {
    try FeatureSet(
        features: Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count]), labels: labels)
}

@Suite struct SupportTests {
    @Test func closenessFailsOnAWrongNumber() {
        withKnownIssue { expectClose([1, 2, 3], [1, 2, 4], within: 0.5) }
    }

    @Test func closenessFailsOnNotANumber() {
        withKnownIssue { expectClose([.nan], [1], within: 0.5) }
        withKnownIssue { expectClose(nil, 1, within: 0.5) }
    }

    @Test func closenessFailsOnAnotherCount() {
        withKnownIssue { expectClose([1], [1, 1], within: 0.5) }
    }

    @Test func errorExpectationFailsOnAnotherTextAndOnSuccess() {
        withKnownIssue {
            expectError(.data, "this") { throw PipelineError(.data, "that") }
        }
        withKnownIssue { expectError(.data, "this") {} }
    }
}
