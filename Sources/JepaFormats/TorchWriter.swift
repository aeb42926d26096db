import JepaCore

/// Writes a torch file that `torch.load` reads, also with `weights_only`.
///
/// Tensors become contiguous and get a storage each, aligned to 64 bytes as torch has it; the
/// archive is one with 64-bit lengths where it needs them.
public enum TorchWriter {
    /// Writes an object aside and renames the file.
    ///
    /// - Throws: `file` if the system refuses.
    public static func write(_ root: TorchValue, to path: String) throws {
        var pickle = PickleWriter()
        pickle.write(root)
        try AtomicFile.write(to: path) { file in
            var archive = ZipWriter()
            func add(_ name: String, _ bytes: [UInt8]) throws {
                try bytes.withUnsafeBytes { try archive.add("archive/\(name)", $0, to: &file) }
            }
            try add("data.pkl", pickle.finished())
            try add("byteorder", Array("little".utf8))
            for (number, tensor) in pickle.tensors.enumerated() {
                try tensor.withUnsafeBytes {
                    try archive.add("archive/data/\(number)", $0, to: &file)
                }
            }
            try add("version", Array("3\n".utf8))
            try archive.finish(&file)
        }
    }
}
