import JepaTensor
import JepaTestSupport
import Testing

@Suite struct PatchEmbeddingTests {
    /// Images `[2, 3, 4, 6]` in patches of 2: a grid of 2 rows and 3 columns.
    let images = sampleTensor([2, 3, 4, 6], seed: 1)
    let weight = sampleWeight("w", [5, 3, 2, 2], seed: 2)
    let bias = sampleWeight("b", [5], seed: 3)

    private func naive(_ keep: PatchIndices) -> [Double] {
        let (pixels, w) = (Oracle.doubles(images), Oracle.doubles(weight.value))
        var result: [Double] = []
        for b in 0..<2 {
            for patch in keep[block: 0, image: b].map(Int.init) {
                for d in 0..<5 {
                    var sum = Double(bias.value.elements[d])
                    for c in 0..<3 {
                        for y in 0..<2 {
                            for x in 0..<2 {
                                let (row, column) = (patch / 3 * 2 + y, patch % 3 * 2 + x)
                                sum +=
                                    pixels[((b * 3 + c) * 4 + row) * 6 + column]
                                    * w[((d * 3 + c) * 2 + y) * 2 + x]
                            }
                        }
                    }
                    result.append(sum)
                }
            }
        }
        return result
    }

    @Test(arguments: [
        nil, PatchIndices(blocks: 1, batch: 2, kept: 2, values: [0, 5, 4, 1]),
        PatchIndices(blocks: 1, batch: 2, kept: 1, values: [3, 3]),
    ])
    func embedsTheKeptPatches(keep: PatchIndices?) {
        let y = Tape().patchEmbedding(
            images: Variable(images), weight: weight, bias: bias, patchSize: 2, keep: keep)
        let all = PatchIndices.all(batch: 2, patches: 6)
        expectEqual(
            y.value, naive(keep ?? all), shape: [2, keep?.kept ?? 6, 5], .ofLargest(1e-6))
        expectGradients(inputs: [], weights: [weight, bias]) { tape, _ in
            tape.patchEmbedding(
                images: Variable(images), weight: weight, bias: bias, patchSize: 2, keep: keep)
        }
    }
}
