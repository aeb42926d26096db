extension Wiring {
    /// Follows the stages and values that the parameters of a stage name.
    mutating func resolveReferences(of node: Node) {
        for (name, value) in node.parameters.resolved {
            let location = node.parameters.location(of: name)
            switch value {
            case .stage(let stage):
                addLink(to: stage, property: nil, parameter: name, of: node, location)
            case .property(let stage, let property):
                addLink(to: stage, property: property, parameter: name, of: node, location)
            case .losses(let losses):
                for loss in losses { checkMinimised(loss, by: node) }
            default: break
            }
        }
    }

    private mutating func addLink(
        to stage: String, property: String?, parameter: String, of node: Node,
        _ location: SourceLocation?
    ) {
        var wrong = WrongEdge(
            from: property.map { "\(stage).\($0)" } ?? stage, to: node.name, parameter)
        guard let source = source(stage, for: "'\(parameter)'", of: node, location, edge: wrong)
        else { return }
        let kind = node.entry.parameters.first { $0.name == parameter }?.kind
        if case .stage(let role)? = kind, source.entry.role != role {
            wrong.reason = "takes a stage of the role \(role.rawValue)"
            reject(
                wrong, .wiring,
                "'\(parameter)' of stage '\(node.name)' names a stage of the role "
                    + "\(role.rawValue), but '\(stage)' is of the role "
                    + source.entry.role.rawValue, location)
            return
        }
        if case .property(let expected)? = kind, let property, property != expected {
            wrong.reason = "follows '\(expected)', not '\(property)'"
            reject(
                wrong, .unknownName,
                "'\(parameter)' of stage '\(node.name)' follows '\(expected)' of another stage, "
                    + "not '\(property)'", location,
                notes: ["Write '\(stage).\(expected)'."])
            return
        }
        links.append(
            Link(
                source: stage, target: node.name, parameter: parameter, property: property,
                location: location))
    }

    private mutating func checkMinimised(_ loss: ParameterValue.LossWeight, by node: Node) {
        let location = loss.location ?? node.parameters.location(of: "minimize")
        var wrong = WrongEdge(from: loss.stage, to: node.name, "minimize")
        guard
            let source = source(loss.stage, for: "'minimize'", of: node, location, edge: wrong)
        else { return }
        guard source.entry.role == .loss else {
            wrong.reason = "takes losses"
            reject(
                wrong, .wiring,
                "'minimize' of stage '\(node.name)' takes losses, but '\(loss.stage)' is of the "
                    + "role \(source.entry.role.rawValue)", location)
            return
        }
    }
}
