// Every vector kernel, once more for each level: the file that includes this names the level in
// LEVEL and sets the target. Loops are written for the vectoriser; sums may be reordered and
// products fused, but infinities and NaN keep their meaning.

#include "CKernels.h"
#include "../levels.h"

#pragma clang fp reassociate(on) contract(fast)

/// A loop over start ..< end whose turns do not depend on one another, except for sums: results
/// may overwrite operands at the same place. LANES elements make a vector of this level.
///
/// Vectors are taken one at a time. What does not fill the last turn is computed element by element,
/// and left to itself the compiler takes four vectors, which no row of 32 fills.
#define TEXT_(text) #text
#define VECTORISE_(lanes, vectors) \
    _Pragma(TEXT_( \
        clang loop vectorize(assume_safety) vectorize_width(lanes) interleave_count(vectors)))
#define VECTORISE(lanes, vectors) VECTORISE_(lanes, vectors)
#define EACH(i, start, end) VECTORISE(LANES, 1) for (size_t i = start; i < end; i++)

/// The same with vectors in pairs, for long sums, where a vector waits for the one before.
#define EACH_PAIR(i, start, end) VECTORISE(LANES, 2) for (size_t i = start; i < end; i++)

#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)
/// The kernel's name at this level.
#define NAME(kernel) PASTE(kernel, LEVEL)

#include "mathematics.h"

#include "bf16.h"
#include "dots.h"
#include "elementwise.h"
#include "gelu.h"
#include "layer_norm.h"
#include "losses.h"
#include "random.h"
#include "rows.h"
#include "softmax.h"
#include "updates.h"
