import Dispatch
import Foundation
import JepaCore
import Synchronization

extension StageConformance {
    /// What a data source gets wrong. The parameters have to lead to data.
    func dataSourceViolations(_ entry: Registry.Entry) -> [String] {
        do {
            let bench = StageBench(conformance: self, entry: entry, connected: [])
            guard let source = try bench.make().stage as? any DataSource,
                let twin = try bench.make().stage as? any DataSource
            else { return ["it is no data source"] }
            var found = weightViolations(of: source, and: twin)
            found += try unopenedViolations(entry)
            try source.open()
            try twin.open()
            guard source.count > 0 else { return found + ["it has no images"] }
            let views = entry.outputs.count { $0.kind == .images }
            if views == 0 { found.append("it has no output of images") }
            let (print, again) = (try source.fingerprint(), try twin.fingerprint())
            if print.isEmpty { found.append("the fingerprint is empty") }
            if print != again { found.append("the same data has two fingerprints") }
            found += try imageViolations(of: source, and: twin, views: views)
            return found
        } catch {
            return ["threw '\(error)'"]
        }
    }

    /// Making one must not look for files, so that a graph is checked where its data is not.
    private func unopenedViolations(_ entry: Registry.Entry) throws -> [String] {
        let paths = entry.descriptor.parameters.filter { $0.kind == .path }.map(\.name)
        guard !paths.isEmpty else { return [] }
        var elsewhere = self
        elsewhere.parameters = Setting(
            .mapping(
                (parameters.entries ?? []).map { entry in
                    paths.contains(entry.key)
                        ? Setting.Entry(entry.key, "/there/is/no/such/folder") : entry
                }))
        do {
            _ = try StageBench(conformance: elsewhere, entry: entry, connected: []).make()
            return []
        } catch {
            return ["it looks for files when it is made and not when it is opened: \(error)"]
        }
    }

    private func imageViolations(
        of source: any DataSource, and twin: any DataSource, views: Int
    ) throws -> [String] {
        let indices = Set([0, 1, source.count / 2, source.count - 1].filter { $0 < source.count })
        let requests = indices.sorted().flatMap { index in
            [false, true].map { isAugmented in
                SampleRequest(
                    index: index, isAugmented: isAugmented,
                    random: StageRandom(seed: 3, purpose: "data", step: 4, sample: index))
            }
        }
        var found: Set<String> = []
        var samples: [Sample] = []
        for request in requests {
            let sample = try Sample(request, from: source, views: views)
            found.formUnion(sample.violations(classes: source.classNames.count))
            samples.append(sample)
        }
        // Another stage, asked in another order.
        for (request, sample) in zip(requests, samples).reversed()
        where try Sample(request, from: twin, views: views) != sample {
            found.insert("the same request gives other pixels the second time")
        }
        for (request, sample) in zip(requests, samples) where !request.isAugmented {
            let other = SampleRequest(
                index: request.index, isAugmented: false,
                random: StageRandom(seed: 8, purpose: "data"))
            if try Sample(other, from: source, views: views) != sample {
                found.insert("an image that is not to be augmented depends on random numbers")
            }
        }
        let labels = Dictionary(grouping: zip(requests, samples), by: { $0.0.index })
        if labels.values.contains(where: { Set($0.map(\.1.label)).count > 1 }) {
            found.insert("the label of an image changes when it is augmented")
        }
        if !givesTheSame(requests, samples, from: source) {
            found.insert("asked from several threads it gives other pixels")
        }
        return found.sorted()
    }

    /// Asks from four threads at once.
    private func givesTheSame(
        _ requests: [SampleRequest], _ samples: [Sample], from source: any DataSource
    ) -> Bool {
        let differences = Differences()
        let group = DispatchGroup()
        for _ in 0..<4 {
            group.enter()
            Thread {
                for (request, sample) in Array(zip(requests, samples))
                where (try? Sample(request, from: source, views: sample.views.count)) != sample {
                    differences.count.add(1, ordering: .relaxed)
                }
                group.leave()
            }.start()
        }
        group.wait()
        return differences.count.load(ordering: .relaxed) == 0
    }
}

/// Requests that came to something else.
private final class Differences: Sendable {
    let count = Atomic(0)
}

/// What came of one request.
private struct Sample: Equatable, Sendable {
    let views: [[Float]]
    let label: Int32
    private let isWithinBounds: Bool

    /// No image has this value; it shows what was not written and what should not have been.
    private static let untouched = Float(bitPattern: 0x7fc0_beef)
    private static let margin = 16

    init(_ request: SampleRequest, from source: any DataSource, views count: Int) throws {
        let length = source.imageShape.count
        let buffers = (0..<count).map { _ in
            UnsafeMutableBufferPointer<Float>.allocate(capacity: length + 2 * Self.margin)
        }
        defer { for buffer in buffers { buffer.deallocate() } }
        for buffer in buffers { buffer.initialize(repeating: Self.untouched) }
        label = try source.load(
            request,
            into: buffers.map {
                UnsafeMutableBufferPointer(rebasing: $0[Self.margin..<Self.margin + length])
            })
        views = buffers.map { Array($0[Self.margin..<Self.margin + length]) }
        isWithinBounds = buffers.allSatisfy { buffer in
            (buffer.prefix(Self.margin) + buffer.suffix(Self.margin)).allSatisfy {
                $0.bitPattern == Self.untouched.bitPattern
            }
        }
    }

    func violations(classes: Int) -> [String] {
        var found: [String] = []
        if !isWithinBounds { found.append("it writes outside the buffer of an image") }
        let missing = views.joined().count { $0.bitPattern == Self.untouched.bitPattern }
        if missing > 0 { found.append("it leaves pixels of an image unwritten") }
        if missing == 0 && !views.joined().allSatisfy(\.isFinite) {
            found.append("pixels are not finite")
        }
        if label != -1 && !(0..<Int32(classes)).contains(label) {
            found.append("the label \(label) names none of the \(classes) classes")
        }
        return found
    }
}
