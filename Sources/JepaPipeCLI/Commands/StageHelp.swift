import JepaCore
import JepaTraining

/// What the registry says of its stages, for a terminal.
struct StageHelp {
    let registry: Registry

    /// All stages by role, a line each.
    var overview: [String] {
        var lines: [String] = []
        for role in Role.allCases {
            let entries = registry.entries.filter { $0.role == role }
            guard !entries.isEmpty else { continue }
            lines.append(role.plural)
            var table = TextTable([.left, .left])
            for entry in entries {
                table.add(["  " + entry.descriptor.name, entry.descriptor.summary])
            }
            lines += table.lines + [""]
        }
        return lines + [
            "'jepa-pipe stages show NAME' tells sockets and parameters, and 'stages show train' the "
                + "settings of the training."
        ]
    }

    /// Everything about one stage.
    ///
    /// - Throws: `PipelineError` if there is no such stage.
    func details(of name: String) throws -> [String] {
        guard let entry = registry[name] else {
            if name == Self.training { return trainingDetails }
            let names = registry.entries.map(\.descriptor.name)
            let hint = didYouMean(name, among: names + [Self.training])
            throw PipelineError(
                .unknownName, "there is no stage '\(name)'\(hint)",
                notes: ["Registered: \(names.sorted().joined(separator: ", "))."])
        }
        let descriptor = entry.descriptor
        var lines = ["\(name) (\(entry.role.rawValue))", descriptor.summary]
        if let source = descriptor.source { lines.append("Source: \(source)") }
        lines += section("Inputs", entry.inputs.map(Self.row))
        lines += section("Outputs", entry.outputs.map(Self.row))
        lines += section(
            "Linked values, which follow from the wiring and are never written",
            descriptor.links.map {
                ["  " + $0.name, "'\($0.property)' at '\($0.socket)'", $0.help]
            })
        lines += section("Parameters", entry.parameters.map { Self.row($0) })
        return lines
    }

    /// The section of a graph file that is no stage.
    private static let training = "train"

    private var trainingDetails: [String] {
        let rows = TrainingSettings.parameters.flatMap { parameter -> [[String]] in
            guard case .group(let inner) = parameter.kind else { return [Self.row(parameter)] }
            return [["  \(parameter.name)", "a mapping", "", parameter.help]]
                + inner.map { Self.row($0, indent: "    ") }
        }
        return ["train", "How long and with what to train, and how it is watched."]
            + section("Parameters", rows)
    }

    private func section(_ title: String, _ rows: [[String]]) -> [String] {
        guard let columns = rows.first?.count else { return [] }
        var table = TextTable(Array(repeating: .left, count: columns))
        for row in rows { table.add(row) }
        return ["", title] + table.lines
    }

    private static func row(_ socket: Socket) -> [String] {
        ["  " + socket.name, socket.type + (socket.isOptional ? ", may be open" : ""), socket.help]
    }

    private static func row(
        _ parameter: ParameterDescriptor, indent: String = "  "
    ) -> [String] {
        let value: String
        if let standard = parameter.defaultValue {
            value = "default \(standard)"
        } else {
            value = parameter.isRequired ? "required" : "not set"
        }
        return [indent + parameter.name, parameter.expectation, value, parameter.help]
    }
}
