import JepaCore
import JepaTensor

extension StageConformance {
    /// What the description of a stage gets wrong: it is all that the graph check, the help, the
    /// diagram and the schema know.
    func descriptorViolations(_ entry: Registry.Entry) -> [String] {
        let descriptor = entry.descriptor
        var found: [String] = []
        func expectName(_ name: String, _ what: String) {
            if name.wholeMatch(of: /[a-z][a-z0-9_]*/) == nil {
                found.append("\(what) '\(name)' is not in snake_case")
            }
        }
        func expectUnique(_ names: [String], _ what: String) {
            for name in repeated(names) { found.append("there are two \(what)s '\(name)'") }
        }
        expectName(descriptor.name, "the name")
        if !isSentence(descriptor.summary) {
            found.append("the summary is no sentence: '\(descriptor.summary)'")
        }
        for parameter in descriptor.parameters {
            expectName(parameter.name, "the parameter")
            if !isSentence(parameter.help) {
                found.append("the help of parameter '\(parameter.name)' is no sentence")
            }
        }
        expectUnique(descriptor.parameters.map(\.name), "parameter")
        let sockets = (entry.inputs.map { ("input", $0) }) + entry.outputs.map { ("output", $0) }
        for (what, socket) in sockets { expectName(socket.name, "the \(what)") }
        expectUnique(entry.inputs.map(\.name), "input")
        expectUnique(entry.outputs.map(\.name), "output")
        for input in entry.inputs
        where descriptor.parameters.contains(where: { $0.name == input.name }) {
            found.append("'\(input.name)' is a parameter and an input")
        }
        for link in descriptor.links where !entry.inputs.contains(where: { $0.name == link.socket })
        {
            found.append(
                "link '\(link.name)' follows the input '\(link.socket)', which is not there")
        }
        return found
    }

    /// What a stage gets wrong that has just been made, before its weights have memory.
    func weightViolations(of stage: any Stage, and again: any Stage) -> [String] {
        var found: [String] = []
        for weight in stage.weights where weight.isMaterialised {
            found.append("weight '\(weight.name)' has memory before the pipeline gives it any")
        }
        for name in repeated(stage.weights.map(\.name)) {
            found.append("two weights are called '\(name)'")
        }
        let describe = { (stage: any Stage) in stage.weights.map { "\($0.name) \($0.shape)" } }
        if describe(stage) != describe(again) {
            found.append("made again, it describes other weights")
        }
        return found
    }

    /// What `afterUpdate` and an optimizer give to the metrics.
    func figureViolations(_ figures: [Figure]) -> [String] {
        var found = repeated(figures.map(\.name)).map { "there are two figures '\($0)'" }
        for figure in figures {
            if figure.name.wholeMatch(of: /[a-z][a-z0-9_]*/) == nil {
                found.append("the figure '\(figure.name)' is not in snake_case")
            }
            if !figure.value.isFinite {
                found.append("the figure '\(figure.name)' is \(figure.value)")
            }
        }
        return found
    }

    private func repeated(_ names: [String]) -> [String] {
        Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    }

    private func isSentence(_ text: String) -> Bool {
        guard let first = text.first(where: { $0.isLetter }) else { return false }
        return text.hasSuffix(".") && (first.isUppercase || text.first != first)
    }
}
