import JepaTensor
import JepaTestSupport
import Testing

@Suite struct TokenTests {
    let masks = PatchIndices(
        blocks: 2, batch: 2, kept: 3, values: [0, 2, 4, 1, 3, 4, 4, 0, 4, 2, 2, 1])

    @Test func gatherTakesRowsByBlockThenImage() {
        let x = sampleTensor([2, 5, 3], seed: 1)
        let y = Tape().gather(Variable(x), masks).value
        let elements = x.elements
        let expected = (0..<4).flatMap { row in
            masks[block: row / 2, image: row % 2].flatMap { index in
                let start = (row % 2 * 5 + Int(index)) * 3
                return elements[start..<start + 3]
            }
        }
        expectEqual(y, Tensor(expected, shape: [4, 3, 3]), .absolute(0))
        expectGradients(inputs: [x]) { tape, inputs in tape.gather(inputs[0], masks) }
    }

    @Test func anIndexOutsideTheGridTraps() async {
        let result = await #expect(
            processExitsWith: .failure, observing: [\.standardErrorContent]
        ) {
            let mask = PatchIndices(blocks: 1, batch: 1, kept: 1, values: [5])
            _ = Tape().gather(Variable(Tensor(repeating: 0, shape: [1, 5, 1])), mask)
        }
        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(text.contains("patch 5 does not exist: there are 5"))
    }

    @Test func anEmptyMaskGathersNothing() {
        let mask = PatchIndices(blocks: 1, batch: 2, kept: 0, values: [])
        let y = Tape().gather(Variable(sampleTensor([2, 5, 3], seed: 1)), mask)
        #expect(y.shape == [2, 0, 3])
    }

    @Test(arguments: [(2, 2), (1, 3), (2, 6)])
    func concatenateRepeatsTheSharedTokens(batch: Int, rows: Int) {
        let a = sampleTensor([batch, 2, 3], seed: 1)
        let b = sampleTensor([rows, 1, 3], seed: 2)
        let y = Tape().concatenate(Variable(a), Variable(b)).value
        var expected: [Float] = []
        for r in 0..<rows {
            let start = r % batch * 6
            expected += a.elements[start..<start + 6]
            expected += b.elements[r * 3..<r * 3 + 3]
        }
        expectEqual(y, Tensor(expected, shape: [rows, 3, 3]), .absolute(0))
        expectGradients(inputs: [a, b]) { tape, inputs in tape.concatenate(inputs[0], inputs[1]) }
    }

    @Test func splitGivesBothSides() {
        let x = sampleTensor([2, 5, 3], seed: 1)
        let tape = Tape()
        let (first, rest) = tape.split(Variable(x), at: 2)
        #expect(first.shape == [2, 2, 3] && rest.shape == [2, 3, 3])
        expectEqual(tape.concatenate(first, rest).value, x, .absolute(0))
        expectGradients(inputs: [x]) { tape, inputs in
            let (first, rest) = tape.split(inputs[0], at: 2)
            return tape.concatenate(tape.scale(rest, by: 3), first)
        }
    }

    @Test func repeatBatchRepeatsBlockByBlock() {
        let x = sampleTensor([2, 3], seed: 1)
        let y = Tape().repeatBatch(Variable(x), times: 3).value
        expectEqual(y, Tensor(x.elements + x.elements + x.elements, shape: [6, 3]), .absolute(0))
        expectGradients(inputs: [x]) { tape, inputs in tape.repeatBatch(inputs[0], times: 3) }
    }

    @Test func positionsAreThoseOfTheKeptPatches() {
        let table = sampleTensor([5, 3], seed: 2)
        let x = sampleTensor([4, 3, 3], seed: 1)
        let y = Tape().addPositions(Variable(x), table: table, indices: masks).value
        let expected = (0..<x.count).map { i in
            Double(x.elements[i]) + Double(table.elements[Int(masks.values[i / 3]) * 3 + i % 3])
        }
        expectEqual(y, expected, shape: x.shape, .absolute(1e-6))
        expectGradients(inputs: [x]) { tape, inputs in
            tape.addPositions(inputs[0], table: table, indices: masks)
        }
    }

    @Test func maskTokensAreTheTokenAtItsPosition() {
        let table = sampleTensor([5, 3], seed: 2)
        let token = sampleWeight("mask_token", [1, 1, 3], seed: 1)
        let y = Tape().maskTokens(token: token, positions: table, indices: masks).value
        let expected = (0..<36).map { i in
            Double(token.value.elements[i % 3])
                + Double(table.elements[Int(masks.values[i / 3]) * 3 + i % 3])
        }
        expectEqual(y, expected, shape: [4, 3, 3], .absolute(1e-6))
        expectGradients(inputs: [], weights: [token]) { tape, _ in
            tape.maskTokens(token: token, positions: table, indices: masks)
        }
    }
}
