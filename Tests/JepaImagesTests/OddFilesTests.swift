import JepaImages
import Testing

// skipped: ../shared is not here
@Suite("awkward image files", .enabled(if: SharedData.isHere))
struct OddFilesTests {
    @Test func theManifestIsComplete() {
        #expect(OddFile.all.count == 148)
    }

    @Test(arguments: OddFile.all)
    func comesOutAsTheManifestSays(_ odd: OddFile) throws {
        let result = Result { () throws(DecodingFailure) in try Image(contentsOf: odd.path) }
        switch (odd.expect, result) {
        case (.skip, .success):
            Issue.record("\(odd.file) decodes, but has to be refused")
        case (.decode, .failure(let failure)):
            Issue.record("\(odd.file) is refused: \(failure)")
        case (.unsupportedOrDecode, .failure(let failure)):
            #expect(failure.reason == .unsupported)
        case (_, .failure(let failure)):
            #expect(!failure.description.isEmpty)
        case (_, .success(let image)):
            try check(image, against: odd)
        }
    }

    /// Size, mean colour, colours of the quarters, and equality with other files.
    private func check(_ image: Image, against odd: OddFile) throws {
        let isTurned = odd.kind == "jpeg-exif" && odd.uprightSize != nil
        if let size = odd.uprightSize ?? odd.size {
            #expect([image.width, image.height] == size, "\(odd.file)")
        }
        if let mean = odd.mean {
            // Rounded to .001 in the manifest; libjpeg-turbo versions agree in every pixel.
            #expect(distance(image.meanColour(in: image.whole), mean) < 0.01, "\(odd.file)")
        }
        // The manifest gives the quarters of the picture as stored, before EXIF.
        if let quarters = odd.quarters, !isTurned, image.width % 2 == 0, image.height % 2 == 0 {
            for (box, expected) in zip(image.quarters, quarters) {
                #expect(distance(image.meanColour(in: box), expected) < 0.01, "\(odd.file)")
            }
        }
        if let same = odd.same {
            let other = try Image(contentsOf: OddFile.folder + "/" + same)
            #expect(image == other, "\(odd.file) differs from \(same)")
        }
        if let near = odd.nearlySame {
            let other = try Image(contentsOf: OddFile.folder + "/" + near)
            #expect(image.meanDifference(from: other) < 3.5, "\(odd.file) is not like \(near)")
        }
        if isTurned {
            // Compressed after turning, so equal to the upright picture up to JPEG's error.
            let other = try Image(contentsOf: OddFile.folder + "/files/baseline_small.jpg")
            #expect(image.meanDifference(from: other) < 3.5, "\(odd.file) is not upright")
        }
    }

    @Test func headersAloneGiveTheUprightSize() throws {
        let reader = ImageReader()
        for odd in OddFile.all where odd.expect == .decode {
            try reader.load(PathBytes(odd.path))
            let measured = try reader.measure()
            let expected = try #require(odd.uprightSize ?? odd.size)
            #expect([measured.width, measured.height] == expected, "\(odd.file)")
        }
    }

    @Test(arguments: [
        ("files/zero_byte.png", "the file is empty"),
        ("files/one_byte.jpg", "the file ends after 1 byte"),
        ("files/text.jpg", "the file is text, not a picture"),
        ("files/html_404.jpg", "the file is an HTML page, not a picture"),
        (
            "files/git_lfs_pointer.jpg",
            "the file is a Git LFS pointer, not the picture itself; 'git lfs pull' fetches it"
        ),
        (
            "files/really_webp.jpg",
            "the file is WebP, which is not supported; JPEG and PNG are"
        ),
        (
            "files/claims_65500x65500.jpg",
            "65500x65500 pixels are more than the limit of 178956970"
        ),
        (
            "files/truncated_60pct.jpg",
            "the JPEG data ends before the picture is complete"
        ),
        ("files/truncated.png", "the PNG data ends before the picture is complete"),
    ])
    func saysWhyAFileIsRefused(_ file: String, _ message: String) {
        let failure = #expect(throws: DecodingFailure.self) {
            try Image(contentsOf: OddFile.folder + "/" + file)
        }
        #expect(failure?.description == message)
    }

    @Test func aMissingEndMarkerIsAWarning() throws {
        let reader = ImageReader()
        try reader.load(PathBytes(OddFile.folder + "/files/missing_eoi.jpg"))
        try reader.decode()
        #expect(reader.warning == "Premature end of JPEG file")
    }
}

/// The largest difference between two lists of numbers.
private func distance(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
}

extension Image {
    var whole: PixelBox { PixelBox(left: 0, top: 0, width: width, height: height) }

    /// Top left, top right, bottom left, bottom right.
    var quarters: [PixelBox] {
        let (w, h) = (width / 2, height / 2)
        return [(0, 0), (w, 0), (0, h), (w, h)].map {
            PixelBox(left: $0.0, top: $0.1, width: w, height: h)
        }
    }

    func meanColour(in box: PixelBox) -> [Double] {
        let part = cropped(to: box)
        var sums = [0, 0, 0]
        for i in part.pixels.indices { sums[i % 3] += Int(part.pixels[i]) }
        return sums.map { Double($0) / Double(box.width * box.height) }
    }

    /// The mean absolute difference in levels; infinite for another size.
    func meanDifference(from other: Image) -> Double {
        guard width == other.width, height == other.height else { return .infinity }
        let sum = zip(pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(pixels.count)
    }

    /// The largest absolute difference in levels; infinite for another size.
    func largestDifference(from other: Image) -> Int {
        guard width == other.width, height == other.height else { return .max }
        return zip(pixels, other.pixels).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
    }
}
