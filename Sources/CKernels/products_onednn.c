// Products in bf16 by oneDNN, in builds with the trait OneDNN. The library takes operands that are
// bf16 in memory, so both are rounded to a copy first. Each thread keeps what it needs: copies,
// and the primitives of the shapes it has met, which take long to make.

#define _GNU_SOURCE
#include "products.h"

#if defined(JK_ONEDNN)

#if !__has_include(<dnnl.h>)
#error "libdnnl-dev is missing: run .ci/install OneDNN"
#endif
#include <dnnl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kept_primitives = 512 };

/// What a primitive is made for.
typedef struct {
    size_t m, n, k, c_stride;
    float alpha, beta;
    bool transposes_a, transposes_b;
} shape;

typedef struct {
    shape shape;
    dnnl_primitive_t primitive;
    dnnl_memory_t a, b, c, scratch;
    size_t scratch_bytes;
} product;

typedef struct {
    void *start;
    size_t bytes;
} buffer;

/// What one thread keeps.
typedef struct {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    product products[kept_primitives];
    buffer a, b, scratch;
} workshop;

static void check(dnnl_status_t status, const char *what) {
    if (status == dnnl_success) return;
    fprintf(stderr, "oneDNN cannot %s: status %d\n", what, (int)status);
    abort();
}

static void discard(product *product) {
    if (!product->primitive) return;
    dnnl_primitive_destroy(product->primitive);
    dnnl_memory_destroy(product->a);
    dnnl_memory_destroy(product->b);
    dnnl_memory_destroy(product->c);
    dnnl_memory_destroy(product->scratch);
    product->primitive = NULL;
}

static void close_workshop(void *place) {
    workshop *own = place;
    for (int i = 0; i < kept_primitives; i++) discard(&own->products[i]);
    dnnl_stream_destroy(own->stream);
    dnnl_engine_destroy(own->engine);
    jk_free(own->a.start, own->a.bytes);
    jk_free(own->b.start, own->b.bytes);
    jk_free(own->scratch.start, own->scratch.bytes);
    free(own);
}

static pthread_key_t key;
static void make_key(void) { pthread_key_create(&key, close_workshop); }

static workshop *own_workshop(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_key);
    workshop *own = pthread_getspecific(key);
    if (own) return own;
    own = calloc(1, sizeof *own);
    if (!own) check(dnnl_out_of_memory, "start");
    // Each of our threads computes its own part: the library must not start others.
    void (*set_threads)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    if (set_threads) set_threads(1);
    check(dnnl_engine_create(&own->engine, dnnl_cpu, 0), "find the processor");
    check(dnnl_stream_create(&own->stream, own->engine, dnnl_stream_default_flags), "start");
    pthread_setspecific(key, own);
    return own;
}

static void *room(buffer *buffer, size_t bytes) {
    if (buffer->bytes < bytes) {
        jk_free(buffer->start, buffer->bytes);
        buffer->bytes = bytes + bytes / 2;
        buffer->start = jk_allocate(buffer->bytes);
        if (!buffer->start) check(dnnl_out_of_memory, "copy an operand");
    }
    return buffer->start;
}

/// A matrix [rows, columns] that is stored transposed or not.
static dnnl_memory_desc_t matrix(
    dnnl_data_type_t type, size_t rows, size_t columns, size_t stride, bool transposed) {
    dnnl_memory_desc_t description;
    dnnl_dims_t lengths = {(dnnl_dim_t)rows, (dnnl_dim_t)columns};
    dnnl_dims_t strides = {
        transposed ? 1 : (dnnl_dim_t)stride, transposed ? (dnnl_dim_t)stride : 1};
    check(
        dnnl_memory_desc_init_by_strides(&description, 2, lengths, type, strides),
        "describe a matrix");
    return description;
}

