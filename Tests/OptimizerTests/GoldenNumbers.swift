import Foundation
import Testing

/// What PyTorch and NumPy compute; see `Tests/Peers/optimizers.py`.
struct GoldenNumbers: Decodable {
    /// A matrix `[4, 3]` and a vector `[4]`.
    struct Weights: Decodable {
        let weight: [Double]
        let bias: [Double]
    }
    struct CrossEntropy: Decodable {
        struct Result: Decodable {
            let loss: Double
            let gradient: [Double]
        }
        /// `[5, 3]`
        let logits: [Double]
        let labels: [Int]
        let plain: Result
        let smoothed: Result

        enum CodingKeys: String, CodingKey {
            case logits, labels
            case plain = "smoothing 0.0"
            case smoothed = "smoothing 0.1"
        }
    }

    let start: Weights
    let gradients: [Weights]
    let sgd: Weights
    let nesterov: Weights
    let plain: Weights
    let lars: Weights
    let crossEntropy: CrossEntropy

    static func read() throws -> GoldenNumbers {
        let file = try #require(
            Bundle.module.url(
                forResource: "optimizers", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(GoldenNumbers.self, from: Data(contentsOf: file))
    }
}
