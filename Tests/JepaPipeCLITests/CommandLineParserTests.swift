import JepaCore
import JepaPipeCLI
import Testing

/// Command lines: what they mean, and what is said of those that mean nothing.
struct CommandLineParserTests {
    private static let parser = CommandLineParser(
        program: "jepa-pipe", summary: "pretrains models from graph files",
        version: "jepa-pipe 1.2.3",
        commands: [
            CommandDescriptor(
                "run", summary: "trains the pipeline of a graph file",
                discussion: [
                    "Reads the file, checks it, and trains. Interrupted by Ctrl-C it finishes the "
                        + "step, saves, and says how to go on."
                ],
                arguments: [.init("FILE", help: "The graph file.")],
                options: [
                    .text(
                        "set", short: "s", placeholder: "PATH=VALUE", repeated: true,
                        help: "Changes a value of the graph."),
                    .text("out", short: "o", placeholder: "DIR", help: "Where the run goes."),
                    .integer("steps", in: 1...Int.max, help: "Ends the run early."),
                    .integer("level", in: -2...2, default: 0, help: "How much is shown."),
                    .flag("quiet", short: "q", help: "Shows errors only."),
                ],
                examples: [
                    .init("run pipelines/ijepa.yaml", "Trains on the built-in images."),
                    .init("run x.yaml --set train.epochs=1 --out runs/x", "Trains one epoch."),
                ]),
            CommandDescriptor(
                "graph", summary: "draws a graph file",
                arguments: [.init("FILE", help: "The graph file.")],
                options: [
                    .choice(
                        "format", of: ["text", "mermaid"], placeholder: "FORMAT", default: "text",
                        help: "How it is drawn.")
                ]),
            CommandDescriptor("stages", summary: "lists the stages"),
            CommandDescriptor(
                "stages show", summary: "shows a stage",
                arguments: [.init("NAME", help: "The stage.")]),
            CommandDescriptor(
                "masks", summary: "draws masks",
                arguments: [
                    .init("FILE", help: "The graph file."),
                    .init("PNG", required: false, help: "The picture."),
                ]),
        ])

    /// What a command line comes out as, in one line.
    private static func outcome(_ words: [String]) -> String {
        do {
            switch try parser.parse(words) {
            case .show(let text): return text
            case .run(let command, let parsed):
                let arguments = command.arguments.map {
                    "\($0.name)=\(parsed.optionalArgument($0.name) ?? "-")"
                }
                let options = command.options.map { option -> String in
                    switch option.value {
                    case .none: "\(option.name)=\(parsed.flag(option.name))"
                    case .integer:
                        "\(option.name)=\(parsed.integer(option.name).map(String.init) ?? "-")"
                    case .text where option.isRepeated:
                        "\(option.name)=\(parsed.values(option.name))"
                    case .text, .choice: "\(option.name)=\(parsed.value(option.name) ?? "-")"
                    }
                }
                return ([command.name + ":"] + arguments + options).joined(separator: " ")
            }
        } catch let error as PipelineError {
            return error.description
        } catch {
            return "an error of another type: \(error)"
        }
    }

    private static let understood: [([String], String)] = [
        (["run", "a.yaml"], "run: FILE=a.yaml set=[] out=- steps=- level=0 quiet=false"),
        (
            ["run", "--set", "a=1", "a.yaml", "-s", "b=2", "--set=c=3", "-s=d=4"],
            "run: FILE=a.yaml set=[\"a=1\", \"b=2\", \"c=3\", \"d=4\"] out=- steps=- level=0 "
                + "quiet=false"
        ),
        (
            ["run", "-q", "a.yaml", "--out=", "--steps", "10", "--level", "-2"],
            "run: FILE=a.yaml set=[] out= steps=10 level=-2 quiet=true"
        ),
        (
            ["run", "-o", "x", "--", "--odd.yaml"],
            "run: FILE=--odd.yaml set=[] out=x steps=- level=0 quiet=false"
        ),
        (["run", "-"], "run: FILE=- set=[] out=- steps=- level=0 quiet=false"),
        (["graph", "a.yaml"], "graph: FILE=a.yaml format=text"),
        (["graph", "a.yaml", "--format", "mermaid"], "graph: FILE=a.yaml format=mermaid"),
        (["stages"], "stages:"),
        (["stages", "show", "vit"], "stages show: NAME=vit"),
        (["masks", "a.yaml"], "masks: FILE=a.yaml PNG=-"),
        (["masks", "a.yaml", "b.png"], "masks: FILE=a.yaml PNG=b.png"),
        (["--version"], "jepa-pipe 1.2.3"),
        (["run", "--version"], "jepa-pipe 1.2.3"),
    ]

    @Test(arguments: understood) func commandLinesAreUnderstood(
        words: [String], expected: String
    ) {
        #expect(Self.outcome(words) == expected)
    }

    private static let ofRun = """
        Usage: jepa-pipe run FILE [--set PATH=VALUE]... [--out DIR] [--steps N] [--level N] [--quiet]
        'jepa-pipe run --help' tells more.
        """

