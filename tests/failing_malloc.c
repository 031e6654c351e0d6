/* An allocator that fails once, at a chosen one of the larger requests: for LD_PRELOAD, glibc. */
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *old, size_t size);

/* Python's own objects are smaller and do not come from here. */
static const size_t least = 513;

static __thread long n_before = -1;

/* Let the request fail that comes after `n` others of this thread; none if it is negative. */
void fail_after(long n) { n_before = n; }

/* Return how many requests are left before the one that fails, -1 once it has failed. */
long left_before_failure(void) { return n_before; }

static int fails(size_t size) {
    return n_before >= 0 && size >= least && n_before-- == 0;
}

void *malloc(size_t size) { return fails(size) ? NULL : __libc_malloc(size); }

void *calloc(size_t n, size_t size) {
    return fails(n * size) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size) { return fails(size) ? NULL : __libc_realloc(old, size); }
