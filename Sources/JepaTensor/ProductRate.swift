/// How fast matrix products run here: what a training step can at best come to.
///
/// The products are computed one at a time between steps, so that whatever else the machine does
/// holds up both alike; the rate is that of the median of them, as the time of a step is.
package struct ProductRate {
    /// Rows, columns and depth of the products: large enough that copying and handing out the work
    /// hardly shows, and some that suit the panels of this package's kernel.
    static let sizes = [(1536, 1536, 768), (1024, 1024, 1024), (1536, 1536, 1536)]

    /// What computes the products.
    package let kernel: MatrixProduct.Kernel
    /// Operations per second, per size.
    private var rates = [[Double]](repeating: [], count: sizes.count)

    /// Nothing is measured yet.
    package init(_ kernel: MatrixProduct.Kernel) { self.kernel = kernel }

    /// Computes one product of each size on all threads. Its memory is borrowed from the pool.
    package mutating func measure() {
        for (index, size) in Self.sizes.enumerated() {
            rates[index].append(measured(m: size.0, n: size.1, k: size.2))
        }
    }

    /// Floating-point operations per second at the size that is fastest; 0 before any measurement.
    package var operationsPerSecond: Double {
        rates.compactMap { rates in
            rates.isEmpty ? nil : rates.sorted()[rates.count / 2]
        }.max() ?? 0
    }

    private func measured(m: Int, n: Int, k: Int) -> Double {
        // Numbers that are not all alike: equal ones can cost the processor less power.
        func random(_ shape: [Int], key: UInt64) -> Tensor {
            let weight = Weight("", shape: shape, initial: .truncatedNormal(deviation: 1))
            weight.materialise(key: key)
            return weight.value
        }
        let (a, b) = (random([m, k], key: 1), random([k, n], key: 2))
        // Written once, so that its pages are there.
        let c = Tensor(repeating: 0, shape: [m, n])
        let product = MatrixProduct(
            m: m, n: n, k: k, a: a.pointer, aStride: k, b: b.pointer, bStride: n,
            c: c.mutablePointer, cStride: n)
        let elapsed = ContinuousClock().measure { product.runInParallel(with: kernel) }
        return 2 * Double(m) * Double(n) * Double(k) / (elapsed / .seconds(1))
    }
}
