import JepaTensor
import Testing

@Suite struct ProductRateTests {
    @Test func bothKernelsRunAtARateThatAProcessorCanHave() {
        let kernels: [MatrixProduct.Kernel] =
            MatrixProduct.Kernel.ownIsBuilt ? [.own, .openBLAS] : [.openBLAS]
        for kernel in kernels {
            let rate = ProductRate.measured(with: kernel, seconds: 0)
            #expect(rate > 1e8 && rate < 1e13 * Double(threadCount), "\(kernel): \(rate)")
        }
    }
}
