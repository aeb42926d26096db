import JepaCore
import JepaTensor

extension StageConformance {
    /// What a loss gets wrong beside what every stage that computes can.
    func lossViolations(
        of loss: any Loss, _ arrivals: StageBench.Arrivals, _ value: Tensor, on bench: StageBench
    ) throws -> [String] {
        var found: [String] = []
        if value.shape != [] { found.append("the loss has the shape \(value.shape), no scalar") }
        found += try extremeViolations(of: loss, arrivals, on: bench)
        guard try !dependsOnChance(loss, arrivals, on: bench) else { return found }
        let couples = try comparesImages(loss, arrivals, on: bench)
        if couples && !loss.couplesImages {
            found.append(
                "the loss of a batch is not the mean of the losses of its parts, but "
                    + "'couplesImages' is false")
        }
        if !couples && loss.couplesImages {
            found.append(
                "the loss of a batch is the mean of the losses of its parts, but 'couplesImages' "
                    + "is true, which forbids micro-batches")
        }
        return found
    }

    /// Right predictions, tokens that are all alike, and large ones must not give infinities.
    private func extremeViolations(
        of loss: any Loss, _ arrivals: StageBench.Arrivals, on bench: StageBench
    ) throws -> [String] {
        var alike = arrivals
        var zero = arrivals
        var large = arrivals
        let tokens = bench.sockets.filter { $0.kind == .tokens }.map(\.name)
        guard let first = tokens.first.flatMap({ arrivals.tensors[$0] }) else { return [] }
        for name in tokens {
            guard let tensor = arrivals.tensors[name] else { continue }
            if tensor.shape == first.shape { alike.tensors[name] = first }
            zero.tensors[name] = Tensor(repeating: 0, shape: tensor.shape)
            let grown = tensor.copy()
            scaleInPlace(grown, by: 100)
            large.tensors[name] = grown
        }
        var found: [String] = []
        for (what, arrivals) in [
            ("equal inputs", alike), ("inputs of zeros", zero),
            ("inputs a hundred times as large", large),
        ] {
            var variables: [String: Variable] = [:]
            for name in tokens {
                variables[name] = arrivals.tensors[name].map {
                    Variable($0, requiresGradient: true)
                }
            }
            let tape = Tape()
            let result = try bench.run(loss, arrivals, variables: variables, on: tape)
            guard result.value.isFinite else {
                found.append("the loss of \(what) is not finite")
                continue
            }
            tape.backward(from: [(result, 1)])
            let gradients = variables.values.compactMap(\.receivedGradient)
            if !gradients.allSatisfy(\.isFinite) {
                found.append("the gradient of \(what) is not finite")
            }
        }
        return found
    }

    /// Whether the loss of all rows differs from the mean over the halves of the batch.
    private func comparesImages(
        _ loss: any Loss, _ arrivals: StageBench.Arrivals, on bench: StageBench
    ) throws -> Bool {
        let letter = bench.sizes(at: loss)["B"] == nil ? "R" : "B"
        let count = 4
        var conformance = self
        conformance.sizes[letter] = count
        let bench = StageBench(
            conformance: conformance, entry: bench.entry, connected: bench.connected)
        let whole = bench.arrivals(for: loss, seed: 3)
        let half = { (range: Range<Int>) in
            var part = whole
            for socket in bench.sockets {
                let axis = socket.shape.first ?? ""
                if let tensor = whole.tensors[socket.name], axis.contains(letter) {
                    part.tensors[socket.name] = tensor.selected(range, of: count)
                }
                if let labels = whole.labels[socket.name], axis.contains(letter) {
                    part.labels[socket.name] = Array(labels[range])
                }
                if let mask = whole.masks[socket.name], letter == "B" {
                    part.masks[socket.name] = mask.images(range)
                }
            }
            return part
        }
        let together = try bench.run(loss, whole).value.scalar
        let first = try bench.run(loss, half(0..<2)).value.scalar
        let second = try bench.run(loss, half(2..<4)).value.scalar
        return abs(together - (first + second) / 2) > 1e-4 * max(abs(together), 1e-3)
    }
}

extension Tensor {
    /// The rows of some of `count` images, where row `m*B + b` belongs to image b.
    fileprivate func selected(_ range: Range<Int>, of count: Int) -> Tensor {
        let width = self.count / max(shape[0], 1)
        let rows = (0..<shape[0]).filter { range.contains($0 % count) }
        let elements = self.elements
        return Tensor(
            rows.flatMap { elements[$0 * width..<($0 + 1) * width] },
            shape: [rows.count] + shape.dropFirst())
    }
}
