import JepaCore

/// Makes one value of the events of a text: expands aliases, merges, and refuses what a graph file
/// has no use for.
struct YAMLComposer {
    private let events: YAMLEvents
    private let source: SourceText
    private let limits: GraphReader.Limits
    private var anchors: [String: Anchored] = [:]
    private var openAnchors: Set<String> = []
    /// Nodes so far, those behind aliases counted each time.
    private var nodeCount = 0
    private var errors: [PipelineError] = []

    private struct Node {
        let setting: Setting
        /// Levels of lists and mappings, 0 for a scalar.
        let height: Int
    }

    private struct Anchored {
        let node: Node
        let nodeCount: Int
    }

    /// A composer of a text without forbidden characters.
    init(_ text: String, source: SourceText, limits: GraphReader.Limits) {
        events = YAMLEvents(text, source: source)
        self.source = source
        self.limits = limits
    }

    /// The only document of the text.
    ///
    /// - Throws: `PipelineErrors`, everything up to and including the first that ends the reading.
    mutating func document(flowOnly: Bool = false) throws -> Setting {
        do {
            let setting = try wholeDocument(flowOnly: flowOnly)
            if errors.isEmpty { return setting }
        } catch let error as PipelineError {
            errors.append(error)
        }
        throw PipelineErrors(errors)
    }

    private mutating func wholeDocument(flowOnly: Bool) throws -> Setting {
        let first = try events.next()
        guard case .documentStart = first.event else {
            throw PipelineError(
                .syntax, "the text is empty; a graph file is a mapping with 'stages'",
                at: source.location(at: .init(line: 0, column: 0)))
        }
        let begin = try events.next()
        if flowOnly, Self.isBlock(begin.event) {
            throw PipelineError(
                .syntax, "a list or mapping on one line is written in brackets: [a, b] or {a: b}",
                at: location(of: begin))
        }
        let node = try compose(begin, depth: 0)
        _ = try events.next()
        let after = try events.next()
        guard case .streamEnd = after.event else {
            throw PipelineError(
                .syntax, "a second document begins here; a graph file holds one",
                at: location(of: after))
        }
        return node.setting
    }

    private static func isBlock(_ event: YAMLEvents.Event) -> Bool {
        switch event {
        case .listStart(let properties), .mappingStart(let properties): !properties.isFlow
        default: false
        }
    }

    private func location(of located: YAMLEvents.Located) -> SourceLocation {
        source.location(from: located.start, to: located.end)
    }

    // MARK: Nodes

