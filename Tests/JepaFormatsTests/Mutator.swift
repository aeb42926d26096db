/// Spoils files: everything it does is a function of the seed.
struct Mutator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    /// Numbers at which lengths, offsets and types change their meaning.
    private static let edges: [UInt64] =
        [0, 1, 2, 3, 7, 8, 64, 65, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000]
        + [0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000]
        + [.max >> 1, .max >> 1 + 1, .max - 1, .max, 100_000_000, 1 << 60]

    /// Changes bytes within a range without changing their number.
    mutating func overwrite(_ bytes: inout [UInt8], in range: Range<Int>) {
        guard !range.isEmpty else { return }
        let place = Int.random(in: range, using: &self)
        let count = Int.random(in: 1...min(24, range.upperBound - place), using: &self)
        let other = Int.random(in: range.lowerBound...range.upperBound - count, using: &self)
        switch Int.random(in: 0..<5, using: &self) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        case 1: bytes[place] = UInt8.random(in: 0...255, using: &self)
        case 2:
            let edge = Self.edges.randomElement(using: &self) ?? 0
            let width = [1, 2, 4, 8].randomElement(using: &self) ?? 1
            for byte in 0..<min(width, range.upperBound - place) {
                bytes[place + byte] = UInt8(truncatingIfNeeded: edge >> (8 * UInt64(byte)))
            }
        case 3: bytes.replaceSubrange(place..<place + count, with: bytes[other..<other + count])
        default:
            let saved = Array(bytes[place..<place + count])
            bytes.replaceSubrange(place..<place + count, with: bytes[other..<other + count])
            bytes.replaceSubrange(other..<other + count, with: saved)
        }
    }

    /// Changes bytes anywhere; most changes also change their number.
    mutating func reshape(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &self)
        let count = Int.random(in: 0...min(40, bytes.count - place), using: &self)
        let piece = Array(bytes[place..<place + count])
        let other = Int.random(in: 0...bytes.count, using: &self)
        switch Int.random(in: 0..<7, using: &self) {
        case 0: bytes.removeSubrange(place..<place + count)
        case 1: bytes.insert(contentsOf: piece, at: other)
        case 2: bytes.removeLast(bytes.count - place)
        case 3:
            // A number in decimal digits where one stands, or anywhere.
            let edge = Array("\(Self.edges.randomElement(using: &self) ?? 0)".utf8)
            let digits = bytes[place...].prefix { (0x30...0x39).contains($0) }
            bytes.replaceSubrange(place..<place + digits.count, with: edge)
        case 4:
            let letters = Array("{}[]()\",:\\u0'e-. \0\u{1}\u{7f}".utf8)
            bytes.insert(letters.randomElement(using: &self) ?? 0, at: place)
        case 5:
            let letters = Array(" \n]}0,".utf8)
            if place < bytes.count { bytes[place] = letters.randomElement(using: &self) ?? 0 }
        default: overwrite(&bytes, in: 0..<bytes.count)
        }
    }
}