static void make(product *product, const shape *shape, dnnl_engine_t engine) {
    discard(product);
    product->shape = *shape;
    dnnl_memory_desc_t a = matrix(
        dnnl_bf16, shape->m, shape->k, shape->transposes_a ? shape->m : shape->k,
        shape->transposes_a);
    dnnl_memory_desc_t b = matrix(
        dnnl_bf16, shape->k, shape->n, shape->transposes_b ? shape->k : shape->n,
        shape->transposes_b);
    dnnl_memory_desc_t c = matrix(dnnl_f32, shape->m, shape->n, shape->c_stride, false);
    dnnl_matmul_desc_t description;
    check(dnnl_matmul_desc_init(&description, &a, &b, NULL, &c), "describe a product");
    dnnl_primitive_attr_t attributes;
    check(dnnl_primitive_attr_create(&attributes), "describe a product");
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    if (shape->alpha != 1) {
        dnnl_primitive_attr_set_output_scales(attributes, 1, 0, &shape->alpha);
    }
    if (shape->beta != 0) {
        dnnl_post_ops_t after;
        check(dnnl_post_ops_create(&after), "describe a product");
        dnnl_post_ops_append_sum(after, shape->beta);
        dnnl_primitive_attr_set_post_ops(attributes, after);
        dnnl_post_ops_destroy(after);
    }
    dnnl_primitive_desc_t plan;
    check(dnnl_primitive_desc_create(&plan, &description, attributes, engine, NULL), "multiply");
    dnnl_primitive_attr_destroy(attributes);
    const dnnl_memory_desc_t *scratch =
        dnnl_primitive_desc_query_md(plan, dnnl_query_scratchpad_md, 0);
    product->scratch_bytes = dnnl_memory_desc_get_size(scratch);
    check(dnnl_memory_create(&product->a, &a, engine, DNNL_MEMORY_NONE), "multiply");
    check(dnnl_memory_create(&product->b, &b, engine, DNNL_MEMORY_NONE), "multiply");
    check(dnnl_memory_create(&product->c, &c, engine, DNNL_MEMORY_NONE), "multiply");
    check(dnnl_memory_create(&product->scratch, scratch, engine, DNNL_MEMORY_NONE), "multiply");
    check(dnnl_primitive_create(&product->primitive, plan), "multiply");
    dnnl_primitive_desc_destroy(plan);
}

/// The primitive for a shape; one that was met long ago may have to make way for it.
static product *find(workshop *own, const shape *wanted) {
    size_t place = wanted->m * 31 + wanted->n * 17 + wanted->k * 7 + wanted->c_stride;
    place = place * 4 + (size_t)wanted->transposes_a * 2 + (size_t)wanted->transposes_b;
    place = (place * 2 + (wanted->beta != 0)) % kept_primitives;
    product *product = &own->products[place];
    const shape *has = &product->shape;
    bool fits = product->primitive && has->m == wanted->m && has->n == wanted->n
        && has->k == wanted->k && has->c_stride == wanted->c_stride
        && has->alpha == wanted->alpha && has->beta == wanted->beta
        && has->transposes_a == wanted->transposes_a
        && has->transposes_b == wanted->transposes_b;
    if (!fits) make(product, wanted, own->engine);
    return product;
}

/// A matrix of float32 rows as bf16 without gaps.
static void *rounded(
    buffer *buffer, const float *x, size_t rows, size_t columns, size_t stride) {
    uint16_t *copy = room(buffer, rows * columns * sizeof *copy);
    if (stride == columns) {
        jk_to_bf16(copy, x, rows * columns);
    } else {
        for (size_t i = 0; i < rows; i++) jk_to_bf16(copy + i * columns, x + i * stride, columns);
    }
    return copy;
}

/// Whether a matrix is the same in memory as its transpose. The library must not be told of one:
/// where it looks up what it has made before it takes the two for equal, yet they need different
/// scratch space, and if two threads make them at once, one writes beyond its own (2.6.3).
static bool is_vector(size_t rows, size_t columns) { return rows == 1 || columns == 1; }

void jk_multiply_bf16_onednn(const jk_product *x) {
    if (x->m == 0 || x->n == 0) return;
    if (x->k == 0) {
        for (size_t i = 0; i < x->m; i++) {
            for (size_t j = 0; j < x->n; j++) {
                float *c = x->c + i * x->c_stride + j;
                *c = x->beta == 0 ? 0 : x->beta * *c;
            }
        }
        return;
    }
    workshop *own = own_workshop();
    shape shape = {
        x->m, x->n, x->k, x->c_stride, x->alpha, x->beta,
        x->transposes_a && !is_vector(x->m, x->k), x->transposes_b && !is_vector(x->k, x->n)};
    product *product = find(own, &shape);
    void *a = rounded(
        &own->a, x->a, x->transposes_a ? x->k : x->m, x->transposes_a ? x->m : x->k, x->a_stride);
    void *b = rounded(
        &own->b, x->b, x->transposes_b ? x->n : x->k, x->transposes_b ? x->k : x->n, x->b_stride);
    dnnl_memory_set_data_handle(product->a, a);
    dnnl_memory_set_data_handle(product->b, b);
    dnnl_memory_set_data_handle(product->c, x->c);
    dnnl_memory_set_data_handle(
        product->scratch,
        product->scratch_bytes ? room(&own->scratch, product->scratch_bytes) : NULL);
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, product->a}, {DNNL_ARG_WEIGHTS, product->b}, {DNNL_ARG_DST, product->c},
        {DNNL_ARG_SCRATCHPAD, product->scratch}};
    check(dnnl_primitive_execute(product->primitive, own->stream, 4, arguments), "multiply");
    check(dnnl_stream_wait(own->stream), "multiply");
}

#endif