    private static let mistakes: [([String], String)] = [
        (
            ["rnu", "a.yaml"],
            """
            error: unknown command 'rnu'; did you mean 'run'?
            Commands: run, graph, stages, stages show, masks.
            'jepa-pipe --help' tells more.
            """
        ),
        (
            ["train"],
            """
            error: unknown command 'train'
            Commands: run, graph, stages, stages show, masks.
            'jepa-pipe --help' tells more.
            """
        ),
        (
            ["a.yaml"],
            """
            error: a command is missing before 'a.yaml'
            Commands: run, graph, stages, stages show, masks.
            'jepa-pipe --help' tells more.
            """
        ),
        (
            ["--hlep"],
            """
            error: unknown option '--hlep'; did you mean '--help'?
            'jepa-pipe --help' tells more.
            """
        ),
        (
            ["stages", "shwo", "vit"],
            """
            error: unexpected argument 'shwo'; did you mean 'show'?
            Usage: jepa-pipe stages
            'jepa-pipe stages --help' tells more.
            """
        ),
        (
            ["stages", "shwo"],
            """
            error: unexpected argument 'shwo'; did you mean 'show'?
            Usage: jepa-pipe stages
            'jepa-pipe stages --help' tells more.
            """
        ),
        (["run"], "error: missing expected argument 'FILE'\n" + ofRun),
        (["run", "a", "b"], "error: unexpected argument 'b'\n" + ofRun),
        (["run", "a", "b", "c"], "error: 2 unexpected arguments: 'b', 'c'\n" + ofRun),
        (
            ["run", "a", "--sett", "b=1"],
            "error: unknown option '--sett'; did you mean '--set'?\n" + ofRun
        ),
        (
            ["run", "a", "-set", "b=1"],
            "error: unknown option '-set'; did you mean '--set'?\n" + ofRun
        ),
        (["run", "a", "--frobnicate"], "error: unknown option '--frobnicate'\n" + ofRun),
        (["run", "a", "-x"], "error: unknown option '-x'\n" + ofRun),
        (["run", "a", "--out"], "error: missing value for '--out DIR'\n" + ofRun),
        (
            ["run", "a", "--out", "--quiet"],
            "error: missing value for '--out DIR', not the option '--quiet'\n" + ofRun
        ),
        (["run", "a", "-q=1"], "error: '--quiet' takes no value\n" + ofRun),
        (["run", "a", "--out", "x", "-o", "y"], "error: '--out' is given twice\n" + ofRun),
        (["run", "a", "-q", "--quiet"], "error: '--quiet' is given twice\n" + ofRun),
        (
            ["run", "a", "--steps", "ten"],
            "error: the value 'ten' is invalid for '--steps N'; it takes an integer of at least 1\n"
                + ofRun
        ),
        (
            ["run", "a", "--steps=0"],
            "error: the value '0' is invalid for '--steps N'; it takes an integer of at least 1\n"
                + ofRun
        ),
        (
            ["run", "a", "--level", "3"],
            "error: the value '3' is invalid for '--level N'; it takes an integer in -2...2\n"
                + ofRun
        ),
        (
            ["graph", "a", "--format", "mermiad"],
            """
            error: the value 'mermiad' is invalid for '--format FORMAT'; it takes 'text' or \
            'mermaid'; did you mean 'mermaid'?
            Usage: jepa-pipe graph FILE [--format FORMAT]
            'jepa-pipe graph --help' tells more.
            """
        ),
        (
            ["help", "rnu"],
            """
            error: unknown command 'rnu'; did you mean 'run'?
            Commands: run, graph, stages, stages show, masks.
            'jepa-pipe --help' tells more.
            """
        ),
    ]

    @Test(arguments: mistakes) func mistakesAreExplained(words: [String], expected: String) {
        #expect(Self.outcome(words) == expected)
    }

    @Test(arguments: [[], ["--help"], ["-h"], ["help"], ["help", "--help"]])
    func theProgramExplainsItself(words: [String]) {
        #expect(
            Self.outcome(words) == """
                jepa-pipe: pretrains models from graph files

                Usage: jepa-pipe COMMAND [ARGUMENTS] [OPTIONS]

                Commands:
                  run          trains the pipeline of a graph file
                  graph        draws a graph file
                  stages       lists the stages
                  stages show  shows a stage
                  masks        draws masks

                Options:
                  -h, --help     Shows this help.
                      --version  Shows the version.

                Exit codes:
                  0    All went well.
                  1    The work failed.
                  2    The command line or the graph file is wrong.
                  130  Interrupted by Ctrl-C; a training has saved and can be resumed.
                  143  Ended by SIGTERM; a training has saved and can be resumed.

                'jepa-pipe COMMAND --help' tells more of a command.
                """)
    }

    @Test(arguments: [["run", "--help"], ["run", "a", "-h", "--nonsense"], ["help", "run"]])
    func aCommandExplainsItself(words: [String]) {
        #expect(
            Self.outcome(words) == """
                jepa-pipe run: trains the pipeline of a graph file

                Usage: jepa-pipe run FILE [--set PATH=VALUE]... [--out DIR] [--steps N] [--level N]
                       [--quiet]

                Reads the file, checks it, and trains. Interrupted by Ctrl-C it finishes the step,
                saves, and says how to go on.

                Arguments:
                  FILE  The graph file.

                Options:
                  -s, --set PATH=VALUE  Changes a value of the graph. May be given several times.
                  -o, --out DIR         Where the run goes.
                      --steps N         Ends the run early.
                      --level N         How much is shown. From -2 to 2. Default: 0.
                  -q, --quiet           Shows errors only.
                  -h, --help            Shows this help.
                      --version         Shows the version.

                Examples:
                  jepa-pipe run pipelines/ijepa.yaml
                      Trains on the built-in images.
                  jepa-pipe run x.yaml --set train.epochs=1 --out runs/x
                      Trains one epoch.
                """)
    }

    @Test func exitCodesFollowFromTheError() {
        #expect(ExitCode(for: PipelineError(.usage, "x")) == .usage)
        #expect(ExitCode(for: PipelineErrors([PipelineError(.wiring, "x")])) == .usage)
        #expect(ExitCode(for: PipelineError(.notFinite, "x")) == .failure)
        #expect(ExitCode(for: PipelineErrors([PipelineError(.data, "x")])) == .failure)
        #expect(ExitCode(for: CancellationError()) == .failure)
        #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 130, 143])
    }
}
