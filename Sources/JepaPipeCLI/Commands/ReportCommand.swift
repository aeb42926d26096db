import Foundation
import JepaCore
import JepaFormats

/// Makes one page about runs.
enum ReportCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "report",
        summary: "Makes one page of runs: verdict, curves, evaluations, pictures, settings.",
        arguments: [
            .init(
                name: "RUN", help: "A run folder; several are shown side by side.",
                isRepeatable: true)
        ],
        options: [
            .init(
                name: "--out", short: "-o", value: "HTML",
                help: "Where the page goes; for a single run 'report.html' in its folder if left "
                    + "out."),
            .plugins,
        ],
        notes: [
            "The page is one file that needs no network. 'run' makes it at its end; this command makes "
                + "it again, such as after 'eval' or with pictures that were put into the folder "
                + "'pictures' of the run, and also of a run that is still going on."
        ],
        examples: [
            .init("report runs/ijepa", help: "Makes runs/ijepa/report.html."),
            .init(
                "report runs/plain runs/regularised --out both.html",
                help: "Shows two runs side by side."),
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let folders = arguments.allArguments("RUN")
        guard
            let path = arguments.value("--out") ?? (folders.count == 1 ? file(of: folders[0]) : nil)
        else {
            throw PipelineError(
                .usage, "a page about \(folders.count) runs belongs to none of them",
                notes: ["Say by --out where it is to be written."])
        }
        try write(folders, to: path, registry: registry)
        print("Wrote \(path)")
        return JepaPipe.ExitStatus.done
    }

    /// Where the page of a single run is.
    static func file(of folder: String) -> String {
        folder.hasSuffix("/") ? folder + "report.html" : folder + "/report.html"
    }

    /// Makes the page.
    static func write(_ folders: [String], to path: String, registry: Registry) throws {
        let runs = try folders.map { try RunContents($0) }
        let search = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let diagrams = runs.map {
            PipelineDiagram(of: $0.pipelineText, registry: registry, path: search)
        }
        try AtomicFile.write(ReportPage(runs, diagrams: diagrams).html, to: path)
    }
}
