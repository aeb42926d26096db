/// Checks the settings of a stage or of the training against the declared parameters and gathers
/// every mistake.
public struct ParameterCheck {
    /// What the settings belong to, as a message names it: `stage 'masks'`, `'train'`.
    let owner: String
    /// Every mistake found so far.
    public private(set) var errors: [PipelineError] = []

    /// A check that has found nothing yet.
    public init(owner: String) { self.owner = owner }

    /// The values of all entries that are right; the others are reported in `errors`.
    ///
    /// - Parameters:
    ///   - entries: What is written.
    ///   - descriptors: What may be written.
    ///   - place: What a message about a missing parameter points at.
    ///   - otherKeys: Keys that something else checks.
    ///   - reserved: Keys that must not be written, with what they follow from.
    public mutating func check(
        _ entries: [Setting.Entry], against descriptors: [ParameterDescriptor],
        at place: SourceLocation?, otherKeys: [String] = [],
        reserved: [String: String] = [:]
    ) -> ParameterSet {
        var set = ParameterSet(descriptors: descriptors)
        let names = descriptors.map(\.name)
        for entry in entries where !otherKeys.contains(entry.key) {
            guard let descriptor = descriptors.first(where: { $0.name == entry.key }) else {
                reportUnknown(entry, descriptors, otherKeys, reserved)
                continue
            }
            if let value = value(of: entry.value, as: descriptor, at: entry.location) {
                set.set(entry.key, to: value, at: entry.value.location ?? entry.location)
            }
        }
        for descriptor in descriptors where descriptor.isRequired {
            guard !entries.contains(where: { $0.key == descriptor.name }),
                !isMisspelt(descriptor.name, in: entries, known: otherKeys + names)
            else { continue }
            errors.append(
                PipelineError(
                    .missing,
                    "\(owner) needs '\(descriptor.name)': \(descriptor.expectation)", at: place,
                    notes: ["\(descriptor.name): \(descriptor.help)"]))
        }
        return set
    }

    /// Whether a key that is not known was probably meant to be this one; it is reported already.
    func isMisspelt(_ name: String, in entries: [Setting.Entry], known: [String]) -> Bool {
        entries.contains { entry in
            !known.contains(entry.key) && nearestSpelling(to: entry.key, among: known) == name
        }
    }

    private mutating func reportUnknown(
        _ entry: Setting.Entry, _ descriptors: [ParameterDescriptor], _ otherKeys: [String],
        _ reserved: [String: String]
    ) {
        if let source = reserved[entry.key] {
            errors.append(
                PipelineError(
                    .wiring,
                    "'\(entry.key)' of \(owner) follows from \(source) and cannot be set",
                    at: entry.location, notes: ["Remove the key."]))
            return
        }
        let known = otherKeys + descriptors.map(\.name)
        errors.append(
            PipelineError(
                .unknownName,
                "\(owner) has no parameter '\(entry.key)'\(didYouMean(entry.key, among: known))",
                at: entry.location, notes: ["Known: \(known.sorted().joined(separator: ", "))."]))
    }

    private mutating func value(
        of setting: Setting, as descriptor: ParameterDescriptor, at keyLocation: SourceLocation?
    ) -> ParameterValue? {
        if case .group(let descriptors) = descriptor.kind {
            guard let entries = setting.entries else {
                return reject(setting, descriptor, keyLocation)
            }
            var inner = ParameterCheck(owner: "'\(descriptor.name)' of \(owner)")
            let set = inner.check(
                entries, against: descriptors, at: setting.location ?? keyLocation)
            errors += inner.errors
            return .group(set)
        }
        if case .losses = descriptor.kind, let entries = setting.entries {
            let wrong = entries.filter { $0.value.number?.isFinite != true }
            for entry in wrong { rejectWeight(entry, descriptor) }
            if !wrong.isEmpty { return nil }
        }
        return descriptor.value(of: setting) ?? reject(setting, descriptor, keyLocation)
    }

    private mutating func rejectWeight(
        _ entry: Setting.Entry, _ descriptor: ParameterDescriptor
    ) {
        errors.append(
            PipelineError(
                .value,
                "the weight of '\(entry.key)' in '\(descriptor.name)' of \(owner) is a finite "
                    + "number, not \(entry.value.quoted)",
                at: entry.value.location ?? entry.location))
    }

    private mutating func reject(
        _ setting: Setting, _ descriptor: ParameterDescriptor, _ keyLocation: SourceLocation?
    ) -> ParameterValue? {
        let message =
            if case .null = setting.content {
                "'\(descriptor.name)' of \(owner) has no value; it is \(descriptor.expectation)"
            } else {
                "'\(descriptor.name)' of \(owner) is \(descriptor.expectation), "
                    + "not \(setting.quoted)\(descriptor.hint(for: setting))"
            }
        errors.append(PipelineError(.value, message, at: setting.location ?? keyLocation))
        return nil
    }
}

