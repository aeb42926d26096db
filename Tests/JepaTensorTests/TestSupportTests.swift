import JepaTensor
import JepaTestSupport
import Testing

/// The helpers that other tests rely on must fail on a wrong answer.
@Suite struct TestSupportTests {
    let x = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])

    @Test func comparisonPointsAtTheFarthestEntry() {
        withKnownIssue {
            expectEqual(x, Tensor([1, 2.1, 3, 4, 9, 6], shape: [2, 3]), .absolute(0.01), "y")
        } matching: { issue in
            issue.comments.first?.rawValue == """
                y differs in 2 of 6 entries by more than 0.01; the farthest is [1, 1]: 5.0, \
                expected 9.0
                """
        }
    }

    @Test func comparisonNoticesAnotherShape() {
        withKnownIssue {
            expectEqual(x, x.reshaped([3, 2]), .absolute(1))
        } matching: {
            $0.comments.first?.rawValue == "tensor has the shape [2, 3], expected [3, 2]"
        }
    }

    @Test(arguments: [Float.nan, .infinity])
    func comparisonNoticesWhatIsNotFinite(bad: Float) {
        withKnownIssue {
            expectEqual(Tensor([bad], shape: [1]), Tensor([1], shape: [1]), .absolute(1e9))
        }
        withKnownIssue {
            expectEqual(Tensor([1], shape: [1]), Tensor([bad], shape: [1]), .absolute(1))
        }
        expectEqual(Tensor([bad], shape: [1]), Tensor([bad], shape: [1]), .absolute(0))
    }

    @Test func aRelativeToleranceIsOfTheLargestEntry() {
        let expected = Tensor([1, 2, 3, 4, 5, 6.05], shape: [2, 3])
        expectEqual(x, expected, .ofLargest(0.01))
        withKnownIssue { expectEqual(x, expected, .ofLargest(0.005)) }
    }

    @Test func theGradientCheckNoticesAWrongFactor() {
        withKnownIssue {
            expectGradients(inputs: [x]) { tape, inputs in
                tape.record(inputs[0].value, keeps: tape.keeps(inputs[0])) { gradient in
                    inputs[0].accumulate(Tape().scale(Variable(gradient), by: 1.01).value)
                }
            }
        }
    }

    @Test func theGradientCheckNoticesAMissingGradient() {
        let weight = sampleWeight("w", [2, 3], seed: 1)
        withKnownIssue {
            expectGradients(inputs: [x], weights: [weight]) { tape, inputs in
                let sum = Tape().add(inputs[0], Variable(weight.value)).value
                return tape.record(sum, keeps: tape.keeps(inputs[0])) { inputs[0].accumulate($0) }
            }
        }
    }
}
