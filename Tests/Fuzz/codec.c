// Feeds the image codec with damaged files and random resampling.
//
// usage: fuzz_codec ROUNDS FILE...
// Every round takes a file, damages a copy in one to eight places, decodes it as the file folder
// stage would, and resamples what comes out, or as a map of numbers, and looks at each. The sanitizers it is built with find what goes wrong.
#include "CImageCodec.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = 0x9e3779b97f4a7c15;

static uint32_t draw(uint32_t limit) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)((state >> 32) * (uint64_t)limit >> 32);
}

typedef struct {
    uint8_t *bytes;
    size_t size;
} file;

static file read_file(const char *path) {
    file result = {NULL, 0};
    FILE *stream = fopen(path, "rb");
    if (!stream) return result;
    fseek(stream, 0, SEEK_END);
    result.size = (size_t)ftell(stream);
    rewind(stream);
    result.bytes = malloc(result.size + 1);
    if (fread(result.bytes, 1, result.size, stream) != result.size) result.size = 0;
    fclose(stream);
    return result;
}

static uint32_t crc(const uint8_t *bytes, size_t size) {
    uint32_t value = ~0u;
    for (size_t i = 0; i < size; i++) {
        value ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0xEDB88320u : 0);
    }
    return ~value;
}

/// Makes the checksums of a PNG right again, so that damage gets past them.
static void repair_png(uint8_t *bytes, size_t size) {
    size_t at = 8;
    while (at + 12 <= size) {
        size_t length = (size_t)bytes[at] << 24 | (size_t)bytes[at + 1] << 16 |
                        (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (length > size - at - 12) return;
        uint32_t sum = crc(bytes + at + 4, length + 4);
        for (int i = 0; i < 4; i++) bytes[at + 8 + length + i] = (uint8_t)(sum >> (24 - 8 * i));
        at += 12 + length;
    }
}

static void damage(file *victim, const file *donor) {
    static const uint8_t special[] = {0x00, 0x01, 0x7F, 0x80, 0xFF, 0xD8, 0xD9, 0xDA, 0xC4, 0xDB};
    uint32_t places = 1 + draw(8);
    for (uint32_t i = 0; i < places && victim->size > 0; i++) {
        // Half of the damage goes to the headers, where it matters most.
        uint32_t reach = draw(2) || victim->size < 700 ? (uint32_t)victim->size : 700;
        uint32_t at = draw(reach);
        uint32_t left = (uint32_t)victim->size - at;
        switch (draw(7)) {
        case 0: victim->bytes[at] ^= (uint8_t)(1u << draw(8)); break;
        case 1: victim->bytes[at] = (uint8_t)draw(256); break;
        case 2: victim->bytes[at] = special[draw(sizeof special)]; break;
        case 3: memset(victim->bytes + at, draw(2) ? 0xFF : 0, draw(left < 16 ? left : 16)); break;
        case 4: {
            uint32_t count = draw(left < 64 ? left : 64), from = draw((uint32_t)victim->size);
            if (from + count <= victim->size) {
                memmove(victim->bytes + at, victim->bytes + from, count);
            }
            break;
        }
        case 5:
            if (donor->size > 64 && left > 64) {
                memcpy(victim->bytes + at, donor->bytes + draw((uint32_t)donor->size - 64), 64);
            }
            break;
        case 6:
            if (draw(4) == 0) victim->size = at;
            break;
        }
    }
}

static void resample(ic_resampler *resampler, const ic_image *image) {
    uint32_t left = draw(image->width), top = draw(image->height);
    uint32_t width = 1 + draw(image->width - left), height = 1 + draw(image->height - top);
    double x = draw(1000) / 1000.0 * (width - 0.01), y = draw(1000) / 1000.0 * (height - 0.01);
    double box[4] = {
        x, y, x + 0.005 + draw(1000) / 1000.0 * (width - x - 0.005),
        y + 0.005 + draw(1000) / 1000.0 * (height - y - 0.005)};
    double whole[4] = {0, 0, width, height};
    uint32_t w = 1 + draw(100), h = 1 + draw(100);
    // Exactly as large as it has to be, so that a byte too much is found.
    uint8_t *source = malloc((size_t)width * height * 3), *target = malloc((size_t)w * h * 3);
    for (uint32_t row = 0; row < height; row++) {
        memcpy(
            source + (size_t)row * width * 3,
            image->pixels + ((size_t)(top + row) * image->width + left) * 3, (size_t)width * 3);
    }
    if (ic_resize(
            resampler, source, width, height, (size_t)width * 3, draw(2) ? box : whole, target, w,
            h, (int32_t)draw(5)) != IC_OK) {
        abort();
    }
    free(source);
    free(target);
}

/// Every number has the bits that are said of it.
static void check_numbers(const ic_image *image, int32_t bits) {
    const uint16_t *numbers = (const uint16_t *)(const void *)image->pixels;
    for (size_t i = 0; i < (size_t)image->width * image->height; i++) {
        if (numbers[i] >> bits) abort();
    }
}

int main(int count, char **paths) {
    if (count < 3) {
        fprintf(stderr, "usage: %s ROUNDS FILE...\n", paths[0]);
        return 64;
    }
    long rounds = atol(paths[1]);
    int files = count - 2;
    file *corpus = calloc((size_t)files, sizeof *corpus);
    for (int i = 0; i < files; i++) corpus[i] = read_file(paths[i + 2]);
    ic_image image = {0};
    ic_resampler resampler = {0};
    long ended[7] = {0};
    double slowest = 0;
    for (long round = 0; round < rounds; round++) {
        const file *origin = &corpus[draw((uint32_t)files)];
        file copy = {malloc(origin->size + 1), origin->size};
        memcpy(copy.bytes, origin->bytes, origin->size);
        damage(&copy, &corpus[draw((uint32_t)files)]);
        if (copy.size > 8 && copy.bytes[1] == 'P' && draw(4)) repair_png(copy.bytes, copy.size);
        // A block of exactly this size: reading one byte more is an error.
        uint8_t *exact = malloc(copy.size ? copy.size : 1);
        memcpy(exact, copy.bytes, copy.size);
        ic_options options = {.maximum_pixels = 1 << 22, .header_only = draw(8) == 0};
        if (draw(4) == 0) options.minimum_width = options.minimum_height = 1 + draw(64);
        clock_t start = clock();
        bool is_map = draw(4) == 0;
        int32_t bits = 0;
        int32_t status = is_map ? ic_decode_numbers(exact, copy.size, &options, &image, &bits)
                                : ic_decode(exact, copy.size, &options, &image);
        ended[status]++;
        double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
        if (seconds > slowest) slowest = seconds;
        if (image.status == IC_OK && !options.header_only) {
            if (is_map) {
                check_numbers(&image, bits);
            } else {
                resample(&resampler, &image);
            }
        }
        free(exact);
        free(copy.bytes);
    }
    printf(
        "%ld rounds: %ld decoded, %ld not an image, %ld unsupported, %ld too large, "
        "%ld truncated, %ld damaged, %ld without memory; slowest %.2f s\n",
        rounds, ended[0], ended[1], ended[2], ended[3], ended[4], ended[5], ended[6], slowest);
    ic_free_image(&image);
    ic_free_resampler(&resampler);
    for (int i = 0; i < files; i++) free(corpus[i].bytes);
    free(corpus);
}
