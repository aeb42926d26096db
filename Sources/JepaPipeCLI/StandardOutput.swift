// For `stdout`, which is a variable in C that nobody changes.
@preconcurrency import Glibc

/// What the program prints for other programs and for people to keep.
enum StandardOutput {
    /// Writes what is still in the buffer.
    ///
    /// - Returns: Why something could not be written, now or before; nil if everything was.
    static func close() -> String? {
        errno = 0
        guard fflush(stdout) != 0 || ferror(stdout) != 0 else { return nil }
        return errno == 0 ? "it was not written completely" : String(cString: strerror(errno))
    }
}
