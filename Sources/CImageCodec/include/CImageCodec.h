/// JPEG and PNG in memory to and from 8-bit RGB, and Pillow's antialiased resampling.
///
/// Nothing here keeps state between calls, prints, or reads files; every function may run on many
/// threads at once as long as each uses its own `ic_image` and `ic_resampler`.
#ifndef CIMAGECODEC_H
#define CIMAGECODEC_H

#include <stddef.h>
#include <stdint.h>

/// How a decoding ended.
enum ic_status {
    IC_OK = 0,           ///< The picture is there; `warnings` may still be above zero.
    IC_NOT_AN_IMAGE = 1, ///< Neither JPEG nor PNG nor another picture format.
    IC_UNSUPPORTED = 2,  ///< A picture of a format or variant that is not decoded here.
    IC_TOO_LARGE = 3,    ///< More pixels than allowed, or than the bytes can hold.
    IC_TRUNCATED = 4,    ///< The data ends before the picture does.
    IC_DAMAGED = 5,      ///< The data contradicts itself.
    IC_NO_MEMORY = 6,    ///< The memory for the pixels is not there.
};

/// What the first bytes say a file is.
enum ic_kind { IC_KIND_OTHER = 0, IC_KIND_JPEG = 1, IC_KIND_PNG = 2 };

/// Pillow's antialiasing filters.
enum ic_filter {
    IC_BOX = 0,
    IC_BILINEAR = 1,
    IC_HAMMING = 2,
    IC_BICUBIC = 3,
    IC_LANCZOS = 4,
};

/// What a decoding has to respect.
typedef struct {
    /// Refuse a picture of more pixels than this before memory is allocated.
    uint64_t maximum_pixels;
    /// If both are above zero, a JPEG may come out at 1/2, 1/4 or 1/8 of its size, as long as
    /// it stays at least this large; counted in the upright picture.
    uint32_t minimum_width, minimum_height;
    /// Stop after size and orientation.
    int32_t header_only;
} ic_options;

/// A decoded picture and its memory, which the next decoding reuses. Starts as all zero.
typedef struct {
    /// One of `ic_status`.
    int32_t status;
    /// One of `ic_kind`.
    int32_t kind;
    /// Size in pixels of `pixels`, upright.
    uint32_t width, height;
    /// Size in pixels the file states, upright; larger than width and height after a scaled
    /// decoding.
    uint32_t full_width, full_height;
    /// The EXIF orientation, 1 to 8, that has been undone.
    int32_t orientation;
    /// How often the decoder found something to repair.
    uint32_t warnings;
    /// The reason of a status that is not IC_OK, else the first warning, else empty.
    char message[256];
    /// RGB, row by row without gaps, 16 bytes longer than the picture.
    uint8_t *pixels;
    /// Bytes at `pixels`.
    size_t capacity;
    /// The picture before it is turned upright; only used while decoding.
    uint8_t *unturned;
    /// Bytes at `unturned`.
    size_t unturned_capacity;
} ic_image;

/// Decodes JPEG or PNG, whichever the bytes are, to upright RGB with 8 bits a channel.
///
/// Colours as Pillow's `convert("RGB")` gives them: gray repeated, CMYK (taken as inverted, as
/// Adobe stores it) multiplied out, palettes looked up, alpha dropped, 16 bits cut to the upper
/// 8 (where Pillow clips 16-bit gray to white). Upright by EXIF (JPEG's APP1, PNG's eXIf); an
/// orientation that stands in XMP alone is not looked for.
///
/// Damaged and truncated data is an error; what the format's library could repair without loss
/// is counted in `warnings`.
/// - Returns: `image->status`.
int32_t ic_decode(const uint8_t *data, size_t size, const ic_options *options, ic_image *image);

/// Decodes a PNG of one channel to the numbers that stand in it: classes, distances.
///
/// Gray as it is, not scaled, and of a palette the index. `image->pixels` then holds not RGB but
/// one number of 16 bits per pixel, in the order of the machine; neither colour profile nor
/// orientation is applied. What is no such PNG is IC_UNSUPPORTED.
/// - `bits`: takes how many bits a number has in the file: 1, 2, 4, 8 or 16.
/// - Returns: `image->status`.
int32_t ic_decode_numbers(
    const uint8_t *data, size_t size, const ic_options *options, ic_image *image, int32_t *bits);

/// Gives the memory of a picture back; the picture is then as new.
void ic_free_image(ic_image *image);

/// An encoded file; `bytes` is given back with `free`, and is null after an error.
typedef struct {
    uint8_t *bytes;
    size_t size;
    char message[256];
} ic_encoded;

/// Encodes 8-bit pixels without gaps as PNG: 1 channel is gray, 3 is RGB, 4 is RGBA.
ic_encoded ic_encode_png(const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels);

/// Encodes 8-bit RGB pixels without gaps as baseline JPEG, quality 1 to 100.
ic_encoded ic_encode_jpeg(const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality);

/// The tables and rows of a resampling, kept for the next one. Starts as all zero.
typedef struct {
    void *memory;
    size_t capacity;
} ic_resampler;

/// Gives the memory of a resampler back.
void ic_free_resampler(ic_resampler *resampler);

/// Resamples a part of an RGB picture to another size, as Pillow's `Image.resize(box=...)`.
///
/// Two passes of 22-bit fixed-point convolution; a filter is stretched by the reduction, so that
/// reducing antialiases. A pass that would change nothing is left out. The horizontal pass is the
/// first unless the height shrinks by more than twice what the width does (as in Pillow 13;
/// earlier versions always begin with it).
/// - `source`: the first pixel of `width` x `height` RGB pixels, rows `stride` bytes apart.
/// - `box`: left, top, right, bottom in pixels, within the source, right > left, bottom > top.
/// - `target`: `target_width` x `target_height` RGB pixels without gaps.
/// - Returns: IC_OK or IC_NO_MEMORY.
int32_t ic_resize(
    ic_resampler *resampler, const uint8_t *source, uint32_t width, uint32_t height,
    size_t stride, const double box[4], uint8_t *target, uint32_t target_width,
    uint32_t target_height, int32_t filter);

/// Turns RGB pixels into three float planes `[3, height, width]`: `(v / 255 - mean) / std`.
/// - `flip`: not 0 mirrors left and right.
void ic_normalise(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t flip, const float mean[3],
    const float std[3], float *planes);

/// Colour changes of `count` RGB pixels in place, to the byte as Pillow's `ImageEnhance` and
/// `convert` make them.
/// - `factor`: 0 takes all of it away (black, one gray, gray), 1 changes nothing, more exaggerates.
void ic_adjust_brightness(uint8_t *pixels, size_t count, float factor);
void ic_adjust_contrast(uint8_t *pixels, size_t count, float factor);
void ic_adjust_saturation(uint8_t *pixels, size_t count, float factor);

/// Turns the hue by `shift` of 256 parts of a circle, in Pillow's HSV of 8 bits each, as
/// torchvision's `adjust_hue` does.
void ic_shift_hue(uint8_t *pixels, size_t count, uint8_t shift);

/// Pillow's `convert("L")`, repeated in all three channels.
void ic_make_gray(uint8_t *pixels, size_t count);

/// Blurs RGB pixels in place, to the byte as Pillow's `GaussianBlur(sigma)`: three passes of a box
/// filter along the rows, then three down the columns.
/// - Returns: IC_OK or IC_NO_MEMORY.
int32_t ic_blur(uint8_t *pixels, uint32_t width, uint32_t height, float sigma);

#endif
