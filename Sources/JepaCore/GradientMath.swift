import JepaTensor

func globalNorm(_ tensors: [Tensor]) -> Double {
    var sum = 0.0
    for tensor in tensors {
        for i in 0..<tensor.count { sum += Double(tensor.pointer[i]) * Double(tensor.pointer[i]) }
    }
    return sum.squareRoot()
}

func scale(_ tensor: Tensor, by factor: Float) {
    for i in 0..<tensor.count { tensor.mutablePointer[i] *= factor }
}

func tokenMean(_ tokens: Tensor) -> Tensor {
    let (b, k, d) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
    let mean = Tensor(repeating: 0, shape: [b, d])
    for row in 0..<b {
        for t in 0..<k {
            for i in 0..<d {
                mean.mutablePointer[row * d + i] += tokens.pointer[(row * k + t) * d + i] / Float(k)
            }
        }
    }
    return mean
}
