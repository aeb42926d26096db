#include "CKernels.h"

#include <stdlib.h>
#include <sys/mman.h>

/// From this size on a block is mapped by itself, so that huge pages can back it.
static const size_t huge_page = (size_t)2 << 20;

static size_t rounded_up(size_t bytes, size_t grain) { return (bytes + grain - 1) / grain * grain; }

/// A mapping of `bytes` (a multiple of a huge page) that starts on a huge page.
static void *map_aligned(size_t bytes) {
    char *start = mmap(
        NULL, bytes + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) return NULL;
    char *aligned = (char *)rounded_up((size_t)start, huge_page);
    size_t before = (size_t)(aligned - start), after = huge_page - before;
    if (before) munmap(start, before);
    if (after) munmap(aligned + bytes, after);
#ifdef MADV_HUGEPAGE
    madvise(aligned, bytes, MADV_HUGEPAGE);
#endif
    return aligned;
}

void *jk_allocate(size_t bytes) {
    if (bytes > SIZE_MAX / 2) return NULL;
    if (bytes >= huge_page) return map_aligned(rounded_up(bytes, huge_page));
    return aligned_alloc(64, rounded_up(bytes ? bytes : 1, 64));
}

void jk_free(void *block, size_t bytes) {
    if (!block) return;
    if (bytes >= huge_page) {
        munmap(block, rounded_up(bytes, huge_page));
    } else {
        free(block);
    }
}