extension ParameterDescriptor {
    /// What a value has to be, as a message says it: `an integer in 1...64`.
    public var expectation: String {
        let unit = unit.map { " (\($0.rawValue))" } ?? ""
        return switch kind {
        case .boolean: "true or false"
        case .integer(let range): "an integer \(Self.bounds(range))\(unit)"
        case .real(let range): "a number \(Self.bounds(range))\(unit)"
        case .text: "a text"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .path: "a path"
        case .size(let range):
            "an integer or [height, width], each \(Self.bounds(range))\(unit)"
        case .pair(let range): "a number or [first, last], each \(Self.bounds(range))"
        case .interval(let range): "a number or [low, high] \(Self.bounds(range)), in this order"
        case .reals(let range, let count): "\(count) numbers, each \(Self.bounds(range))"
        case .stage(let role): "the name of another stage (\(role.rawValue))"
        case .property(let name): "a reference such as 'context_encoder.\(name)'"
        case .losses: "a loss, a list of losses, or a mapping from loss to weight"
        case .group: "a mapping"
        }
    }

    private static func bounds(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? "of at least \(range.lowerBound)" : "in \(range)"
    }

    private static func bounds(_ range: ClosedRange<Double>) -> String {
        let low = shortest(range.lowerBound)
        if range.upperBound.isInfinite || range.upperBound == .greatestFiniteMagnitude {
            return "of at least \(low)"
        }
        return "in \(low)...\(shortest(range.upperBound))"
    }

    /// The value of a setting, or nil if it is not what this parameter takes.
    func value(of setting: Setting) -> ParameterValue? {
        switch (kind, setting.content) {
        case (.boolean, .boolean(let value)): return .boolean(value)
        case (.integer(let range), .integer(let value)) where range.contains(value):
            return .integer(value)
        case (.real(let range), _):
            return setting.number.flatMap { range.contains($0) ? .real($0) : nil }
        case (.text, .text(let value)), (.path, .text(let value)):
            return value.isEmpty ? nil : .text(value)
        case (.choice(let words), .text(let value)) where words.contains(value):
            return .text(value)
        case (.size(let range), .integer(let value)) where range.contains(value):
            return .size(height: value, width: value)
        case (.size(let range), .list(let items)):
            let sides = items.compactMap { item -> Int? in
                if case .integer(let side) = item.content, range.contains(side) { return side }
                return nil
            }
            return items.count == 2 && sides.count == 2
                ? .size(height: sides[0], width: sides[1]) : nil
        case (.pair(let range), .list):
            return setting.numbers(count: 2, in: range).map { .pair($0[0], $0[1]) }
        case (.pair(let range), _):
            return setting.number.flatMap { range.contains($0) ? .pair($0, $0) : nil }
        case (.interval(let range), .list):
            return setting.numbers(count: 2, in: range)
                .flatMap { $0[0] <= $0[1] ? .pair($0[0], $0[1]) : nil }
        case (.interval(let range), _):
            return setting.number.flatMap { range.contains($0) ? .pair($0, $0) : nil }
        case (.reals(let range, let count), .list):
            return setting.numbers(count: count, in: range).map(ParameterValue.reals)
        case (.stage, .text(let name)): return .stage(name)
        case (.property, .text(let text)):
            let parts = text.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
            return .property(stage: String(parts[0]), name: String(parts[1]))
        case (.losses, _): return lossWeights(of: setting).map(ParameterValue.losses)
        default: return nil
        }
    }

    private func lossWeights(of setting: Setting) -> [ParameterValue.LossWeight]? {
        switch setting.content {
        case .text(let name):
            return [.init(stage: name, weight: 1, location: setting.location)]
        case .list(let items) where !items.isEmpty:
            let names = items.compactMap { item -> ParameterValue.LossWeight? in
                guard case .text(let name) = item.content else { return nil }
                return .init(stage: name, weight: 1, location: item.location)
            }
            return names.count == items.count ? names : nil
        case .mapping(let entries) where !entries.isEmpty:
            let weights = entries.compactMap { entry -> ParameterValue.LossWeight? in
                guard let weight = entry.value.number, weight.isFinite else { return nil }
                return .init(stage: entry.key, weight: weight, location: entry.location)
            }
            return weights.count == entries.count ? weights : nil
        default: return nil
        }
    }
}

extension Setting {
    /// The value as a number, if it is one.
    var number: Double? {
        switch content {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// The numbers of a list, if there are `count` of them, all in range.
    func numbers(count: Int, in range: ClosedRange<Double>) -> [Double]? {
        guard case .list(let items) = content, items.count == count else { return nil }
        let numbers = items.compactMap(\.number).filter(range.contains)
        return numbers.count == count ? numbers : nil
    }
}
