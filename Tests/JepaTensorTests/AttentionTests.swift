import JepaTensor
import JepaTestSupport
import Testing

@Suite struct AttentionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let images: Int
        var blocks = 1
        var queries = 0
        let tokens: Int
        let heads: Int
        let headWidth: Int

        var width: Int { heads * headWidth }
        var testDescription: String {
            "\(images) images, \(blocks) x \(queries) queries, \(tokens) tokens, "
                + "\(heads) heads of \(headWidth)"
        }
    }

    static let full = [
        Case(images: 1, tokens: 1, heads: 1, headWidth: 1),
        Case(images: 2, tokens: 3, heads: 1, headWidth: 2),
        Case(images: 1, tokens: 5, heads: 3, headWidth: 2),
    ]
    static let restricted = [
        Case(images: 1, queries: 1, tokens: 1, heads: 1, headWidth: 1),
        Case(images: 2, queries: 2, tokens: 3, heads: 2, headWidth: 2),
        Case(images: 2, blocks: 3, queries: 1, tokens: 4, heads: 1, headWidth: 3),
    ]

    @Test(
        arguments: full + [
            Case(images: 2, tokens: 61, heads: 3, headWidth: 17),
            // More queries than a thread takes at a time.
            Case(images: 1, tokens: 401, heads: 1, headWidth: 5),
        ])
    func everyTokenAttendsToAll(_ c: Case) {
        let qkv = sampleTensor([c.images, c.tokens, 3 * c.width], seed: 1)
        let y = Tape().attention(qkv: Variable(qkv), heads: c.heads)
        let all = Oracle.doubles(qkv)
        let part = { Oracle.columns(all, width: 3 * c.width, $0 * c.width..<($0 + 1) * c.width) }
        let expected = Oracle.attention(
            queries: part(0), rows: c.images, n: c.tokens, keys: part(1), values: part(2),
            images: c.images, m: c.tokens, width: c.width, heads: c.heads)
        // The exponential's relative error is 2e-7 times the scores, which reach 10.
        expectEqual(y.value, expected, shape: [c.images, c.tokens, c.width], .ofLargest(3e-6))
    }

    @Test(arguments: full + [Case(images: 2, tokens: 61, heads: 3, headWidth: 17)])
    func probabilitiesForPicturesAreThoseOfTheOperation(_ c: Case) {
        let qkv = sampleTensor([c.images, c.tokens, 3 * c.width], seed: 1)
        let y = Tape().attention(qkv: Variable(qkv), heads: c.heads).value
        let queries = (0..<c.tokens).reversed().map { $0 }
        let found = attentionProbabilities(qkv: qkv, heads: c.heads, queries: queries)
        #expect(found.shape == [c.images, c.heads, c.tokens, c.tokens])
        let rows = Oracle.doubles(found)
        for row in 0..<c.images * c.heads * c.tokens {
            let sum = rows[row * c.tokens..<(row + 1) * c.tokens].reduce(0, +)
            #expect(abs(sum - 1) < 1e-6)
        }
        // The values weighted by them have to be what training computes.
        let values = Oracle.columns(
            Oracle.doubles(qkv), width: 3 * c.width, 2 * c.width..<3 * c.width)
        var expected = [Double](repeating: 0, count: y.count)
        for place in 0..<y.count {
            let (token, channel) = (place / c.width, place % c.width)
            let (image, query) = (token / c.tokens, token % c.tokens)
            let row = (image * c.heads + channel / c.headWidth) * c.tokens + queries[query]
            expected[place] = (0..<c.tokens).reduce(0) {
                $0 + rows[row * c.tokens + $1]
                    * values[(image * c.tokens + $1) * c.width + channel]
            }
        }
        expectEqual(y, expected, shape: y.shape, .ofLargest(3e-6))
    }

    @Test(
        arguments: restricted + [
            Case(images: 2, blocks: 2, queries: 13, tokens: 61, heads: 3, headWidth: 17)
        ])
    func someQueriesAttendToTheirImage(_ c: Case) {
        let queries = sampleTensor([c.blocks * c.images, c.queries, c.width], seed: 1)
        let keysValues = sampleTensor([c.images, c.tokens, 2 * c.width], seed: 2)
        let y = Tape().attention(
            queries: Variable(queries), keysValues: Variable(keysValues), heads: c.heads)
        let all = Oracle.doubles(keysValues)
        let expected = Oracle.attention(
            queries: Oracle.doubles(queries), rows: c.blocks * c.images, n: c.queries,
            keys: Oracle.columns(all, width: 2 * c.width, 0..<c.width),
            values: Oracle.columns(all, width: 2 * c.width, c.width..<2 * c.width),
            images: c.images, m: c.tokens, width: c.width, heads: c.heads)
        expectEqual(y.value, expected, shape: queries.shape, .ofLargest(3e-6))
    }

    @Test(arguments: full)
    func passesGradients(_ c: Case) {
        expectGradients(
            inputs: [sampleTensor([c.images, c.tokens, 3 * c.width], seed: 1)]
        ) { tape, inputs in tape.attention(qkv: inputs[0], heads: c.heads) }
    }

    @Test(arguments: restricted)
    func passesGradientsToQueriesKeysAndValues(_ c: Case) {
        expectGradients(
            inputs: [
                sampleTensor([c.blocks * c.images, c.queries, c.width], seed: 1),
                sampleTensor([c.images, c.tokens, 2 * c.width], seed: 2),
            ]
        ) { tape, inputs in
            tape.attention(queries: inputs[0], keysValues: inputs[1], heads: c.heads)
        }
    }

    @Test func gradientsOverSeveralPartsOfQueriesAddUp() {
        // 401 tokens are more queries than a thread takes at a time; the sum over all queries of
        // the gradient of the values is 1 for each query and channel, however they are cut.
        let tape = Tape()
        let qkv = Variable(sampleTensor([1, 401, 3], seed: 1), requiresGradient: true)
        tape.backward(from: [(tape.mean(tape.attention(qkv: qkv, heads: 1)), 401)])
        let gradient = Oracle.doubles(qkv.receivedGradient!)
        let sum = Oracle.columns(gradient, width: 3, 2..<3).reduce(0, +)
        #expect(abs(sum - 401) < 1e-2)
    }

    @Test func largeScoresStayFinite() {
        let qkv = Tensor(repeating: 200, shape: [1, 3, 12])
        let y = Tape().attention(qkv: Variable(qkv), heads: 1)
        expectEqual(y.value, Tensor(repeating: 200, shape: [1, 3, 4]), .absolute(1e-3))
    }
}
