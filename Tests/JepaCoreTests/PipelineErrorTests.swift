import JepaCore
import Testing

@Suite struct PipelineErrorTests {
    @Test func pointsAtItsPlace() {
        let line = "  masks: {use: multiblok, target_blocks: 4}"
        let error = PipelineError(
            .unknownName, "masker 'multiblok' is not registered; did you mean 'multiblock'?",
            at: SourceLocation(file: "a.yaml", line: 9, column: 16, length: 9, text: line),
            notes: ["Registered maskers: block, multiblock."])
        #expect(
            error.description == """
                a.yaml:9:16: error: masker 'multiblok' is not registered; did you mean 'multiblock'?
                  masks: {use: multiblok, target_blocks: 4}
                               ^~~~~~~~~
                Registered maskers: block, multiblock.
                """)
    }

    @Test func keepsTabsSoThatTheCaretStandsRight() {
        let error = PipelineError(
            .syntax, "a tab", at: SourceLocation(file: "a", line: 1, column: 3, text: "\tab"))
        #expect(error.description == "a:1:3: error: a tab\n\tab\n\t ^")
    }

    /// Columns are counted from 1; a parser may count its own from 0.
    @Test(arguments: [1, 0, -3]) func aColumnBeforeTheLineIsItsFirst(column: Int) {
        let place = SourceLocation(file: "a", line: 1, column: column, text: "ab")
        #expect(
            PipelineError(.syntax, "wrong", at: place).description
                == "a:1:1: error: wrong\nab\n^")
    }

    @Test func withoutAPlaceThereIsOnlyTheMessage() {
        #expect(PipelineError(.file, "no such file").description == "error: no such file")
    }

    @Test func severalStandInTheOrderOfTheFileAndThoseWithoutAPlaceLast() {
        func error(_ message: String, _ line: Int?) -> PipelineError {
            PipelineError(
                .value, message, at: line.map { SourceLocation(file: "a", line: $0, column: 1) })
        }
        let errors = PipelineErrors([error("x", nil), error("b", 7), error("a", 2)])
        #expect(errors.errors.map(\.message) == ["a", "b", "x"])
    }

    /// A place is given to a single mistake that has none, and to no other.
    @Test func oneMistakeAndSeveralAreTakenAlike() {
        let (place, other) = (
            SourceLocation(file: "a", line: 3, column: 1),
            SourceLocation(file: "a", line: 5, column: 1)
        )
        let bare = PipelineError(.data, "bare")
        let placed = PipelineError(.data, "placed", at: other)
        let several = PipelineErrors([placed, bare])
        #expect(PipelineErrors(bare, at: place)?.errors.map(\.location) == [place])
        #expect(PipelineErrors(placed, at: place)?.errors == [placed])
        #expect(PipelineErrors(several, at: place) == several)
        #expect(PipelineErrors(CancellationError(), at: place) == nil)
    }
}
