import Foundation
import JepaEvaluation
import JepaFormats
import JepaTensor
import Testing

/// The labelled features of the golden numbers, and what others compute from them.
///
/// `features.safetensors` and `features.json` are golden numbers; `features-peer.json` is made by
/// `Tests/Peers/features.py` with NumPy and scikit-learn.
struct Fixtures {
    let train: FeatureSet
    let test: FeatureSet
    let golden: GoldenFigures
    let peer: PeerFigures

    init() throws {
        let tensors = try SafetensorsReader(path: fixture("features", "safetensors").path)
        func set(_ name: String) throws -> FeatureSet {
            try FeatureSet(
                features: tensors.tensor("\(name).features").floats(),
                labels: tensors.tensor("\(name).labels").integers().map { Int($0) })
        }
        train = try set("train")
        test = try set("test")
        golden = try figures("features")
        peer = try figures("features-peer")
    }
}

/// What `features.json` holds; keys become camel case before they are compared.
struct GoldenFigures: Decodable {
    struct KNN: Decodable {
        let k5Weighted: Double
        let k5Majority: Double
        let k20Weighted: Double
        let k20Majority: Double

        enum CodingKeys: String, CodingKey {
            case k5Weighted = "k5T0.07"
            case k5Majority
            case k20Weighted = "k20T0.07"
            case k20Majority
        }

        func accuracy(_ k: Int, weighted: Bool) -> Double? {
            switch k {
            case 5: weighted ? k5Weighted : k5Majority
            case 20: weighted ? k20Weighted : k20Majority
            default: nil
            }
        }
    }
    struct Logistic: Decodable {
        struct Figures: Decodable {
            let accuracy: Double
            let trainLoss: Double
        }
        let byC: [String: Figures]
    }
    struct RankMe: Decodable {
        let value: Double
    }
    let knn: KNN
    let logisticRegression: Logistic
    let rankme: RankMe
}

/// What `features-peer.json` holds.
struct PeerFigures: Decodable {
    struct Logistic: Decodable {
        let accuracy: Double
        let trainLoss: Double
        let testLoss: Double
    }
    struct Values: Decodable {
        let train: [Double]
        let test: [Double]
    }
    struct Ridge: Decodable {
        let r2: Double
        let rmse: Double
        let mae: Double
        let intercept: Double
        let firstPrediction: Double
    }
    let knnWeightedPredictions: [Int]
    let knnMajorityPredictions: [Int]
    let logistic: [String: Logistic]
    let singularValues: [Double]
    let rankmeOfFirst10Rows: Double
    let meanStandardDeviation: Double
    let meanVariance: Double
    let meanCosine: Double
    let lidar9Views: Double
    let values: Values
    let ridge: [String: Ridge]
}

/// By `JSONDecoder`: on Linux `JSONSerialization` reads some numbers one bit off.
func figures<Figures: Decodable>(_ name: String) throws -> Figures {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Figures.self, from: Data(contentsOf: fixture(name, "json")))
}

private func fixture(_ name: String, _ suffix: String) throws -> URL {
    try #require(
        Bundle.module.url(forResource: name, withExtension: suffix, subdirectory: "Fixtures"))
}
