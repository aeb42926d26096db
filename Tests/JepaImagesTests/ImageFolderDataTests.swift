import JepaCore
import JepaImageFolder
import Testing

// skipped: ../shared is not here
@Suite("image_folder on real files", .enabled(if: SharedData.isHere))
struct ImageFolderDataTests {
    @Test func theAwkwardFilesComeOutAsTheManifestSays() throws {
        let source = try imageFolder(
            OddFile.folder + "/files",
            [.init("size", 32), .init("max_bad", 0.9), .init("flip", true)])
        for index in 0..<source.count {
            for isAugmented in [false, true] {
                let values = try sample(source, index, augmented: isAugmented).values
                #expect(values.allSatisfy { $0.isFinite }, "\(source.name(of: index))")
            }
        }
        let listed = Set((0..<source.count).map(source.name(of:)))
        let rejected = Dictionary(
            uniqueKeysWithValues: source.rejected.map { ($0.name, $0.reason) })
        for odd in OddFile.all {
            let name = String(odd.file.dropFirst("files/".count))
            let isUsed = listed.contains(name) && rejected[name] == nil
            switch odd.expect {
            case .decode: #expect(isUsed, "\(name)")
            case .skip: #expect(!isUsed && rejected[name] != nil, "\(name)")
            case .either: #expect(isUsed || rejected[name] != nil, "\(name)")
            case .ignore: #expect(!listed.contains(name) && rejected[name] == nil, "\(name)")
            case .ignoreOrDecode: #expect(rejected[name] == nil, "\(name)")
            case .unsupportedOrDecode:
                #expect(rejected[name]?.contains("is not supported") == true, "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("cifar10-jpeg/test", 32, 2000), ("imagenette-224/val", 64, 1573),
    ])
    func everyImageLoads(_ folder: String, _ size: Int, _ count: Int) throws {
        let source = try imageFolder(
            SharedData.path("data/" + folder), [.init("size", .init(.integer(size)))])
        #expect(source.count == count)
        #expect(source.classNames.count == 10)
        for index in 0..<count { _ = try sample(source, index, augmented: true) }
        #expect(source.rejected.isEmpty && source.repaired.isEmpty)
    }
}
