import JepaCore

/// The package of a new stage: the stage, a main program, a plugin, a test, a graph file, a README.
struct StagePackage {
    let role: ScaffoldRole
    let name: ScaffoldName
    let location: PackageLocation

    /// The files by their paths in the package.
    var files: [(path: String, text: String)] {
        let module = name.module
        return [
            ("Package.swift", filled(PackageResources.Package_txt)),
            ("README.md", filled(PackageResources.README_txt)),
            (".gitignore", filled(PackageResources.gitignore_txt)),
            ("\(name.package).yaml", graph),
            ("Sources/\(module)/\(name.type).swift", stage),
            ("Sources/\(module)/\(module)Stages.swift", filled(PackageResources.Stages_txt)),
            ("Sources/\(name.package)-pipe/main.swift", filled(PackageResources.main_txt)),
            ("Sources/\(module)Plugin/Plugin.swift", filled(PackageResources.Plugin_txt)),
            ("Tests/\(module)Tests/\(name.type)Tests.swift", filled(PackageResources.Tests_txt)),
        ]
    }

    private func filled(_ template: [UInt8]) -> String {
        Template(template).filled([
            "package": name.package, "Name": name.module, "name": name.use, "Type": name.type,
            "role": role.role.rawValue, "Protocol": role.protocolName,
            "conformance": role.conformance, "promises": role.promises,
            "dependency": location.dependency, "identity": location.identity,
        ])
    }

    private var stage: String {
        Template(role.template).replacing([
            (role.example.name + role.suffix, name.type),
            ("\"\(role.example.use)\"", "\"\(name.use)\""),
        ])
    }

    private var graph: String {
        let article = "aeio".contains(role.role.rawValue.first ?? " ") ? "an" : "a"
        return PipelineTemplate.text(
            name: name.use, title: "I-JEPA with \(article) \(role.role.rawValue) of our own.",
            file: "\(name.package).yaml",
            program: "swift run -c release \(name.package)-pipe",
            changed: [role.place: role.settings.replacing("NAME", with: name.use)])
    }
}
