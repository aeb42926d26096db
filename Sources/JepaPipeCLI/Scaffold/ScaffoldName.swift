import JepaCore

/// The name of a new stage in the forms that its package needs.
struct ScaffoldName {
    /// The module: `LogCosh`.
    let module: String
    /// The type: `LogCoshLoss`.
    let type: String
    /// In graph files: `log_cosh`.
    let use: String
    /// The package: `log-cosh`.
    var package: String { use.replacing("_", with: "-") }

    /// Names that a module of a package of stages cannot have.
    private static let taken = [
        "Any", "Cxx", "Dispatch", "Foundation", "Glibc", "Protocol", "Self", "Swift",
        "Synchronization", "Testing", "Toy", "Type", "XCTest",
    ]

    /// Takes a name apart.
    ///
    /// - Throws: `PipelineError` with the code `usage` if it cannot name a stage of the role.
    init(_ word: String, role: ScaffoldRole, registry: Registry) throws {
        let isLonger = word.count > role.suffix.count
        let stem =
            isLonger && word.hasSuffix(role.suffix) ? word.dropLast(role.suffix.count) : word[...]
        guard stem.wholeMatch(of: /[A-Z][A-Za-z0-9]{0,39}/) != nil else {
            throw PipelineError(
                .usage,
                "a stage is named by letters and digits, the first one a capital, not '\(word)'",
                notes: ["For example: \(role.example.name)."])
        }
        if Self.taken.contains(String(stem)) || stem.hasPrefix("Jepa") {
            throw PipelineError(
                .usage, "a stage cannot be called '\(stem)': the name belongs to another module",
                notes: ["For example: \(role.example.name)."])
        }
        module = String(stem)
        type = module + role.suffix
        use = Self.snakeCase(module)
        if let entry = registry[use] {
            throw PipelineError(
                .usage,
                "'\(use)' is a built-in \(entry.role.rawValue) already; choose another name",
                notes: ["'jepa-pipe stages show \(use)' tells about it."])
        }
    }

    /// `LogCosh` as `log_cosh`, `VICReg2` as `vic_reg2`.
    private static func snakeCase(_ name: String) -> String {
        let letters = Array(name)
        var result = ""
        for (place, letter) in letters.enumerated() {
            let follows = place > 0 && !letters[place - 1].isUppercase
            let begins = place + 1 < letters.count && letters[place + 1].isLowercase
            if letter.isUppercase, place > 0, follows || begins { result += "_" }
            result += letter.lowercased()
        }
        return result
    }
}
