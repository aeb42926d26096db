import JepaCore
import JepaTestSupport
import Testing

/// What the battery finds in a stage that is made with a certain fault.
func found(_ fault: String, in type: any Stage.Type, path: String? = nil) -> [String] {
    var parameters: Setting = ["fault": Setting(.text(fault))]
    if let path { parameters = ["fault": Setting(.text(fault)), "path": Setting(.text(path))] }
    return StageConformance(parameters: parameters).violations(of: type)
}

/// Expects the battery to find a fault, in these words and no others.
func expectFound(
    _ expected: String, for fault: String, in type: any Stage.Type,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
    let violations = found(fault, in: type)
    #expect(!violations.isEmpty, "'\(fault)' is not found", sourceLocation: sourceLocation)
    for violation in violations {
        #expect(violation.contains(expected), "\(fault)", sourceLocation: sourceLocation)
    }
}

extension ParameterDescriptor {
    /// The parameter by which a stage of these tests is told what to get wrong.
    static func fault(_ faults: String...) -> Self {
        .choice("fault", of: ["none"] + faults, default: "none", help: "What it gets wrong.")
    }
}

/// A mistake that is no `PipelineError`.
struct PlainError: Error {}
