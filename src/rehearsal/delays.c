#include "rehearsal/inside.h"

bool site_is_random(const struct ofs_site *site, int setting)
{
    return site_fault_on(&site->faults, SITE_RANDOM_DELAYS, setting);
}

/* splitmix64: a number of the sequence without computing the ones before it. */
static uint64_t number(uint64_t seed, uint64_t index)
{
    uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

int64_t site_delay(struct ofs_site *site, int setting, enum site_delay what, int64_t usual)
{
    if (!site_is_random(site, setting) || site->delay_max_ms <= 0)
        return usual;
    /* each kind has its own random sequence, so that the order of requests of different kinds does
     * not matter */
    uint64_t seed = number(site->seed, (uint64_t)what);
    return (int64_t)(number(seed, site->drawn[what]++) % ((uint64_t)site->delay_max_ms + 1));
}
