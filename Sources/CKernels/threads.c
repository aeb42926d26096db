// The thread pool. Waking a sleeping thread costs tens of microseconds, as much as a small
// kernel, so workers stay awake for a while between regions.
//
// Every thread has a share of a region's items, the same part of them each time: what it wrote in
// one region it finds in its own cache in the next, which counts where threads share no cache. A
// share is handed out by a ticket: the number of the region in the upper half, the items not yet
// taken in the lower one. Whoever lowers it owns an item, first the owner of the share and then
// whoever has finished with his own; so a thread that comes late, or is not scheduled at all,
// takes nothing and nobody waits for it: the caller waits for items, not for workers.

#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { max_threads = 1024, spins_before_sleep = 20000 };

/// On a cache line of its own: it is what an idle worker reads all the time.
typedef struct {
    _Alignas(128) _Atomic uint64_t ticket;
} share;

static struct {
    share shares[max_threads];
    _Alignas(128) _Atomic uint32_t unfinished;
    _Alignas(128) _Atomic(jk_task) task;
    _Atomic(void *) context;
    _Atomic size_t items;
    // Shares of the open region.
    _Atomic size_t parts;
    _Atomic int sleepers;
    _Atomic bool stopping;
    pthread_mutex_t sleep_lock;
    pthread_cond_t wake;
    // Held while a region runs and while the threads are changed.
    pthread_mutex_t owner;
    uint32_t region;
    _Atomic int wanted;
    int running;
    pthread_t workers[max_threads];
} pool = {
    .sleep_lock = PTHREAD_MUTEX_INITIALIZER,
    .wake = PTHREAD_COND_INITIALIZER,
    .owner = PTHREAD_MUTEX_INITIALIZER,
};

static _Thread_local bool inside_task;

static inline void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int available_processors(void) {
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}

/// Where share `part` of `parts` begins.
static size_t start_of_share(size_t items, size_t part, size_t parts) {
    return items * part / parts;
}

/// Takes and runs items of one share of the region that is open, until none is left.
///
/// Returns how many it ran.
static uint32_t empty(size_t part) {
    uint32_t done = 0;
    _Atomic uint64_t *place = &pool.shares[part].ticket;
    uint64_t ticket = atomic_load(place);
    while ((uint32_t)ticket != 0) {
        // These belong to the region of `ticket`: they change only after its last item is done,
        // and then the exchange below fails.
        jk_task task = atomic_load(&pool.task);
        void *context = atomic_load(&pool.context);
        size_t end = start_of_share(atomic_load(&pool.items), part + 1, atomic_load(&pool.parts));
        if (!atomic_compare_exchange_weak(place, &ticket, ticket - 1)) continue;
        task(context, end - (uint32_t)ticket);
        done++;
        ticket = atomic_load(place);
    }
    return done;
}

/// Runs items of the region that is open: those of one's own share, then those that are left.
static void work(size_t own) {
    inside_task = true;
    uint32_t done = empty(own);
    size_t parts = atomic_load(&pool.parts);
    for (size_t next = 1; next <= parts; next++) done += empty((own + next) % parts);
    // At once, or the threads would pass the counter to and fro. Before that the region is open,
    // so all of them are of the same one.
    if (done > 0) atomic_fetch_sub(&pool.unfinished, done);
    inside_task = false;
}

/// Sleeps until the ticket of a share differs from `seen` or the pool stops.
static void sleep_until_work(size_t own, uint64_t seen) {
    pthread_mutex_lock(&pool.sleep_lock);
    atomic_fetch_add(&pool.sleepers, 1);
    while (atomic_load(&pool.shares[own].ticket) == seen && !atomic_load(&pool.stopping)) {
        pthread_cond_wait(&pool.wake, &pool.sleep_lock);
    }
    atomic_fetch_sub(&pool.sleepers, 1);
    pthread_mutex_unlock(&pool.sleep_lock);
}

static void wake_sleepers(void) {
    if (atomic_load(&pool.sleepers) == 0) return;
    pthread_mutex_lock(&pool.sleep_lock);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.sleep_lock);
}

static void *worker(void *number) {
    size_t own = (size_t)(uintptr_t)number;
    _Atomic uint64_t *ticket = &pool.shares[own].ticket;
    while (!atomic_load(&pool.stopping)) {
        work(own);
        uint64_t seen = atomic_load(ticket);
        if ((uint32_t)seen != 0) continue;
        int spins = 0;
        while (spins < spins_before_sleep && atomic_load(ticket) == seen) {
            if (atomic_load_explicit(&pool.stopping, memory_order_relaxed)) return NULL;
            pause_briefly();
            spins++;
        }
        if (spins == spins_before_sleep) sleep_until_work(own, seen);
    }
    return NULL;
}

/// Starts workers until there are `count` threads with the caller. The owner lock is held.
static void start_workers(int count) {
    while (pool.running < count - 1) {
        void *number = (void *)(uintptr_t)(pool.running + 1);
        if (pthread_create(&pool.workers[pool.running], NULL, worker, number) != 0) return;
        pool.running++;
    }
}

int jk_threads(void) {
    int wanted = atomic_load(&pool.wanted);
    if (wanted == 0) {
        jk_set_threads(0);
        wanted = atomic_load(&pool.wanted);
    }
    return wanted;
}

void jk_set_threads(int count) {
    if (count <= 0) count = available_processors();
    if (count > max_threads) count = max_threads;
    pthread_mutex_lock(&pool.owner);
    atomic_store(&pool.stopping, true);
    wake_sleepers();
    while (pool.running > 0) pthread_join(pool.workers[--pool.running], NULL);
    atomic_store(&pool.stopping, false);
    atomic_store(&pool.wanted, count);
    pthread_mutex_unlock(&pool.owner);
}

void jk_parallel(size_t items, jk_task task, void *context) {
    int threads = jk_threads();
    bool alone = items < 2 || items > UINT32_MAX || threads < 2 || inside_task;
    if (alone || pthread_mutex_trylock(&pool.owner) != 0) {
        for (size_t item = 0; item < items; item++) task(context, item);
        return;
    }
    start_workers(threads);
    size_t parts = items < (size_t)threads ? items : (size_t)threads;
    atomic_store(&pool.task, task);
    atomic_store(&pool.context, context);
    atomic_store(&pool.items, items);
    atomic_store(&pool.parts, parts);
    atomic_store(&pool.unfinished, (uint32_t)items);
    pool.region++;
    // The caller's own share last: the others can begin.
    for (size_t part = parts; part-- > 0;) {
        size_t count =
            start_of_share(items, part + 1, parts) - start_of_share(items, part, parts);
        atomic_store(&pool.shares[part].ticket, (uint64_t)pool.region << 32 | count);
    }
    wake_sleepers();
    work(0);
    for (int spins = 0; atomic_load(&pool.unfinished) != 0; spins++) {
        // Past the spins somebody else uses this processor's sibling: let the worker that holds
        // the last item have this one.
        if (spins < spins_before_sleep) {
            pause_briefly();
        } else {
            sched_yield();
        }
    }
    pthread_mutex_unlock(&pool.owner);
}
