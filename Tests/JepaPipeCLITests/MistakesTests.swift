import Foundation
import JepaFormats
import JepaTestSupport
import Testing

/// The program answers every mistake of `Tests/Mistakes` with the text that stands there.
///
/// A case without an answer is given the present one, and fails: it has to be read before it counts.
struct MistakesTests {
    @Test func thereAreManyAndTheirTitlesAreUnique() {
        let names = MistakeCase.all.map(\.testDescription)
        #expect(names.count >= 100)
        #expect(Set(names).count == names.count)
    }

    @Test(.enabled(if: Program.isBuilt), arguments: MistakeCase.all)
    func isAnswered(_ mistake: MistakeCase) throws {
        let graph = try #require(
            mistake.changedGraph, "the lines that change are not in graph.yaml")
        let scratch = TemporaryFolder()
        try scratch.makeFolder("photos")
        try scratch.write(graph, to: "graph.yaml")
        try scratch.write("", to: "empty.yaml")
        try scratch.write([0x73, 0x3A, 0x20, 0xC3, 0x28, 0x0A], to: "noise.yaml")
        let line = mistake.kind == .console ? mistake.input : "jepa-pipe validate graph.yaml"
        let outcome = try Program.run(line, in: scratch.path)
        var answer = outcome.output
        while answer.last?.isNewline == true { answer.removeLast() }
        if outcome.status != 2 { answer += "\n[exit status \(outcome.status)]" }
        guard let expected = mistake.expected else {
            try mistake.record(answer)
            Issue.record("the answer was missing and has been recorded: \(answer)")
            return
        }
        #expect(answer == expected)
    }
}
