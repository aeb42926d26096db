#include "internal.h"

/// A number of 2 or 4 bytes in either byte order.
static uint32_t number(const uint8_t *at, int bytes, bool big) {
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | at[big ? i : bytes - 1 - i];
    return value;
}

int32_t ic_exif_orientation(const uint8_t *tiff, size_t size) {
    if (size < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) return 1;
    bool big = tiff[0] == 'M';
    if (number(tiff + 2, 2, big) != 42) return 1;
    size_t directory = number(tiff + 4, 4, big);
    if (directory > size - 2) return 1;
    size_t entries = number(tiff + directory, 2, big);
    for (size_t i = 0; i < entries; i++) {
        size_t entry = directory + 2 + 12 * i;
        if (entry + 12 > size) return 1;
        if (number(tiff + entry, 2, big) != 0x0112) continue;
        uint32_t type = number(tiff + entry + 2, 2, big);
        uint32_t count = number(tiff + entry + 4, 4, big);
        int bytes = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
        if (count != 1 || bytes == 0) return 1;
        uint32_t value = number(tiff + entry + 8, bytes, big);
        return value >= 1 && value <= 8 ? (int32_t)value : 1;
    }
    return 1;
}

bool ic_turn_upright(ic_image *image, uint32_t stored_width, uint32_t stored_height) {
    bool turned = image->orientation > 4;
    uint32_t width = turned ? stored_height : stored_width;
    uint32_t height = turned ? stored_width : stored_height;
    image->width = width;
    image->height = height;
    if (image->orientation == 1) return true;
    if (!ic_reserve(&image->pixels, &image->capacity, (size_t)width * height * 3)) {
        ic_fail(image, IC_NO_MEMORY, "there is no memory for %ux%u pixels", width, height);
        return false;
    }
    // Where the first upright pixel is stored, and how far its neighbours are, in pixels.
    ptrdiff_t w = stored_width, h = stored_height, start = 0, right = 1, down = w;
    switch (image->orientation) {
    case 2: start = w - 1, right = -1, down = w; break;
    case 3: start = w * h - 1, right = -1, down = -w; break;
    case 4: start = w * (h - 1), right = 1, down = -w; break;
    case 5: start = 0, right = w, down = 1; break;
    case 6: start = w * (h - 1), right = -w, down = 1; break;
    case 7: start = w * h - 1, right = -w, down = -1; break;
    case 8: start = w - 1, right = w, down = -1; break;
    }
    // In tiles, so that a quarter turn reads and writes within the cache.
    enum { tile = 64 };
    for (uint32_t top = 0; top < height; top += tile) {
        uint32_t bottom = height - top < tile ? height : top + tile;
        for (uint32_t left = 0; left < width; left += tile) {
            uint32_t end = width - left < tile ? width : left + tile;
            for (uint32_t y = top; y < bottom; y++) {
                const uint8_t *from =
                    image->unturned + 3 * (start + down * (ptrdiff_t)y + right * (ptrdiff_t)left);
                uint8_t *to = image->pixels + 3 * ((size_t)width * y + left);
                for (uint32_t x = left; x < end; x++, from += 3 * right, to += 3) {
                    to[0] = from[0];
                    to[1] = from[1];
                    to[2] = from[2];
                }
            }
        }
    }
    return true;
}