    private mutating func compose(_ begin: YAMLEvents.Located, depth: Int) throws -> Node {
        nodeCount += 1
        try checkLimits(depth: depth, at: begin)
        let before = nodeCount - 1
        let anchor: String?
        let node: Node
        switch begin.event {
        case .alias(let name): return try expand(name, at: begin, depth: depth)
        case .scalar(let scalar):
            anchor = scalar.properties.anchor
            node = Node(
                setting: Setting(content(of: scalar, at: begin), at: location(of: begin)),
                height: 0)
        case .listStart(let properties):
            anchor = properties.anchor
            open(anchor)
            checkTag(properties.tag, is: "seq", at: begin)
            node = try list(begin, isFlow: properties.isFlow, depth: depth)
        case .mappingStart(let properties):
            anchor = properties.anchor
            open(anchor)
            checkTag(properties.tag, is: "map", at: begin)
            node = try mapping(begin, isFlow: properties.isFlow, depth: depth)
        default:
            preconditionFailure("libyaml gave \(begin.event) where a node begins")
        }
        if let anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = Anchored(node: node, nodeCount: nodeCount - before)
        }
        return node
    }

    private mutating func open(_ anchor: String?) {
        if let anchor { openAnchors.insert(anchor) }
    }

    private func checkLimits(depth: Int, at place: YAMLEvents.Located) throws {
        if depth > limits.depth {
            throw PipelineError(
                .syntax, "lists and mappings are nested deeper than \(limits.depth) levels",
                at: source.location(at: place.start))
        }
        if nodeCount > limits.nodes {
            throw PipelineError(
                .syntax,
                "the text stands for more than \(limits.nodes) values, aliases counted each time",
                at: location(of: place))
        }
    }

    private mutating func expand(
        _ name: String, at place: YAMLEvents.Located, depth: Int
    ) throws -> Node {
        if openAnchors.contains(name) {
            throw PipelineError(
                .syntax, "the value of anchor '&\(name)' contains itself", at: location(of: place))
        }
        guard let anchored = anchors[name] else {
            errors.append(
                PipelineError(
                    .unknownName,
                    "there is no anchor '&\(name)' above"
                        + didYouMean(name, among: Array(anchors.keys)),
                    at: location(of: place)))
            return Node(setting: Setting(.null, at: location(of: place)), height: 0)
        }
        nodeCount += anchored.nodeCount - 1
        try checkLimits(depth: depth + anchored.node.height, at: place)
        return anchored.node
    }

    private mutating func list(
        _ begin: YAMLEvents.Located, isFlow: Bool, depth: Int
    ) throws -> Node {
        var items: [Setting] = []
        var height = 0
        while true {
            let next = try events.next()
            if case .listEnd = next.event {
                let place = whole(begin, next, isFlow: isFlow)
                return Node(setting: Setting(.list(items), at: place), height: height + 1)
            }
            let item = try compose(next, depth: depth + 1)
            items.append(item.setting)
            height = max(height, item.height)
        }
    }

    /// In brackets the whole collection is marked, else only where it begins.
    private func whole(
        _ begin: YAMLEvents.Located, _ end: YAMLEvents.Located, isFlow: Bool
    ) -> SourceLocation {
        isFlow
            ? source.location(from: begin.start, to: end.end) : source.location(at: begin.start)
    }

    // MARK: Mappings

    private mutating func mapping(
        _ begin: YAMLEvents.Located, isFlow: Bool, depth: Int
    ) throws -> Node {
        var entries = MappingBuilder()
        var height = 0
        while true {
            let next = try events.next()
            if case .mappingEnd = next.event {
                let place = whole(begin, next, isFlow: isFlow)
                return Node(
                    setting: Setting(.mapping(entries.finished()), at: place), height: height + 1)
            }
            let isMerge = Self.isMergeKey(next.event)
            let key = try key(next, depth: depth + 1)
            let value = try compose(try events.next(), depth: depth + 1)
            height = max(height, value.height)
            let entry = Setting.Entry(key, at: location(of: next), value.setting)
            if isMerge {
                merge(entry, into: &entries)
            } else if let first = entries.add(entry) {
                report(duplicate: entry, of: first)
            }
        }
    }

    private static func isMergeKey(_ event: YAMLEvents.Event) -> Bool {
        guard case .scalar(let scalar) = event else { return false }
        return scalar.isPlain && scalar.value == "<<" && scalar.properties.tag == nil
    }

    private mutating func key(_ place: YAMLEvents.Located, depth: Int) throws -> String {
        let node = try compose(place, depth: depth)
        if case .text(let key) = node.setting.content { return key }
        let isScalar = node.height == 0 && node.setting.entries == nil
        let message =
            switch node.setting.content {
            case .null: "a key is missing before ':'"
            default:
                "a key is a text, not \(node.setting.quoted)"
                    + (isScalar ? "; put it in quotes" : "")
            }
        errors.append(PipelineError(.syntax, message, at: location(of: place)))
        // No text is a key of this form, so no other mistake follows from it.
        return "\u{0}\(place.start.line):\(place.start.column)"
    }

    private mutating func merge(_ entry: Setting.Entry, into entries: inout MappingBuilder) {
        let sources: [Setting]
        switch entry.value.content {
        case .mapping: sources = [entry.value]
        case .list(let items) where items.allSatisfy { $0.entries != nil }: sources = items
        default:
            errors.append(
                PipelineError(
                    .syntax,
                    "'<<' takes a mapping or a list of mappings, not \(entry.value.quoted)",
                    at: entry.value.location ?? entry.location))
            return
        }
        if let first = entries.merge(sources.flatMap { $0.entries ?? [] }, at: entry.location) {
            errors.append(
                PipelineError(
                    .duplicateName, "'<<' is written twice; give it a list: [*a, *b]",
                    at: entry.location, notes: [Self.note(first)]))
        }
    }

    private mutating func report(duplicate entry: Setting.Entry, of first: SourceLocation?) {
        errors.append(
            PipelineError(
                .duplicateName, "the key '\(entry.key)' is written twice", at: entry.location,
                notes: [Self.note(first)]))
    }

    private static func note(_ first: SourceLocation?) -> String {
        first.map { "It first stands at \($0.file):\($0.line):\($0.column)." } ?? ""
    }

    // MARK: Scalars

    private mutating func content(
        of scalar: YAMLEvents.Scalar, at place: YAMLEvents.Located
    ) -> Setting.Content {
        var isPlain = scalar.isPlain
        var type: String?
        switch scalar.properties.tag {
        case nil: break
        case "!": return .text(scalar.value)
        case let tag?:
            type = Self.coreType(tag)
            if type == "str" { return .text(scalar.value) }
            guard let type, ["int", "float", "bool", "null"].contains(type) else {
                refuse(tag, at: place)
                return .text(scalar.value)
            }
            isPlain = true
        }
        guard isPlain else { return .text(scalar.value) }
        do {
            let content = try CoreSchema.content(of: scalar.value)
            if let type, !Self.content(content, is: type) {
                errors.append(
                    PipelineError(
                        .value, "'\(scalar.value)' is not of type '!!\(type)'",
                        at: location(of: place)))
            }
            return content
        } catch {
            errors.append(
                PipelineError(
                    .value, "the number \(scalar.value.prefix(40)) is too large for 64 bits",
                    at: location(of: place)))
            return .null
        }
    }

    private static func content(_ content: Setting.Content, is type: String) -> Bool {
        switch (content, type) {
        case (.integer, "int"), (.real, "float"), (.integer, "float"), (.boolean, "bool"),
            (.null, "null"):
            true
        default: false
        }
    }

    private static func coreType(_ tag: String) -> String? {
        let prefix = "tag:yaml.org,2002:"
        return tag.hasPrefix(prefix) ? String(tag.dropFirst(prefix.count)) : nil
    }

    private mutating func checkTag(
        _ tag: String?, is type: String, at place: YAMLEvents.Located
    ) {
        guard let tag, tag != "!", Self.coreType(tag) != type else { return }
        refuse(tag, at: place)
    }

    private mutating func refuse(_ tag: String, at place: YAMLEvents.Located) {
        let shown = Self.coreType(tag).map { "!!\($0)" } ?? tag
        errors.append(
            PipelineError(
                .syntax, "graph files use no tags such as '\(shown)'",
                at: source.location(at: place.start, length: shown.count)))
    }
}
