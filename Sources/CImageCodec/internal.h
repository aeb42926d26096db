// What the files of the codec share.
#ifndef CIMAGECODEC_INTERNAL_H
#define CIMAGECODEC_INTERNAL_H

#include "CImageCodec.h"

#include <stdbool.h>

/// Bytes beyond the last pixel that may be read, so that kernels can load whole words.
enum { ic_slack = 16 };

void ic_decode_jpeg(
    const uint8_t *data, size_t size, const ic_options *options, ic_image *image);
void ic_decode_png(const uint8_t *data, size_t size, const ic_options *options, ic_image *image);
void ic_decode_png_numbers(
    const uint8_t *data, size_t size, const ic_options *options, ic_image *image, int32_t *bits);

/// Sets status and message.
__attribute__((format(printf, 3, 4))) void ic_fail(
    ic_image *image, int32_t status, const char *format, ...);

/// Says in the message what bytes that are neither JPEG nor PNG look like.
void ic_explain_unknown(const uint8_t *data, size_t size, ic_image *image);

/// Notes the upright size and refuses what is too large.
///
/// `most_pixels` is the largest picture that the bytes of the file can hold.
bool ic_accept_size(
    ic_image *image, const ic_options *options, uint32_t width, uint32_t height,
    uint64_t most_pixels);

/// Makes `*buffer` hold at least `size` bytes and the slack; contents are lost.
bool ic_reserve(uint8_t **buffer, size_t *capacity, size_t size);

/// Memory for a stored picture of width x height: `pixels` itself if it is upright already.
uint8_t *ic_reserve_picture(ic_image *image, uint32_t width, uint32_t height);

/// Copies the stored picture to `pixels`, upright, and sets `width` and `height`.
bool ic_turn_upright(ic_image *image, uint32_t stored_width, uint32_t stored_height);

/// The orientation (1 to 8) in a TIFF block, as EXIF has it; 1 if there is none.
int32_t ic_exif_orientation(const uint8_t *tiff, size_t size);

#endif
