package import JepaTensor

/// A question about every pixel, answered by a linear map of each patch token.
///
/// A probe does not know what the tokens are of, so the network, the same network before any
/// training and the bare pixels of the patches are asked the same question in the same way.
package protocol DenseProbe: Sendable {
    /// How it is done, all that somebody else would have to know: what, then how in words.
    var settings: [String: String] { get }

    /// What a patch is fitted to has so many numbers, K.
    var targetCount: Int { get }

    /// What the patches of an image are fitted to, `[N, K]`.
    ///
    /// - Returns: Nil for a patch of which too little is known.
    func targets(of map: PixelMap, _ layout: PatchLayout) -> [[Float]?]

    /// The best linear map.
    ///
    /// - Parameters:
    ///   - tokens: `[n, D]`
    ///   - targets: `[n, K]`
    /// - Throws: `data` if there is nothing to tell apart; `not-finite`.
    func fit(_ tokens: Tensor, to targets: Tensor) throws -> DensePredictor

    /// What says the same of every image: targets `[N, K]`, whatever the tokens are.
    func saying(_ targets: Tensor) -> DensePredictor

    /// No figures yet.
    func tally() -> any DenseTally
}

/// Says something of every pixel.
package struct DensePredictor {
    /// Tokens `[N, D]` to scores `[N, columns]`.
    private let scores: (Tensor) throws -> Tensor
    /// The scores of one pixel to what a map holds.
    private let decide: (UnsafePointer<Float>) -> Float

    init(
        scores: @escaping (Tensor) throws -> Tensor,
        decide: @escaping (UnsafePointer<Float>) -> Float
    ) {
        self.scores = scores
        self.decide = decide
    }

    /// What is said of each pixel of an image, from its tokens `[N, D]`.
    ///
    /// - Throws: `data` for tokens of another length, `not-finite`.
    package func map(of tokens: Tensor, _ layout: PatchLayout) throws -> PixelMap {
        layout.map(of: try scores(tokens), decide)
    }
}

/// Figures that grow image by image.
package protocol DenseTally {
    /// Counts the pixels of an image.
    mutating func add(prediction: PixelMap, truth: PixelMap)

    /// What it has come to; empty without pixels.
    var figures: [ProbeFigure] { get }
}
