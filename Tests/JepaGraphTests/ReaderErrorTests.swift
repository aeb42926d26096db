import JepaCore
import JepaGraph
import Testing

/// Every mistake a text can hold, with the whole message.
///
/// The tables stand in files of their own.
struct ReaderErrorTests {
    @Test(arguments: inSyntax + inMeaning) func mistakesAreReportedWithTheirPlace(_ c: Case) {
        #expect(message { try GraphReader.read(text: c.text, file: "g.yaml") } == c.expected)
    }
}
