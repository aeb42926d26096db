import JepaCore
import JepaPipeCLI
import Testing

/// Command lines: what they mean, and what is said of those that mean nothing.
struct CommandLineParserTests {
    private static let commands = [
        CommandDescriptor(
            name: "run", summary: "Trains the pipeline of a graph file.",
            arguments: [.init(name: "FILE", help: "The graph file.")],
            options: [
                .init(
                    name: "--set", short: "-s", value: "PATH=VALUE", isRepeatable: true,
                    help: "Changes a value of the graph."),
                .init(name: "--out", short: "-o", value: "DIR", help: "Where the run goes."),
                .init(name: "--steps", value: "N", range: 1...Int.max, help: "Ends early."),
                .init(
                    name: "--level", value: "N", range: -2...2, standard: "0",
                    help: "How much is shown."),
                .init(name: "--quiet", short: "-q", help: "Shows errors only."),
            ],
            notes: [
                "Reads the file, checks it, and trains. Interrupted by Ctrl-C it finishes the "
                    + "step, saves, and says how to go on."
            ],
            examples: [
                .init("run pipelines/ijepa.yaml", help: "Trains on the built-in images."),
                .init("run x.yaml --set train.epochs=1 --out runs/x", help: "Trains one epoch."),
            ]),
        CommandDescriptor(
            name: "graph", summary: "Draws a graph file.",
            arguments: [.init(name: "FILE", help: "The graph file.")],
            options: [
                .init(
                    name: "--format", value: "FORMAT", choices: ["text", "mermaid"],
                    standard: "text", help: "How it is drawn.")
            ]),
        CommandDescriptor(name: "stages", summary: "Lists the stages."),
        CommandDescriptor(
            name: "stages show", summary: "Shows a stage.",
            arguments: [.init(name: "NAME", help: "The stage.")]),
        CommandDescriptor(
            name: "masks", summary: "Draws masks.",
            arguments: [
                .init(name: "FILE", help: "The graph file."),
                .init(name: "PNG", help: "The picture.", isOptional: true),
            ]),
    ]

    /// What a command line comes out as, in one line.
    private static func outcome(_ words: [String]) -> String {
        do {
            switch try CommandLineParser(version: "1.2.3", commands: commands).parse(words) {
            case .show(let text): return text
            case .run(let name, let parsed):
                let command = commands.first { $0.name == name }
                let arguments = (command?.arguments ?? []).map {
                    "\($0.name)=\(parsed.optionalArgument($0.name) ?? "-")"
                }
                let options = (command?.options ?? []).map { option -> String in
                    if option.value == nil { return "\(option.name)=\(parsed.isOn(option.name))" }
                    if option.isRepeatable { return "\(option.name)=\(parsed.all(option.name))" }
                    if option.range != nil {
                        return "\(option.name)="
                            + (parsed.optionalInteger(option.name).map { "\($0)" } ?? "-")
                    }
                    return "\(option.name)=\(parsed.value(option.name) ?? "-")"
                }
                return (["\(name):"] + arguments + options).joined(separator: " ")
            }
        } catch let error as PipelineError {
            return error.description
        } catch {
            return "an error of another type: \(error)"
        }
    }

    private static let understood: [([String], String)] = [
        (["run", "a.yaml"], "run: FILE=a.yaml --set=[] --out=- --steps=- --level=0 --quiet=false"),
        (
            ["run", "--set", "a=1", "a.yaml", "-s", "b=2", "--set=c=3", "-s=d=4"],
            "run: FILE=a.yaml --set=[\"a=1\", \"b=2\", \"c=3\", \"d=4\"] --out=- --steps=- --level=0 "
                + "--quiet=false"
        ),
        (
            ["run", "-q", "a.yaml", "--steps", "10", "--level", "-2"],
            "run: FILE=a.yaml --set=[] --out=- --steps=10 --level=-2 --quiet=true"
        ),
        (
            ["run", "-o", "x", "--", "--odd.yaml"],
            "run: FILE=--odd.yaml --set=[] --out=x --steps=- --level=0 --quiet=false"
        ),
        (["run", "-"], "run: FILE=- --set=[] --out=- --steps=- --level=0 --quiet=false"),
        (["graph", "a.yaml"], "graph: FILE=a.yaml --format=text"),
        (["graph", "a.yaml", "--format", "mermaid"], "graph: FILE=a.yaml --format=mermaid"),
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
            error: unknown command 'train'; did you mean 'run'?
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
            'jepa-pipe --help' tells more.
            """
        ),
        (
            ["stages", "shwo"],
            """
            error: unexpected argument 'shwo'; did you mean 'show'?
            'jepa-pipe --help' tells more.
            """
        ),
        (
            ["stages", "vit"],
            """
            error: unexpected argument 'vit'; did you mean 'stages show vit'?
            'jepa-pipe --help' tells more.
            """
        ),
        (
            ["run", "a", "--epochs=3"],
            "error: unknown option '--epochs'; did you mean '--set train.epochs=3'?\n" + ofRun
        ),
        (["run"], "error: missing argument 'FILE': The graph file.\n" + ofRun),
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
        (
            ["run", "a", "--out="],
            "error: the value '' is invalid for '--out DIR'; it takes a value\n" + ofRun
        ),
        (["run", "a", "-q=1"], "error: '--quiet' is a switch and takes no value\n" + ofRun),
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
                jepa-pipe 1.2.3: pretrains and judges I-JEPA models from graph files.

                Usage: jepa-pipe COMMAND [ARGUMENTS] [OPTIONS]

                Commands:
                  run          Trains the pipeline of a graph file.
                  graph        Draws a graph file.
                  stages       Lists the stages.
                  stages show  Shows a stage.
                  masks        Draws masks.

                Options:
                  -h, --help     Shows this help.
                      --version  Shows the version.

                Exit status:
                  0              Done.
                  1              The work was begun and failed.
                  2              The command line or the graph file is wrong; nothing was begun.
                  129, 130, 143  Interrupted by SIGHUP, Ctrl-C or SIGTERM, with the run saved.

                'jepa-pipe COMMAND --help' tells what a command takes.
                """)
    }

    @Test(arguments: [["run", "--help"], ["run", "a", "-h", "--nonsense"], ["help", "run"]])
    func aCommandExplainsItself(words: [String]) {
        #expect(
            Self.outcome(words) == """
                Trains the pipeline of a graph file.

                Usage: jepa-pipe run FILE [--set PATH=VALUE]... [--out DIR] [--steps N] [--level N]
                       [--quiet]

                Arguments:
                  FILE  The graph file.

                Options:
                  -s, --set PATH=VALUE  Changes a value of the graph. May be given several times.
                  -o, --out DIR         Where the run goes.
                      --steps N         Ends early.
                      --level N         How much is shown. From -2 to 2. Default: 0.
                  -q, --quiet           Shows errors only.
                  -h, --help            Shows this help.
                      --version         Shows the version.

                Reads the file, checks it, and trains. Interrupted by Ctrl-C it finishes the step,
                saves, and says how to go on.

                Examples:
                  jepa-pipe run pipelines/ijepa.yaml
                      Trains on the built-in images.
                  jepa-pipe run x.yaml --set train.epochs=1 --out runs/x
                      Trains one epoch.
                """)
    }
}
