import Foundation
import JepaFormats
import JepaTensor
import Testing

/// Numbers that another program computed, in a file of `Fixtures`.
struct Golden {
    private let file: SafetensorsReader

    init(_ name: String) throws {
        let path = try #require(
            Bundle.module.path(forResource: name, ofType: "safetensors", inDirectory: "Fixtures"))
        file = try SafetensorsReader(path: path)
    }

    func tensor(_ name: String) throws -> Tensor { try file.tensor(name).floats() }
}
