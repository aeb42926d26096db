// The thread pool. Waking a sleeping thread costs tens of microseconds, as much as a small
// kernel, so workers stay awake for a while between regions. Work is handed out by one atomic
// ticket: the number of the region in the upper half, the items not yet taken in the lower one.
// Whoever lowers it owns an item, so a worker that comes late, or is not scheduled at all, takes
// nothing and nobody waits for it: the caller waits for items, not for workers.

#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "CKernels.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

enum { max_threads = 1024, spins_before_sleep = 20000 };

static struct {
    // Each on a cache line of its own: the ticket is what idle workers read all the time.
    _Alignas(128) _Atomic uint64_t ticket;
    _Alignas(128) _Atomic uint32_t unfinished;
    _Alignas(128) _Atomic(jk_task) task;
    _Atomic(void *) context;
    _Atomic size_t items;
    _Atomic int sleepers;
    _Atomic bool stopping;
    pthread_mutex_t sleep_lock;
    pthread_cond_t wake;
    // Held while a region runs and while the threads are changed.
    pthread_mutex_t owner;
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

/// Takes and runs items of the region that is open, until none is left.
static void work(void) {
    uint64_t ticket = atomic_load(&pool.ticket);
    inside_task = true;
    while ((uint32_t)ticket != 0) {
        // These belong to the region of `ticket`: they change only after its last item is done,
        // and then the exchange below fails.
        jk_task task = atomic_load(&pool.task);
        void *context = atomic_load(&pool.context);
        size_t items = atomic_load(&pool.items);
        if (!atomic_compare_exchange_weak(&pool.ticket, &ticket, ticket - 1)) continue;
        task(context, items - (uint32_t)ticket);
        atomic_fetch_sub(&pool.unfinished, 1);
        ticket = atomic_load(&pool.ticket);
    }
    inside_task = false;
}

/// Sleeps until the ticket differs from `seen` or the pool stops.
static void sleep_until_work(uint64_t seen) {
    pthread_mutex_lock(&pool.sleep_lock);
    atomic_fetch_add(&pool.sleepers, 1);
    while (atomic_load(&pool.ticket) == seen && !atomic_load(&pool.stopping)) {
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

static void *worker(void *unused) {
    (void)unused;
    while (!atomic_load(&pool.stopping)) {
        work();
        uint64_t seen = atomic_load(&pool.ticket);
        if ((uint32_t)seen != 0) continue;
        int spins = 0;
        while (spins < spins_before_sleep && atomic_load(&pool.ticket) == seen) {
            if (atomic_load_explicit(&pool.stopping, memory_order_relaxed)) return NULL;
            pause_briefly();
            spins++;
        }
        if (spins == spins_before_sleep) sleep_until_work(seen);
    }
    return NULL;
}

/// Starts workers until there are `count` threads with the caller. The owner lock is held.
static void start_workers(int count) {
    while (pool.running < count - 1) {
        if (pthread_create(&pool.workers[pool.running], NULL, worker, NULL) != 0) return;
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
    atomic_store(&pool.task, task);
    atomic_store(&pool.context, context);
    atomic_store(&pool.items, items);
    atomic_store(&pool.unfinished, (uint32_t)items);
    uint64_t region = (atomic_load(&pool.ticket) >> 32) + 1;
    atomic_store(&pool.ticket, region << 32 | items);
    wake_sleepers();
    work();
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
