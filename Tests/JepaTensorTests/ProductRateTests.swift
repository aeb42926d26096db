import JepaTensor
import Testing

@Suite struct ProductRateTests {
    @Test func bothKernelsRunAtARateThatAProcessorCanHave() {
        let kernels: [MatrixProduct.Kernel] =
            MatrixProduct.Kernel.ownIsBuilt ? [.own, .openBLAS] : [.openBLAS]
        for kernel in kernels {
            var rate = ProductRate(kernel)
            #expect(rate.operationsPerSecond == 0)
            rate.measure()
            let found = rate.operationsPerSecond
            #expect(found > 1e8 && found < 1e13 * Double(threadCount), "\(kernel): \(found)")
        }
    }
}
