/// How fast matrix products run here: what a training step can at best come to.
package enum ProductRate {
    /// Rows, columns and depth of the products tried: large enough that copying and handing out
    /// the work hardly shows, and one that suits the panels of this package's kernel.
    static let sizes = [(1536, 1536, 768), (1024, 1024, 1024), (2048, 2048, 2048)]

    /// Floating-point operations per second of the fastest product on all threads.
    ///
    /// - Parameter seconds: How long to try each size; every one is computed twice at least.
    package static func measured(
        with kernel: MatrixProduct.Kernel, seconds: Double = 0.2
    ) -> Double {
        sizes.reduce(0) { best, size in
            max(best, measured(m: size.0, n: size.1, k: size.2, with: kernel, seconds: seconds))
        }
    }

    private static func measured(
        m: Int, n: Int, k: Int, with kernel: MatrixProduct.Kernel, seconds: Double
    ) -> Double {
        // Numbers that are not all alike: equal ones can cost the processor less power.
        let weights = { (name: String, shape: [Int], key: UInt64) in
            let weight = Weight(name, shape: shape, initial: .truncatedNormal(deviation: 1))
            weight.materialise(key: key)
            return weight.value
        }
        let (a, b) = (weights("a", [m, k], 1), weights("b", [k, n], 2))
        let c = Tensor(uninitialized: [m, n])
        let product = MatrixProduct(
            m: m, n: n, k: k, a: a.pointer, aStride: k, b: b.pointer, bStride: n,
            c: c.mutablePointer, cStride: n)
        let clock = ContinuousClock()
        return withExtendedLifetime((a, b, c)) {
            // The first one faults in the memory of the result.
            product.runInParallel(with: kernel)
            let start = clock.now
            var fastest = Double.infinity
            repeat {
                let elapsed = clock.measure { product.runInParallel(with: kernel) } / .seconds(1)
                fastest = min(fastest, elapsed)
            } while start.duration(to: clock.now) / .seconds(1) < seconds
            return 2 * Double(m) * Double(n) * Double(k) / fastest
        }
    }
}
