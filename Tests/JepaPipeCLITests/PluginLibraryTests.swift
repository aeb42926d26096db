import Foundation
import JepaTestSupport
import Testing

/// A file that is no plugin of this program is refused with a reason, before any of it runs.
///
/// The plugins are small C libraries made by the clang of the Swift toolchain, each right in all
/// but one respect; `Tests/Extensions` loads real ones.
@Suite(.enabled(if: Program.isBuilt))
struct PluginLibraryTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path

    /// The answer to `stages --plugin FILE`, in a folder where some lines of shell have run.
    private func answer(to file: String, after preparation: String) throws -> Program.Outcome {
        let scratch = TemporaryFolder()
        let made = try Program.run("set -e; " + preparation, in: scratch.path)
        try #require(made.status == 0, "\(made.output)")
        return try Program.run("jepa-pipe stages --plugin '\(file)'", in: scratch.path)
    }

    @Test(
        arguments: [
            ("echo 'plugin = true' > x.so", "is no shared library: it is text that begins with"),
            (": > x.so", "is no shared library: it is empty"),
            ("mkdir x.so", "the plugin 'x.so' is a folder"),
            ("true", "there is no plugin 'x.so'"),
            ("head -c 100 /dev/zero > x.so", "is no shared library: it does not begin as one"),
            ("printf '\\177ELF\\002\\001' > x.so", "is cut off: it has 6 bytes"),
            (
                "printf '\\177ELF\\001\\001' > x.so; head -c 100 /dev/zero >> x.so",
                "is for processors of 32 bits"
            ),
            (
                "printf '\\177ELF\\002\\001' > x.so; head -c 100 /dev/zero >> x.so",
                "is for another processor than this program"
            ),
            (
                "echo 'int x;' > x.c; clang -c x.c -o x.so",
                "is an object file or a program, no shared library"
            ),
            (
                "echo 'int x[9999] = {1};' > x.c; clang -shared x.c -o y.so; "
                    + "head -c 9000 y.so > x.so", "is cut off: it has 9000 bytes"
            ),
            (
                "echo 'int x;' > x.c; clang -shared x.c -o x.so",
                "is a shared library but no plugin: it has no symbol 'jepa_plugin'"
            ),
            (
                "echo 'extern int jepa_missing; int *x = &jepa_missing;' > x.c; "
                    + "clang -shared -fPIC x.c -o x.so",
                "the plugin 'x.so' needs 'jepa_missing', which this program does not have"
            ),
            (
                "echo 'extern int $s8JepaCore5StageP4turnyyF; "
                    + "void *x = &$s8JepaCore5StageP4turnyyF;' > x.c; "
                    + "clang -shared -fPIC x.c -o x.so",
                "needs 'JepaCore.Stage.turn() -> ()'"
            ),
        ])
    func aFileThatIsNoPluginIsRefused(_ preparation: String, _ expected: String) throws {
        let outcome = try answer(to: "x.so", after: preparation)
        #expect(outcome.status == 2, "\(outcome.output)")
        #expect(outcome.output.contains(expected), "\(outcome.output)")
    }

    @Test(
        arguments: [
            (".magic = 1", "describes no plugin"),
            (".abi = 999", "has the plugin interface 999, this program "),
            (".version = \"0.0.9\"", "was built with jepa-pipe 0.0.9, this is jepa-pipe "),
            (".version = 0", "was built with jepa-pipe nothing"),
            (".compiler = \"gcc 1.0\"", "was built by another compiler"),
            (".core = &own", "has a copy of the core of its own"),
        ])
    func aPluginThatDoesNotGoWithTheProgramIsRefused(
        _ change: String, _ expected: String
    ) throws {
        let source = """
            #include "\(Self.root)/Sources/CPluginHost/include/CPluginHost.h"
            static const char own;
            static void add(void *host) { __builtin_trap(); }
            const struct jepa_plugin jepa_plugin = {
                .magic = JEPA_PLUGIN_MAGIC, .abi = JEPA_PLUGIN_ABI, .version = JEPA_VERSION,
                .compiler = __VERSION__, .core = &jepa_core, .add_stages = add, \(change)
            };
            """
        let outcome = try answer(
            to: "x.so",
            after: "cat > x.c <<'END'\n\(source)\nEND\n"
                + "clang -w -shared -fPIC x.c -o x.so")
        #expect(outcome.status == 2, "\(outcome.output)")
        #expect(outcome.output.contains("error: the plugin 'x.so' "), "\(outcome.output)")
        #expect(outcome.output.contains(expected), "\(outcome.output)")
    }

    @Test func aPluginThatGoesWithTheProgramIsAsked() throws {
        let source = """
            #include <stdio.h>
            #include "\(Self.root)/Sources/CPluginHost/include/CPluginHost.h"
            static void add(void *host) { puts(host ? "asked for stages" : "no host"); }
            const struct jepa_plugin jepa_plugin = {
                JEPA_PLUGIN_MAGIC, JEPA_PLUGIN_ABI, 0, JEPA_VERSION, __VERSION__, &jepa_core, add
            };
            """
        let outcome = try answer(
            to: "x.so",
            after: "cat > x.c <<'END'\n\(source)\nEND\nclang -shared -fPIC x.c -o x.so")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.contains("asked for stages"))
        #expect(outcome.output.contains("multiblock"))
    }
}
