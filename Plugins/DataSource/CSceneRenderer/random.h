#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

// A stream of random numbers: number i is a hash of (key, i), so streams need no warm-up and
// neighbouring keys are unrelated.
typedef struct {
    uint64_t key, counter;
} Draws;

// The finaliser of SplitMix64 (Steele, Lea, Flood 2014).
static inline uint64_t hashed(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static inline Draws draws(uint64_t seed, uint64_t index, uint64_t purpose) {
    const uint64_t golden = 0x9E3779B97F4A7C15u;
    return (Draws){hashed(hashed(hashed(seed + golden) + golden * (index + 1)) + purpose), 0};
}

static inline uint64_t next_bits(Draws *d) {
    return hashed(d->key + 0x9E3779B97F4A7C15u * ++d->counter);
}

// Uniform in [low, high).
static inline float uniform(Draws *d, float low, float high) {
    return low + (high - low) * ((float)(next_bits(d) >> 40) * 0x1p-24f);
}

// Uniform in 0..<count, for small counts.
static inline int integer(Draws *d, int count) {
    return (int)(((next_bits(d) >> 32) * (uint64_t)count) >> 32);
}

#endif
