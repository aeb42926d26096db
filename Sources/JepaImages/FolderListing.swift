#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a folder of images holds, found out without opening any file.
///
/// A name decides whether something is taken for an image (`.jpg .jpeg .jpe .jfif .png`, in any
/// case), its content decides later what it is. Links are followed, each folder is visited once,
/// what is neither file nor folder is never opened, and hidden files and folders are passed over.
package struct FolderListing {
    /// An image that has to be tried.
    package struct Entry {
        /// The path below the folder.
        package let path: PathBytes
        /// Bytes.
        package let size: Int64
        /// When it was last written, in nanoseconds since 1970.
        package let written: Int64
    }

    /// Something that looks like an image but is not listed.
    package struct Skipped {
        /// The path below the folder.
        package let path: PathBytes
        /// Why it is not listed.
        package let reason: String
        /// Whether it counts as an image that cannot be read.
        package let isBad: Bool
    }

    /// The images in the order of the bytes of their paths.
    package private(set) var images: [Entry] = []
    /// What is named in the report, in the same order.
    package private(set) var skipped: [Skipped] = []
    /// Files that are no images by their names.
    package private(set) var otherFiles = 0

    private var visited: Set<FileIdentity> = []
    private var linkedFolders: [PathBytes] = []
    private let root: PathBytes

    private struct FileIdentity: Hashable {
        let device: UInt64
        let number: UInt64
    }

    /// Lists a folder with all its sub-folders.
    ///
    /// - Throws: `ListingFailure` if the folder itself cannot be opened.
    package init(root: PathBytes) throws(ListingFailure) {
        self.root = root
        if let code = visit(PathBytes([])) { throw ListingFailure(code: code) }
        // Real folders come first, so that a link never takes the place of what it points to.
        while !linkedFolders.isEmpty {
            let links = linkedFolders.sorted()
            linkedFolders = []
            for link in links { visitNamed(link) }
        }
        images.sort { $0.path < $1.path }
        skipped.sort { $0.path < $1.path }
    }

    /// Visits a folder below the root, and names it if it cannot be opened.
    private mutating func visitNamed(_ path: PathBytes) {
        guard let code = visit(path) else { return }
        skip(path, "the folder cannot be opened: \(systemMessage(code))", isBad: true)
    }

    /// Lists a folder and all real folders in it.
    ///
    /// - Returns: The error code if the folder cannot be opened.
    private mutating func visit(_ folder: PathBytes) -> Int32? {
        guard let stream = root.appending(folder).withCString({ opendir($0) }) else {
            return errno
        }
        var subfolders: [PathBytes] = []
        do {
            defer { closedir(stream) }
            let descriptor = dirfd(stream)
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return errno }
            let identity = FileIdentity(
                device: UInt64(status.st_dev), number: UInt64(status.st_ino))
            guard visited.insert(identity).inserted else {
                skip(folder, "is a link to a folder that is listed already", isBad: false)
                return nil
            }
            while let entry = readdir(stream) {
                let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                    PathBytes(Array(bytes.prefix { $0 != 0 }))
                }
                classify(name, folder.appending(name), in: descriptor, &subfolders)
            }
        }
        for subfolder in subfolders.sorted() { visitNamed(subfolder) }
        return nil
    }

    /// Decides what one name in an open folder is.
    private mutating func classify(
        _ name: PathBytes, _ path: PathBytes, in folder: Int32, _ subfolders: inout [PathBytes]
    ) {
        let kind = NamedKind(name)
        if name.bytes.first == UInt8(ascii: ".") {
            if kind == .image, name.bytes.starts(with: Array("._".utf8)) {
                skip(path, "is a macOS resource fork, not a picture", isBad: false)
            }
            return
        }
        var status = stat()
        guard name.withCString({ fstatat(folder, $0, &status, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            if kind != .other { skip(path, systemMessage(errno), isBad: true) }
            return
        }
        let isLink = status.st_mode & S_IFMT == S_IFLNK
        if isLink, name.withCString({ fstatat(folder, $0, &status, 0) }) != 0 {
            let code = errno
            if kind != .other || code == ELOOP {
                let reason =
                    code == ENOENT ? "what it points to does not exist" : systemMessage(code)
                skip(path, "is a link that leads nowhere: \(reason)", isBad: kind != .other)
            }
            return
        }
        switch (status.st_mode & S_IFMT, kind) {
        case (S_IFDIR, _):
            if isLink { linkedFolders.append(path) } else { subfolders.append(path) }
        case (S_IFREG, .image):
            images.append(
                Entry(path: path, size: Int64(status.st_size), written: status.written))
        case (S_IFREG, .unsupported(let format)):
            skip(
                path, "the file is \(format), which is not supported; JPEG and PNG are",
                isBad: true)
        case (S_IFREG, .other): otherFiles += 1
        case (_, .other): break
        default: skip(path, "is not a plain file", isBad: true)
        }
    }

    private mutating func skip(_ path: PathBytes, _ reason: String, isBad: Bool) {
        skipped.append(Skipped(path: path, reason: reason, isBad: isBad))
    }
}

extension stat {
    /// When the file was last written, in nanoseconds since 1970.
    fileprivate var written: Int64 {
        #if canImport(Darwin)
            let time = st_mtimespec
        #else
            let time = st_mtim
        #endif
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

/// Why the folder itself cannot be listed.
package struct ListingFailure: Error {
    /// The error code of the system.
    package let code: Int32
}

/// What a file is by the end of its name.
private enum NamedKind: Equatable {
    case image, other
    case unsupported(String)

    private static let formats: [UInt32: NamedKind] = {
        let names: [String: NamedKind] = [
            "jpg": .image, "jpeg": .image, "jpe": .image, "jfif": .image, "png": .image,
            "gif": .unsupported("GIF"), "bmp": .unsupported("BMP"),
            "webp": .unsupported("WebP"), "tif": .unsupported("TIFF"),
            "tiff": .unsupported("TIFF"), "heic": .unsupported("HEIC"),
            "heif": .unsupported("HEIF"), "avif": .unsupported("AVIF"),
            "jxl": .unsupported("JPEG XL"), "jp2": .unsupported("JPEG 2000"),
            "ppm": .unsupported("PPM"), "pgm": .unsupported("PGM"),
        ]
        return Dictionary(uniqueKeysWithValues: names.map { (word($0.key.utf8), $0.value) })
    }()

    /// Up to four letters, in any case, as one number: there may be a million names.
    private static func word(_ letters: some Sequence<UInt8>) -> UInt32 {
        letters.reduce(0) { $0 << 8 | UInt32(0x41...0x5A ~= $1 ? $1 | 0x20 : $1) }
    }

    init(_ name: PathBytes) {
        let name = name.bytes
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), name.count - dot <= 5 else {
            self = .other
            return
        }
        let ending = Self.word(name[(dot + 1)...])
        self = Self.formats[ending] ?? .other
    }
}
