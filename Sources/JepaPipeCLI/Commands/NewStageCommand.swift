import Foundation
import JepaCore
import JepaFormats
import JepaTraining

/// Writes a package with a stage.
enum NewStageCommand: Command {
    static let descriptor = CommandDescriptor(
        name: "new stage",
        summary: "Writes a package with a stage of your own: code, test, graph file, README.",
        arguments: [
            .init(
                name: "ROLE",
                help: "What the stage is for: "
                    + ScaffoldRole.all.map(\.word).joined(separator: ", ") + "."),
            .init(name: "NAME", help: "Its name in capitals as Swift has it, such as Stripe."),
        ],
        options: [
            .init(
                name: "--out", short: "-o", value: "DIR",
                help: "The folder to make; the name of the stage if not given."),
            .init(
                name: "--package", value: "PATH",
                help: "The folder or URL of jepa-pipe that the package depends on; where this "
                    + "program was built from if not given."),
        ],
        notes: [
            "The package builds, its test passes, and its graph file trains as they are written. "
                + "Its program has all commands of jepa-pipe with the stage beside the built-in "
                + "ones; it also makes a plugin for 'jepa-pipe --plugin'."
        ],
        examples: [
            .init("new stage masker Stripe --out stripe", help: "A masker to begin with.")
        ])

    static func run(_ arguments: CommandLineArguments, registry: Registry) throws -> Int32 {
        let role = try ScaffoldRole.named(arguments.argument("ROLE"))
        let name = try ScaffoldName(arguments.argument("NAME"), role: role, registry: registry)
        let location = try PackageLocation(option: arguments.value("--package"))
        let package = StagePackage(role: role, name: name, location: location)
        let folder = arguments.value("--out") ?? name.package
        try checkIsFree(folder)
        for file in package.files {
            let path = folder + "/" + file.path
            try OutputFolder.make(of: path)
            try AtomicFile.write(file.text, to: path)
        }
        print(
            """
            Wrote \(folder): the \(role.role.rawValue) '\(name.use)'. It trains with

              cd \(shellQuoted(folder))
              swift run -c release \(name.package)-pipe run \(name.package).yaml

            \(folder)/README.md tells more.
            """)
        if let remark = location.remark { JepaPipe.report(remark) }
        return JepaPipe.ExitStatus.done
    }

    private static func checkIsFree(_ folder: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else { return }
        let content = try? FileManager.default.contentsOfDirectory(atPath: folder)
        if isFolder.boolValue, content?.isEmpty == true { return }
        throw PipelineError(
            .usage, "'\(folder)' exists already",
            notes: ["Give another folder with --out; an empty one will do."])
    }
}
