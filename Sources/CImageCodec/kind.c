#include "internal.h"

#include <string.h>

/// A format and the bytes it is known by.
typedef struct {
    uint32_t offset, length;
    const char *bytes, *name;
} signature;

static const signature other_pictures[] = {
    {0, 4, "GIF8", "GIF"},
    {0, 2, "BM", "BMP"},
    {8, 4, "WEBP", "WebP"},
    {0, 4, "II*\0", "TIFF"},
    {0, 4, "MM\0*", "TIFF"},
    {4, 8, "ftypheic", "HEIC"},
    {4, 8, "ftypheix", "HEIC"},
    {4, 8, "ftypmif1", "HEIF"},
    {4, 8, "ftypavif", "AVIF"},
    {4, 8, "JXL \r\n\x87\n", "JPEG XL"},
    {0, 2, "\xFF\x0A", "JPEG XL"},
    {4, 8, "jP  \r\n\x87\n", "JPEG 2000"},
    {0, 4, "\xFF\x4F\xFF\x51", "JPEG 2000"},
    {0, 4, "8BPS", "Photoshop (PSD)"},
    {0, 4, "\0\0\1\0", "an icon (ICO)"},
};

static const signature other_files[] = {
    {0, 8, "version ", "a Git LFS pointer, not the picture itself; 'git lfs pull' fetches it"},
    {0, 4, "\0\5\x16\7", "a macOS resource fork (AppleDouble), not a picture"},
    {0, 4, "%PDF", "a PDF document, not a picture"},
    {0, 4, "PK\3\4", "a zip archive, not a picture"},
    {0, 2, "\x1F\x8B", "a gzip archive, not a picture"},
    {0, 5, "<?xml", "an XML text, not a picture"},
    {0, 4, "<svg", "an SVG drawing, which has no pixels"},
    {0, 1, "<", "an HTML page, not a picture"},
};

static bool matches(const signature *known, const uint8_t *data, size_t size) {
    return size >= known->offset + known->length &&
           memcmp(data + known->offset, known->bytes, known->length) == 0;
}

void ic_explain_unknown(const uint8_t *data, size_t size, ic_image *image) {
    if (size == 0) {
        ic_fail(image, IC_NOT_AN_IMAGE, "the file is empty");
        return;
    }
    for (size_t i = 0; i < sizeof other_pictures / sizeof *other_pictures; i++) {
        if (!matches(&other_pictures[i], data, size)) continue;
        ic_fail(
            image, IC_UNSUPPORTED, "the file is %s, which is not supported; JPEG and PNG are",
            other_pictures[i].name);
        return;
    }
    for (size_t i = 0; i < sizeof other_files / sizeof *other_files; i++) {
        if (!matches(&other_files[i], data, size)) continue;
        ic_fail(image, IC_NOT_AN_IMAGE, "the file is %s", other_files[i].name);
        return;
    }
    if (size <= 3) {
        ic_fail(image, IC_TRUNCATED, "the file ends after %zu byte%s", size, size == 1 ? "" : "s");
        return;
    }
    bool zero = true, text = true;
    for (size_t i = 0; i < size && i < 512; i++) {
        zero = zero && data[i] == 0;
        text = text && ((data[i] >= ' ' && data[i] < 127) || data[i] == '\n' || data[i] == '\r' ||
                        data[i] == '\t');
    }
    ic_fail(
        image, IC_NOT_AN_IMAGE, "%s",
        zero   ? "the file is full of zero bytes"
        : text ? "the file is text, not a picture"
               : "the file does not begin as a JPEG or PNG does");
}
