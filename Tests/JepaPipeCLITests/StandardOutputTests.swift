import Testing

/// What becomes of the program when nobody takes what it prints.
@Suite(.enabled(if: Program.isBuilt)) struct StandardOutputTests {
    @Test(arguments: ["--version", "stages", "schema"])
    func aFullDeviceIsAnError(words: String) throws {
        let outcome = try Program.run("jepa-pipe \(words) > /dev/full", in: "/")
        #expect(outcome.status == 1)
        #expect(outcome.output.hasPrefix("error: cannot write to standard output: "))
    }

    @Test func errorsDoNotGoToStandardOutput() throws {
        for words in ["", "bogus", "validate nothing.yaml", "run", "run nothing.yaml --set x"] {
            let outcome = try Program.run("jepa-pipe \(words) 2> /dev/null", in: "/")
            #expect(outcome.status == 2, "\(words)")
            #expect(outcome.output == "", "\(words)")
        }
    }

    @Test func aReaderThatStopsEndsTheProgramQuietly() throws {
        let outcome = try Program.run("jepa-pipe schema | head -n 1", in: "/")
        #expect(outcome.output == "{\n")
        #expect(outcome.status == 0)
    }
}
