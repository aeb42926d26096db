/// Random numbers that are a function of (seed, purpose, step, sample) and nothing else.
///
/// A draw therefore depends neither on the number of workers nor on what was drawn before, and a
/// resumed run draws what the uninterrupted one would have. The generator is Philox4x32-10, whose
/// counter holds the step, the sample and the index of the draw.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
public struct StageRandom: RandomNumberGenerator, Sendable {
    /// The 64-bit key that (seed, purpose) comes to; also names the sequences of weight kernels.
    public let key: UInt64
    /// The training step the sequence belongs to, counted from 0.
    public var stepIndex: Int { Int(step) }
    private let step: UInt64
    private let sampleIndex: UInt32
    private var block: UInt32 = 0
    private var buffer: (UInt64, UInt64) = (0, 0)
    private var buffered = 0

    /// A sequence.
    ///
    /// - Parameters:
    ///   - seed: The seed of the run.
    ///   - purpose: What the numbers are for, usually the name of a stage.
    ///   - step: The training step, counted from 0.
    ///   - sample: The position in the batch or the index of the image.
    public init(seed: UInt64, purpose: String, step: Int = 0, sample: Int = 0) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        self.init(key: Self.mix(seed &+ Self.mix(hash)), step: UInt64(step), sample: sample)
    }

    private init(key: UInt64, step: UInt64, sample: Int) {
        self.key = key
        self.step = step
        sampleIndex = UInt32(truncatingIfNeeded: sample)
    }

    /// The sequence of one sample of this purpose and step, from its beginning.
    public func forSample(_ index: Int) -> StageRandom {
        // Sample 0 is the sequence shared by the whole batch.
        StageRandom(key: key, step: step, sample: index + 1)
    }

    /// The sequence of a part of this purpose, from its beginning.
    public func forPurpose(_ name: String) -> StageRandom {
        StageRandom(seed: key, purpose: name, step: Int(step), sample: Int(sampleIndex))
    }

    /// 64 random bits.
    public mutating func next() -> UInt64 {
        if buffered == 0 {
            buffer = philox()
            block += 1
            buffered = 2
        }
        buffered -= 1
        return buffered == 1 ? buffer.0 : buffer.1
    }

    /// A number in 0..<1, uniform, with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number between two bounds, uniform.
    public mutating func uniform(in range: ClosedRange<Double>) -> Double {
        range.lowerBound + uniform() * (range.upperBound - range.lowerBound)
    }

    /// An integer of a range, uniform. Traps if the range is empty.
    public mutating func integer(in range: Range<Int>) -> Int {
        precondition(!range.isEmpty, "no integer lies in \(range)")
        return range.lowerBound + Int(next().multipliedFullWidth(by: UInt64(range.count)).high)
    }

    /// A random order of 0..<count.
    public mutating func permutation(of count: Int) -> [Int] {
        var order = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { order.swapAt(i, integer(in: 0..<i + 1)) }
        return order
    }

    /// The block of this sequence that comes next.
    private func philox() -> (UInt64, UInt64) {
        let words = Self.philox(
            counter: [
                block, sampleIndex, UInt32(truncatingIfNeeded: step),
                UInt32(truncatingIfNeeded: step >> 32),
            ],
            key: [UInt32(truncatingIfNeeded: key), UInt32(truncatingIfNeeded: key >> 32)])
        return (
            UInt64(words[0]) << 32 | UInt64(words[1]), UInt64(words[2]) << 32 | UInt64(words[3])
        )
    }

    /// Philox4x32-10: ten rounds over a counter of four words with a key of two.
    package static func philox(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var (c, k) = (counter, key)
        for _ in 0..<10 {
            let low = UInt64(0xd251_1f53) * UInt64(c[0])
            let high = UInt64(0xcd9e_8d57) * UInt64(c[2])
            c = [
                UInt32(truncatingIfNeeded: high >> 32) ^ c[1] ^ k[0],
                UInt32(truncatingIfNeeded: high),
                UInt32(truncatingIfNeeded: low >> 32) ^ c[3] ^ k[1],
                UInt32(truncatingIfNeeded: low),
            ]
            k &+= [0x9e37_79b9, 0xbb67_ae85]
        }
        return c
    }

    /// The finaliser of SplitMix64.
    private static func mix(_ value: UInt64) -> UInt64 {
        var x = value &+ 0x9e37_79b9_7f4a_7c15
        x = (x ^ (x >> 30)) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ (x >> 27)) &* 0x94d0_49bb_1331_11eb
        return x ^ (x >> 31)
    }
}
