import JepaCore
import JepaImages

/// The images of a folder with their classes, packed: some 60 bytes an image.
struct ImageTable: Sendable {
    /// What is taken for the class of an image.
    enum LabelSource: String, CaseIterable {
        /// The first sub-folder, if there are two or more of them.
        case auto
        /// The first sub-folder.
        case folders
        /// Nothing.
        case none
    }

    /// The class of each image, -1 if unknown.
    let labels: [Int32]
    /// The names of the classes, in the order of their bytes.
    let classNames: [String]
    /// A text that changes when a path or size does.
    let fingerprint: String
    /// A text that changes when an image is written again, too.
    let revision: String
    private let paths: [UInt8]
    private let ends: [Int]

    /// Whether some of the listed images were left out.
    let isLimited: Bool

    /// The number of images.
    var count: Int { labels.count }

    /// Chooses images and names classes.
    ///
    /// - Throws: `data` if there are no images, or no sub-folders where they are to be classes.
    init(
        _ listing: FolderListing, labels source: LabelSource, limit: Int?, place: FolderPlace
    ) throws {
        guard !listing.images.isEmpty else { throw place.noImages(listing) }
        let folders = listing.images.map { $0.path.firstFolder }
        let names = Set(folders.compactMap { $0 }).sorted()
        let isLabelled = source == .folders || source == .auto && names.count >= 2
        if source == .folders && names.isEmpty { throw place.noClasses }

        let all = listing.images.count
        let kept = min(limit ?? all, all)
        let numbers = Dictionary(uniqueKeysWithValues: zip(names, Int32(0)...))
        var paths: [UInt8] = []
        var ends: [Int] = []
        var labels: [Int32] = []
        var (hash, times) = (NumberHash(), NumberHash())
        for i in 0..<kept {
            // Spread over all, since sorted paths hold one class after the other.
            let place = i * all / kept
            let image = listing.images[place]
            paths += image.path.bytes
            ends.append(paths.count)
            labels.append(isLabelled ? folders[place].flatMap { numbers[$0] } ?? -1 : -1)
            for byte in image.path.bytes { hash.add(UInt64(byte)) }
            hash.add(UInt64(bitPattern: image.size))
            hash.stir()
            times.add(UInt64(bitPattern: image.written))
            times.stir()
        }
        isLimited = kept < all
        self.paths = paths
        self.ends = ends
        self.labels = labels
        classNames = isLabelled ? names.map(\.description) : []
        fingerprint = "\(kept) images, \(hash.text)"
        revision = "\(fingerprint), \(times.text)"
    }

    /// The path of an image below the folder.
    func path(of index: Int) -> PathBytes {
        PathBytes(Array(paths[(index == 0 ? 0 : ends[index - 1])..<ends[index]]))
    }
}

/// A sum over numbers, FNV-1a by words: good enough to tell folders apart.
private struct NumberHash {
    private var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x100_0000_01b3 }

    /// Lets high bits, which multiplication leaves alone, change low ones.
    mutating func stir() { value ^= value >> 29 }

    /// 16 hexadecimal digits.
    var text: String { zeroPadded(value, digits: 16, radix: 16) }
}
