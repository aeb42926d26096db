#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ic_fail(ic_image *image, int32_t status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(image->message, sizeof image->message, format, arguments);
    va_end(arguments);
    image->status = status;
}

bool ic_reserve(uint8_t **buffer, size_t *capacity, size_t size) {
    if (size > SIZE_MAX - ic_slack) return false;
    size += ic_slack;
    if (*capacity >= size) return true;
    free(*buffer);
    *buffer = malloc(size);
    *capacity = *buffer ? size : 0;
    if (*buffer) memset(*buffer + size - ic_slack, 0, ic_slack);
    return *buffer != NULL;
}

bool ic_accept_size(
    ic_image *image, const ic_options *options, uint32_t width, uint32_t height,
    uint64_t most_pixels) {
    bool turned = image->orientation > 4;
    image->full_width = turned ? height : width;
    image->full_height = turned ? width : height;
    uint64_t pixels = (uint64_t)width * height;
    if (pixels > options->maximum_pixels) {
        ic_fail(
            image, IC_TOO_LARGE, "%ux%u pixels are more than the limit of %llu", width, height,
            (unsigned long long)options->maximum_pixels);
        return false;
    }
    if (pixels > most_pixels) {
        ic_fail(
            image, IC_TOO_LARGE, "claims %ux%u pixels, which its bytes cannot hold", width,
            height);
        return false;
    }
    return true;
}

uint8_t *ic_reserve_picture(ic_image *image, uint32_t width, uint32_t height) {
    size_t size = (size_t)width * height * 3;
    bool upright = image->orientation == 1;
    uint8_t **buffer = upright ? &image->pixels : &image->unturned;
    size_t *capacity = upright ? &image->capacity : &image->unturned_capacity;
    if (ic_reserve(buffer, capacity, size)) return *buffer;
    ic_fail(image, IC_NO_MEMORY, "there is no memory for %ux%u pixels", width, height);
    return NULL;
}

/// Makes a picture ready for a decoding, and finds its kind.
static void begin(const uint8_t *data, size_t size, ic_image *image) {
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    image->status = IC_OK;
    image->kind = IC_KIND_OTHER;
    image->width = image->height = image->full_width = image->full_height = 0;
    image->orientation = 1;
    image->warnings = 0;
    image->message[0] = 0;
    if (size >= 3 && data[0] == 0xFF && data[1] == 0xD8 && data[2] == 0xFF) {
        image->kind = IC_KIND_JPEG;
    } else if (size >= 8 && memcmp(data, png, 8) == 0) {
        image->kind = IC_KIND_PNG;
    }
}

int32_t ic_decode(const uint8_t *data, size_t size, const ic_options *options, ic_image *image) {
    begin(data, size, image);
    switch (image->kind) {
    case IC_KIND_JPEG: ic_decode_jpeg(data, size, options, image); break;
    case IC_KIND_PNG: ic_decode_png(data, size, options, image); break;
    default: ic_explain_unknown(data, size, image);
    }
    return image->status;
}

int32_t ic_decode_numbers(
    const uint8_t *data, size_t size, const ic_options *options, ic_image *image, int32_t *bits) {
    begin(data, size, image);
    switch (image->kind) {
    case IC_KIND_JPEG:
        ic_fail(image, IC_UNSUPPORTED, "the file is a JPEG, which does not keep numbers exactly");
        break;
    case IC_KIND_PNG: ic_decode_png_numbers(data, size, options, image, bits); break;
    default: ic_explain_unknown(data, size, image);
    }
    return image->status;
}

void ic_free_image(ic_image *image) {
    free(image->pixels);
    free(image->unturned);
    memset(image, 0, sizeof *image);
}
