import JepaFormats
public import JepaNN
import JepaTensor

extension ModelWeights {
    /// An encoder ready to compute with, not to be trained.
    ///
    /// - Throws: `missing` if the model has no such encoder.
    public func encoder(_ encoder: ModelNetwork) throws -> VisionTransformer {
        let tensors = try tensors(of: encoder)
        let network = VisionTransformer(sizes.encoderConfiguration, isTrainable: false)
        for (weight, tensor) in zip(network.weights, tensors) {
            precondition(weight.name == tensor.name, "'\(tensor.name)' is not '\(weight.name)'")
            weight.value = try tensor.floats()
        }
        return network
    }
}
