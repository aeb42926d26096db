#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// A progressive file of more scans than this is made to waste time.
enum { most_scans = 500 };

/// The error manager of libjpeg with what a decoding has to remember.
typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf escape;
    ic_image *image;
    /// Warnings that mean that pixels are wrong.
    uint32_t damage;
    /// The data ended before the end marker.
    bool reached_end;
} jpeg_state;

static jpeg_state *state_of(j_common_ptr info) { return (jpeg_state *)info->err; }

static void on_error(j_common_ptr info) {
    jpeg_state *state = state_of(info);
    char text[JMSG_LENGTH_MAX];
    info->err->format_message(info, text);
    int32_t status = IC_DAMAGED;
    switch (info->err->msg_code) {
    case JERR_OUT_OF_MEMORY: status = IC_NO_MEMORY; break;
    case JERR_SOF_UNSUPPORTED:
    case JERR_BAD_PRECISION:
    case JERR_ARITH_NOTIMPL: status = IC_UNSUPPORTED; break;
    default: status = state->reached_end ? IC_TRUNCATED : IC_DAMAGED;
    }
    ic_fail(state->image, status, "%s", text);
    longjmp(state->escape, 1);
}

static void on_message(j_common_ptr info, int level) {
    if (level >= 0) return;
    jpeg_state *state = state_of(info);
    if (state->image->warnings++ == 0) {
        char text[JMSG_LENGTH_MAX];
        info->err->format_message(info, text);
        snprintf(state->image->message, sizeof state->image->message, "%s", text);
    }
    switch (info->err->msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE: state->damage++; break;
    }
}

static void on_output(j_common_ptr info) { (void)info; }

static void source_nothing(j_decompress_ptr info) { (void)info; }

/// The bytes have run out: hands libjpeg an end marker, once and again.
static boolean source_refill(j_decompress_ptr info) {
    static const JOCTET end[2] = {0xFF, JPEG_EOI};
    state_of((j_common_ptr)info)->reached_end = true;
    WARNMS(info, JWRN_JPEG_EOF);
    info->src->next_input_byte = end;
    info->src->bytes_in_buffer = sizeof end;
    return TRUE;
}

static void source_skip(j_decompress_ptr info, long count) {
    if (count <= 0) return;
    if ((size_t)count > info->src->bytes_in_buffer) {
        source_refill(info);
    } else {
        info->src->next_input_byte += count;
        info->src->bytes_in_buffer -= (size_t)count;
    }
}

static void on_progress(j_common_ptr info) {
    if (!info->is_decompressor) return;
    if (((j_decompress_ptr)info)->input_scan_number <= most_scans) return;
    jpeg_state *state = state_of(info);
    ic_fail(state->image, IC_DAMAGED, "the JPEG has more than %d scans", most_scans);
    longjmp(state->escape, 1);
}

static int32_t orientation_of(j_decompress_ptr info) {
    for (jpeg_saved_marker_ptr marker = info->marker_list; marker; marker = marker->next) {
        if (marker->data_length > 6 && memcmp(marker->data, "Exif\0\0", 6) == 0) {
            return ic_exif_orientation(marker->data + 6, marker->data_length - 6);
        }
    }
    return 1;
}

/// Whether parts of the picture were never sent, which libjpeg does not warn about.
static bool lacks_scans(j_decompress_ptr info) {
    if (!jpeg_has_multiple_scans(info)) return false;
    if (!info->progressive_mode || !info->coef_bits) return true;
    for (int component = 0; component < info->num_components; component++) {
        for (int k = 0; k < DCTSIZE2; k++) {
            if (info->coef_bits[component][k] != 0) return true;
        }
    }
    return false;
}

/// CMYK as Adobe stores it, 255 for no ink, to RGB with the rounding of Pillow.
static void rgb_from_cmyk(const uint8_t *cmyk, uint8_t *rgb, uint32_t width) {
    for (uint32_t x = 0; x < width; x++) {
        int light = cmyk[4 * x + 3];
        for (int c = 0; c < 3; c++) {
            int product = (255 - cmyk[4 * x + c]) * light + 128;
            int value = light - (((product >> 8) + product) >> 8);
            rgb[3 * x + c] = (uint8_t)(value < 0 ? 0 : value);
        }
    }
}

/// The reduction, 1, 2, 4 or 8, that leaves the picture at least as large as wanted.
static unsigned reduction_for(j_decompress_ptr info, const ic_options *options, bool turned) {
    uint32_t width = turned ? options->minimum_height : options->minimum_width;
    uint32_t height = turned ? options->minimum_width : options->minimum_height;
    if (width == 0 || height == 0) return 1;
    unsigned reduction = 8;
    while (reduction > 1 && (info->image_width / reduction < width ||
                             info->image_height / reduction < height)) {
        reduction /= 2;
    }
    return reduction;
}

