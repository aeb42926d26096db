public import JepaCore

/// Tries what the documentation of a stage's role promises: one call for a stage of any role.
///
/// ```swift
/// #expect(StageConformance().violations(of: StripeMasker.self) == [])
/// ```
///
/// The stage is made as a graph would make it, with random tensors at its sockets, values for
/// what it follows and a toy encoder where it names another stage. Each role has its checks in a
/// file of its own; what all stages promise is in `StageConformance+Descriptor`.
public struct StageConformance: Sendable {
    /// What a graph file would set.
    public var parameters: Setting
    /// The size of the images an encoder is given.
    public var image: ImageShape
    /// Lengths for the letters of sockets, where the usual ones do not suit the stage.
    public var sizes: [String: Int]
    /// Values for what the stage follows, by the name of its link, where the usual ones do not
    /// suit it.
    public var linked: [String: StageProperty]
    /// The grids, batch sizes and seeds a masker is tried with.
    public var masker: MaskerConformance

    /// A battery; the standard images are small, not square, and divisible by 4.
    public init(
        parameters: Setting = [:],
        image: ImageShape = ImageShape(channels: 2, height: 8, width: 12),
        sizes: [String: Int] = [:], linked: [String: StageProperty] = [:],
        masker: MaskerConformance = MaskerConformance()
    ) {
        self.parameters = parameters
        self.image = image
        self.sizes = sizes
        self.linked = linked
        self.masker = masker
    }

    /// What a stage gets wrong, a sentence each; empty if it conforms.
    public func violations(of type: any Stage.Type) -> [String] {
        var registry = Registry()
        do { try registry.register(type) } catch { return ["cannot be registered: \(error)"] }
        guard let entry = registry.entries.first else { return ["is not in the registry"] }
        var found = descriptorViolations(entry)
        switch entry.role {
        case .dataSource: found += dataSourceViolations(entry)
        case .masker: found += maskerViolations(type)
        case .encoder, .predictor, .loss: found += computationViolations(entry)
        case .optimizer: found += optimizerViolations(entry)
        }
        return found
    }

    private func maskerViolations(_ type: any Stage.Type) -> [String] {
        guard let type = type as? any Masker.Type else { return [] }
        func open<M: Masker>(_ type: M.Type) -> [String] {
            masker.violations(of: type, parameters: parameters)
        }
        return open(type)
    }
}
