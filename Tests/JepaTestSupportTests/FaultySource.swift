import Foundation
import JepaCore
import Synchronization

/// Images of one value each, with one thing wrong.
final class FaultySource: DataSource {
    static let descriptor = StageDescriptor(
        name: "faulty_source", summary: "Images of one value each.",
        parameters: [
            .fault(
                "shared", "augments", "label", "moving_label", "outside", "unwritten", "infinite",
                "fingerprint", "empty", "sequence", "throws")
        ])

    let count: Int
    let imageShape = ImageShape(channels: 1, height: 4, width: 5)
    let classNames = ["even", "odd"]
    private let fault: String
    private let calls = Atomic(0)
    private let firstThread = Atomic<UInt>(0)

    init(parameters: StageParameters) throws {
        fault = parameters.text("fault")
        count = fault == "empty" ? 0 : 9
    }

    func fingerprint() throws -> String {
        fault == "fingerprint" ? "\(ObjectIdentifier(self))" : "faulty"
    }

    func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        if fault == "throws" { throw PlainError() }
        let call = calls.add(1, ordering: .relaxed).newValue
        var value = Float(request.index)
        if request.isAugmented || fault == "augments" {
            var random = request.random
            value += Float(random.uniform())
        }
        if fault == "sequence" { value += Float(call) }
        if fault == "infinite" { value = .nan }
        if fault == "shared" {
            let own = UInt(pthread_self())
            let first = firstThread.compareExchange(
                expected: 0, desired: own, ordering: .relaxed
            ).original
            if first != 0 && first != own { value += 1 }
        }
        for place in views[0].indices where fault != "unwritten" || place > 0 {
            views[0][place] = value
        }
        if fault == "outside", let base = views[0].baseAddress { base[views[0].count] = 1 }
        if fault == "label" { return 2 }
        if fault == "moving_label" && request.isAugmented { return -1 }
        return Int32(request.index % 2)
    }
}

/// Looks for its folder when it is made.
struct HastySource: DataSource {
    static let descriptor = StageDescriptor(
        name: "hasty_source", summary: "Images of a folder.",
        parameters: [.path("path", help: "The folder.")])

    let count = 1
    let imageShape = ImageShape(channels: 1, height: 1, width: 1)

    init(parameters: StageParameters) throws {
        if parameters.text("path") != "." { throw PipelineError(.data, "there is no such folder") }
    }

    func fingerprint() throws -> String { "hasty" }

    func load(
        _ request: SampleRequest, into views: [UnsafeMutableBufferPointer<Float>]
    ) throws -> Int32 {
        views[0][0] = 0
        return -1
    }
}
