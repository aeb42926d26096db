#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/// The bytes still to be read.
typedef struct {
    const uint8_t *next;
    size_t left;
    bool reached_end;
} byte_source;

/// The bytes written so far.
typedef struct {
    uint8_t *bytes;
    size_t size, capacity;
} byte_sink;

static void on_error(png_structp png, png_const_charp text) {
    ic_image *image = png_get_error_ptr(png);
    ic_fail(image, IC_DAMAGED, "%s", text);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
    ic_image *image = png_get_error_ptr(png);
    if (image->warnings++ == 0) snprintf(image->message, sizeof image->message, "%s", text);
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
    byte_source *source = png_get_io_ptr(png);
    if (count > source->left) {
        source->reached_end = true;
        png_error(png, "the PNG data ends before the picture is complete");
    }
    memcpy(target, source->next, count);
    source->next += count;
    source->left -= count;
}

static uint32_t big_endian(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/// The orientation in the eXIf chunk, wherever it stands; 1 if there is none.
static int32_t orientation_of(const uint8_t *data, size_t size) {
    size_t at = 8;
    while (size - at >= 12) {
        size_t length = big_endian(data + at);
        if (length > size - at - 12) return 1;
        if (memcmp(data + at + 4, "eXIf", 4) == 0) {
            return ic_exif_orientation(data + at + 8, length);
        }
        at += 12 + length;
    }
    return 1;
}

/// Asks for RGB with 8 bits a channel from whatever the file has.
static void set_transforms(png_structp png, png_infop info) {
    int colour = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
    if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
    if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
    if (depth == 16) png_set_strip_16(png);
    png_set_strip_alpha(png);
    if (!(colour & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

/// Asks for the numbers of the file as they are, one per pixel: indices of a palette, or gray.
static void set_number_transforms(png_structp png, png_infop info) {
    if (png_get_bit_depth(png, info) < 8) png_set_packing(png);
    if (png_get_bit_depth(png, info) == 16) {
        const uint16_t one = 1;
        if (*(const uint8_t *)&one == 1) png_set_swap(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
}

/// Whether the file has one number per pixel.
static bool has_numbers(png_structp png, png_infop info, ic_image *image) {
    int colour = png_get_color_type(png, info);
    if (colour == PNG_COLOR_TYPE_GRAY || colour == PNG_COLOR_TYPE_PALETTE) return true;
    ic_fail(
        image, IC_UNSUPPORTED, "the PNG has %d numbers per pixel; gray and palette have one",
        png_get_channels(png, info));
    return false;
}

/// Makes 16 bits of each of `count` bytes, in place.
static void widen(uint8_t *bytes, size_t count) {
    uint16_t *numbers = (uint16_t *)(void *)bytes;
    for (size_t i = count; i-- > 0;) {
        uint16_t number = bytes[i];
        numbers[i] = number;
    }
}

/// Decodes to RGB, or to numbers of 16 bits and how many `bits` they have in the file.
static void decode(
    const uint8_t *data, size_t size, const ic_options *options, ic_image *image, int32_t *bits) {
    // A longjmp may cut in between any two lines: everything that is freed lives here.
    struct {
        png_structp png;
        png_infop info;
        byte_source source;
    } work = {.source = {.next = data, .left = size}};
    image->orientation = bits ? 1 : orientation_of(data, size);
    work.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, image, on_error, on_warning);
    work.info = work.png ? png_create_info_struct(work.png) : NULL;
    if (!work.info) {
        ic_fail(image, IC_NO_MEMORY, "there is no memory for a PNG decoder");
        png_destroy_read_struct(&work.png, NULL, NULL);
        return;
    }
    png_bytepp volatile rows = NULL;
    if (setjmp(png_jmpbuf(work.png))) {
        if (work.source.reached_end) image->status = IC_TRUNCATED;
        free((void *)rows);
        png_destroy_read_struct(&work.png, &work.info, NULL);
        return;
    }
    png_set_read_fn(work.png, &work.source, read_bytes);
    // Of the chunks that a picture can do without, none but tRNS is read: texts and profiles
    // are of no use here and can inflate to gigabytes.
    png_set_keep_unknown_chunks(work.png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_user_limits(work.png, 0x7FFFFFFF, 0x7FFFFFFF);
    png_read_info(work.png, work.info);
    uint32_t width = png_get_image_width(work.png, work.info);
    uint32_t height = png_get_image_height(work.png, work.info);
    int32_t depth = png_get_bit_depth(work.png, work.info);
    uint64_t pixel_bits = (uint64_t)depth * png_get_channels(work.png, work.info);
    // Deflate makes 1032 bytes of one at most.
    uint64_t most = (uint64_t)size * 1032 * 8 / pixel_bits;
    if (!ic_accept_size(image, options, width, height, most) || options->header_only ||
        (bits && !has_numbers(work.png, work.info, image))) {
        png_destroy_read_struct(&work.png, &work.info, NULL);
        return;
    }
    if (bits) {
        set_number_transforms(work.png, work.info);
    } else {
        set_transforms(work.png, work.info);
    }
    size_t pixel_bytes = !bits ? 3 : depth == 16 ? 2 : 1;
    if (png_get_rowbytes(work.png, work.info) != (size_t)width * pixel_bytes) {
        png_error(work.png, "the PNG does not come out as it was asked for");
    }
    uint8_t *pixels = ic_reserve_picture(image, width, height);
    rows = pixels ? malloc(sizeof(png_bytep) * height) : NULL;
    if (!rows) {
        ic_fail(image, IC_NO_MEMORY, "there is no memory for %ux%u pixels", width, height);
        png_destroy_read_struct(&work.png, &work.info, NULL);
        return;
    }
    for (uint32_t y = 0; y < height; y++) rows[y] = pixels + (size_t)y * width * pixel_bytes;
    png_read_image(work.png, rows);
    free((void *)rows);
    png_destroy_read_struct(&work.png, &work.info, NULL);
    if (bits) {
        if (depth < 16) widen(pixels, (size_t)width * height);
        *bits = depth;
    }
    ic_turn_upright(image, width, height);
}

void ic_decode_png(const uint8_t *data, size_t size, const ic_options *options, ic_image *image) {
    decode(data, size, options, image, NULL);
}

void ic_decode_png_numbers(
    const uint8_t *data, size_t size, const ic_options *options, ic_image *image, int32_t *bits) {
    decode(data, size, options, image, bits);
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
    byte_sink *sink = png_get_io_ptr(png);
    if (count > sink->capacity - sink->size) {
        size_t capacity = 2 * sink->capacity + count;
        uint8_t *grown = realloc(sink->bytes, capacity);
        if (!grown) png_error(png, "there is no memory for the PNG");
        sink->bytes = grown;
        sink->capacity = capacity;
    }
    memcpy(sink->bytes + sink->size, bytes, count);
    sink->size += count;
}

static void flush_bytes(png_structp png) { (void)png; }

ic_encoded ic_encode_png(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t channels) {
    ic_encoded result = {0};
    struct {
        png_structp png;
        png_infop info;
        byte_sink sink;
        ic_image report;
    } *work = calloc(1, sizeof *work);
    if (work) {
        work->png = png_create_write_struct(
            PNG_LIBPNG_VER_STRING, &work->report, on_error, on_warning);
        work->info = work->png ? png_create_info_struct(work->png) : NULL;
    }
    if (!work || !work->info) {
        snprintf(result.message, sizeof result.message, "there is no memory for a PNG encoder");
        if (work) png_destroy_write_struct(&work->png, NULL);
        free(work);
        return result;
    }
    if (setjmp(png_jmpbuf(work->png)) == 0) {
        int colour = channels == 1   ? PNG_COLOR_TYPE_GRAY
                     : channels == 3 ? PNG_COLOR_TYPE_RGB
                                     : PNG_COLOR_TYPE_RGBA;
        png_set_write_fn(work->png, &work->sink, write_bytes, flush_bytes);
        png_set_IHDR(
            work->png, work->info, width, height, 8, colour, PNG_INTERLACE_NONE,
            PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
        png_write_info(work->png, work->info);
        for (uint32_t y = 0; y < height; y++) {
            png_write_row(work->png, pixels + (size_t)y * width * (size_t)channels);
        }
        png_write_end(work->png, work->info);
        result.bytes = work->sink.bytes;
        result.size = work->sink.size;
    } else {
        memcpy(result.message, work->report.message, sizeof result.message);
        free(work->sink.bytes);
    }
    png_destroy_write_struct(&work->png, &work->info);
    free(work);
    return result;
}
