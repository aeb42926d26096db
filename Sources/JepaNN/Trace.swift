public import JepaTensor

/// Receives intermediate results by name, to compare a network with another implementation.
///
/// Names: `patch_embed`, `block0.attention` (before the residual is added), `block0`, `block1`,
/// and so on, `output`.
public typealias Trace = (_ name: String, _ value: Tensor) -> Void