void ic_decode_jpeg(
    const uint8_t *data, size_t size, const ic_options *options, ic_image *image) {
    struct jpeg_decompress_struct info;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jpeg_state state;
    memset(&info, 0, sizeof info);
    memset(&source, 0, sizeof source);
    memset(&progress, 0, sizeof progress);
    memset(&state, 0, sizeof state);
    info.err = jpeg_std_error(&state.base);
    state.base.error_exit = on_error;
    state.base.emit_message = on_message;
    state.base.output_message = on_output;
    state.image = image;
    if (setjmp(state.escape)) {
        jpeg_destroy_decompress(&info);
        return;
    }
    jpeg_create_decompress(&info);
    source.next_input_byte = data;
    source.bytes_in_buffer = size;
    source.init_source = source_nothing;
    source.fill_input_buffer = source_refill;
    source.skip_input_data = source_skip;
    source.resync_to_restart = jpeg_resync_to_restart;
    source.term_source = source_nothing;
    info.src = &source;
    progress.progress_monitor = on_progress;
    info.progress = &progress;
    jpeg_save_markers(&info, JPEG_APP0 + 1, 0xFFFF);
    jpeg_read_header(&info, TRUE);

    image->orientation = orientation_of(&info);
    if (info.data_precision != 8 ||
        (info.num_components != 1 && info.num_components != 3 && info.num_components != 4)) {
        ic_fail(
            image, IC_UNSUPPORTED, "JPEG with %d components of %d bits is not supported",
            info.num_components, info.data_precision);
    } else {
        // Huffman codes take at least one bit for each block of 64 pixels.
        uint64_t most = info.arith_code ? UINT64_MAX : (uint64_t)size * 8 * DCTSIZE2;
        ic_accept_size(image, options, info.image_width, info.image_height, most);
    }
    if (image->status != IC_OK || options->header_only) {
        jpeg_destroy_decompress(&info);
        return;
    }

    bool cmyk = info.num_components == 4;
    info.out_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    info.scale_num = 1;
    info.scale_denom = reduction_for(&info, options, image->orientation > 4);
    jpeg_start_decompress(&info);
    uint32_t width = info.output_width, height = info.output_height;
    uint8_t *pixels = ic_reserve_picture(image, width, height);
    if (!pixels) {
        jpeg_destroy_decompress(&info);
        return;
    }
    JSAMPARRAY inks = NULL;
    if (cmyk) inks = info.mem->alloc_sarray((j_common_ptr)&info, JPOOL_IMAGE, width * 4, 1);
    while (info.output_scanline < height) {
        uint8_t *row = pixels + (size_t)info.output_scanline * width * 3;
        if (cmyk) {
            jpeg_read_scanlines(&info, inks, 1);
            rgb_from_cmyk(inks[0], row, width);
        } else {
            JSAMPROW rows[4];
            uint32_t count = height - info.output_scanline < 4 ? height - info.output_scanline : 4;
            for (uint32_t i = 0; i < count; i++) rows[i] = row + (size_t)i * width * 3;
            jpeg_read_scanlines(&info, rows, count);
        }
    }
    bool truncated = state.reached_end && (state.damage > 0 || lacks_scans(&info));
    jpeg_finish_decompress(&info);
    jpeg_destroy_decompress(&info);
    if (truncated) {
        ic_fail(image, IC_TRUNCATED, "the JPEG data ends before the picture is complete");
    } else if (state.damage > 0) {
        image->status = IC_DAMAGED;
    } else {
        ic_turn_upright(image, width, height);
    }
}

ic_encoded ic_encode_jpeg(
    const uint8_t *pixels, uint32_t width, uint32_t height, int32_t quality) {
    // libjpeg writes its result through these while a longjmp may cut in: not locals.
    struct {
        struct jpeg_compress_struct info;
        jpeg_state state;
        ic_image report;
        unsigned char *bytes;
        unsigned long size;
    } *work = calloc(1, sizeof *work);
    ic_encoded result = {0};
    if (!work) {
        snprintf(result.message, sizeof result.message, "there is no memory for a JPEG encoder");
        return result;
    }
    work->info.err = jpeg_std_error(&work->state.base);
    work->state.base.error_exit = on_error;
    work->state.base.emit_message = on_message;
    work->state.base.output_message = on_output;
    work->state.image = &work->report;
    if (setjmp(work->state.escape) == 0) {
        jpeg_create_compress(&work->info);
        jpeg_mem_dest(&work->info, &work->bytes, &work->size);
        work->info.image_width = width;
        work->info.image_height = height;
        work->info.input_components = 3;
        work->info.in_color_space = JCS_RGB;
        jpeg_set_defaults(&work->info);
        jpeg_set_quality(&work->info, quality, TRUE);
        jpeg_start_compress(&work->info, TRUE);
        while (work->info.next_scanline < height) {
            JSAMPROW row = (JSAMPROW)(pixels + (size_t)work->info.next_scanline * width * 3);
            jpeg_write_scanlines(&work->info, &row, 1);
        }
        jpeg_finish_compress(&work->info);
        result.bytes = work->bytes;
        result.size = work->size;
    } else {
        memcpy(result.message, work->report.message, sizeof result.message);
        free(work->bytes);
    }
    jpeg_destroy_compress(&work->info);
    free(work);
    return result;
}
