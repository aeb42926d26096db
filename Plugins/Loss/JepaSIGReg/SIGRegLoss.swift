import Foundation
public import JepaCore
public import JepaTensor

/// Holds the embeddings of a batch to a standard normal distribution, so that they cannot collapse.
///
/// Tokens `[R, K, D]` are averaged to one embedding a row. They are projected on `directions` random
/// directions, drawn anew in every step and the same on every machine, and each projection is
/// compared with a standard normal by the Epps-Pulley statistic
/// `R * integral of |phi(t) - exp(-t^2 / 2)|^2 exp(-t^2 / 2) dt`, where `phi` is its empirical
/// characteristic function; trapezoid rule with `points` points on `-limit...limit`. The loss is the
/// mean over the directions.
/// Source: LeJEPA, arXiv 2511.08544, section 4, algorithm 1.
public struct SIGRegLoss: Loss {
    public static let descriptor = StageDescriptor(
        name: "sigreg",
        summary: "Random projections of the embeddings are held to a standard normal; LeJEPA.",
        source: "arXiv 2511.08544",
        inputs: [Socket("tokens", .tokens, ["R", "K", "D"], help: "The embeddings.")],
        parameters: [
            .integer(
                "directions", in: 1...65536, default: 256,
                help: "Random directions that are looked along, per step."),
            .integer(
                "points", in: 3...129, default: 17, help: "Points of the trapezoid rule; odd."),
            .real(
                "limit", in: 0.1...100, default: 5,
                help: "Where the integral ends, on both sides of 0."),
        ])

    private let directions: Int
    private let points: Int
    private let limit: Float

    public init(parameters: StageParameters) throws {
        directions = parameters.integer("directions")
        points = parameters.integer("points")
        limit = Float(parameters.real("limit"))
        if points % 2 == 0 {
            throw parameters.error(
                "'points' is \(points); the trapezoid rule wants one at 0, so an odd number",
                parameter: "points")
        }
    }

    public var couplesImages: Bool { true }

    public func loss(_ inputs: StageInputs, on tape: Tape) throws -> Variable {
        let embeddings = tape.meanPool(inputs.variable("tokens"))
        return tape.eppsPulley(
            embeddings,
            directions: Self.directions(
                directions, width: embeddings.shape[1], using: inputs.random),
            points: points, limit: limit)
    }

    /// Directions uniform on the sphere, `[count, width]`: normal numbers over their length.
    package static func directions(_ count: Int, width: Int, using source: StageRandom) -> Tensor {
        var random = source
        let result = Tensor(uninitialized: [count, width])
        for row in 0..<count {
            let place = result.mutablePointer + row * width
            var squares = 0.0
            for column in 0..<width {
                // Box-Muller; the logarithm is of a number in (0, 1].
                let length = (-2 * log(1 - random.uniform())).squareRoot()
                let number = length * cos(2 * .pi * random.uniform())
                place[column] = Float(number)
                squares += number * number
            }
            let scale = Float(1 / max(squares, .leastNormalMagnitude).squareRoot())
            for column in 0..<width { place[column] *= scale }
        }
        return result
    }
}
