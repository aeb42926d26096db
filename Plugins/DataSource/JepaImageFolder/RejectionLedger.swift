import JepaCore
import JepaImages
import Synchronization

/// Which images turned out to be unusable, and when there are too many of them.
///
/// Every image is counted once, however often and by however many threads it is found.
final class RejectionLedger: Sendable {
    private struct State {
        var rejected: [RejectedSample] = []
        /// Those of the rejected that count as bad images.
        var bad: [RejectedSample] = []
        var repaired: [RejectedSample] = []
        var badImages: Set<Int> = []
        var repairedImages: Set<Int> = []
    }

    private let state: Mutex<State>
    private let place: FolderPlace
    /// Images to be tried, and images that were bad already when the folder was listed.
    private let listed: Int, badAtListing: Int
    /// The share of all images that may be bad.
    private let allowedShare: Double

    /// A ledger that begins with what the listing skipped.
    init(_ listing: FolderListing, images: ImageTable, place: FolderPlace, allowedShare: Double) {
        // Of a part of the images, only that part is judged.
        let bad = images.isLimited ? [] : listing.skipped.filter(\.isBad)
        state = Mutex(State(rejected: listing.skipped.map(Self.sample), bad: bad.map(Self.sample)))
        badAtListing = bad.count
        listed = images.count
        self.place = place
        self.allowedShare = allowedShare
    }

    private static func sample(_ skipped: FolderListing.Skipped) -> RejectedSample {
        RejectedSample(name: "\(skipped.path)", reason: skipped.reason)
    }

    /// Everything that is skipped, in the order in which it was found.
    var rejected: [RejectedSample] { state.withLock(\.rejected) }

    /// Everything that was decoded although something had to be repaired.
    var repaired: [RejectedSample] { state.withLock(\.repaired) }

    /// Whether an image is known to be bad.
    func isRejected(_ index: Int) -> Bool { state.withLock { $0.badImages.contains(index) } }

    /// Notes an image that cannot be used.
    ///
    /// - Throws: `data` if that is one too many.
    func reject(_ index: Int, name: @autoclosure () -> String, reason: String) throws {
        try state.withLock { state in
            if state.badImages.insert(index).inserted {
                let sample = RejectedSample(name: name(), reason: reason)
                state.rejected.append(sample)
                state.bad.append(sample)
            }
            try check(state)
        }
    }

    /// Notes an image that was usable after a repair.
    func noteRepair(_ index: Int, name: @autoclosure () -> String, what: String) {
        state.withLock { state in
            guard state.repairedImages.insert(index).inserted else { return }
            state.repaired.append(RejectedSample(name: name(), reason: what))
        }
    }

    /// Throws if too many images are bad already.
    func check() throws { try state.withLock { try check($0) } }

    private func check(_ state: borrowing State) throws {
        let all = badAtListing + listed
        let allBad = state.badImages.count == listed
        guard allBad || Double(state.bad.count) > allowedShare * Double(all) else { return }
        let found =
            allBad
            ? "none of the \(all) images in '\(place.path)' can be used"
            : "\(state.bad.count) of the \(all) images in '\(place.path)' cannot be used, "
                + "more than the share of \(allowedShare) that 'max_bad' allows"
        let shown = state.bad.prefix(5).map { "  \($0.name): \($0.reason)" }
        let more = state.bad.count - shown.count
        let remedy =
            allBad ? "Is this the right folder?" : "Repair or remove them, or raise 'max_bad'."
        throw place.failure(
            .data, found, shown + (more > 0 ? ["  and \(more) more"] : []) + [remedy])
    }
}
