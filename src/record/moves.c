#include "record/moves.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"

enum why {
#define X(code, word, text) WHY_##code,
    OFS_MOVE_TABLE(X)
#undef X
};

static const struct {
    const char *word, *text;
} whys[] = {
#define X(code, word, text) [WHY_##code] = {word, text},
    OFS_MOVE_TABLE(X)
#undef X
};

static const char *get(const cJSON *row, const char *key)
{
    return ofs_json_str(row, key, "");
}

static bool same(const cJSON *a, const cJSON *b, const char *key)
{
    return !strcmp(get(a, key), get(b, key));
}

/* A document of the site is not evidence about a replica, nor the other way round; a replica may
 * have another port each time. */
static bool is_of_place(const cJSON *revision, const cJSON *row)
{
    const char *at = get(row, "origin"), *of = get(revision, "origin");
    bool local = strstr(at, "://127.") || strstr(at, "://localhost") || strstr(at, "://[::1]");
    return !*of || !strcmp(of, at) || (local && !strcmp(of, "replica"));
}

/* Did something of this setting happen after one moment and not after another? */
static const cJSON *between(const cJSON *list, const char *key, const cJSON *like,
                            const char *after, const char *until)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, list)
    {
        const char *at = get(one, key);
        bool about = ofs_json_get(one, "setting")
                         ? same(one, like, "scope") && same(one, like, "setting")
                         : same(one, like, "scenario") && is_of_place(one, like);
        if (about && strcmp(at, after) > 0 && strcmp(at, until) <= 0)
            return one;
    }
    return NULL;
}

static void add(cJSON *moves, const cJSON *row, const char *from, const char *to, enum why why,
                const char *detail)
{
    cJSON *move = cJSON_CreateObject();
    char words[400];
    snprintf(words, sizeof words, "%s%s%s", whys[why].text, *detail ? ": " : "", detail);
    cJSON_AddStringToObject(move, "setting", get(row, "setting"));
    cJSON_AddStringToObject(move, "title", get(row, "title"));
    cJSON_AddStringToObject(move, "scenario", get(row, "scenario"));
    cJSON_AddStringToObject(move, "scope", get(row, "scope"));
    ofs_json_add_str(move, "account", ofs_json_str(row, "hint", NULL));
    cJSON_AddStringToObject(move, "at", get(row, "started"));
    cJSON_AddStringToObject(move, "run", get(row, "run"));
    ofs_json_add_str(move, "from", *from ? from : NULL);
    cJSON_AddStringToObject(move, "to", to);
    cJSON_AddStringToObject(move, "why", whys[why].word);
    cJSON_AddStringToObject(move, "words", words);
    cJSON_AddItemToArray(moves, move);
}

/* It had one state at the end of a run and another at the start of a later one. */
static void add_between(cJSON *moves, const cJSON *row, const cJSON *last, const char *from,
                        const cJSON *presses, const cJSON *revisions)
{
    const char *after = get(last, "started"), *until = get(row, "started"),
               *to = get(row, "before");
    const cJSON *press = between(presses, "at", row, after, until);
    const cJSON *revision = between(revisions, "seen", row, after, until);
    if (press)
        add(moves, row, from, to, WHY_BROKEN_RUN, get(press, "run"));
    else if (revision)
        add(moves, row, from, to, WHY_POLICY, get(revision, "title"));
    else if (!same(last, row, "sha256"))
        add(moves, row, from, to, WHY_SCENARIO, "");
    else
        add(moves, row, from, to, WHY_UNEXPLAINED, "");
}

/* Was another account read in the same profile before this row? */
static bool follows_another_account(const cJSON *results, const cJSON *row)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, results)
    {
        if (strcmp(get(one, "started"), get(row, "started")) < 0 && same(one, row, "profile") &&
            same(one, row, "origin") && same(one, row, "scenario") && get(one, "account")[0] &&
            get(row, "account")[0] && !same(one, row, "account"))
            return true;
    }
    return false;
}

cJSON *ofs_moves(const cJSON *results, const cJSON *presses, const cJSON *revisions)
{
    cJSON *moves = cJSON_CreateArray();
    const cJSON *row, *last = NULL;
    const char *known = "";
    cJSON_ArrayForEach(row, results)
    {
        const char *before = get(row, "before"), *after = get(row, "after");
        if (!last || !same(last, row, "scope") || !same(last, row, "setting"))
            known = "";
        const char *now = *before ? before : after;
        if (!*now)
            continue;
        if (!*known)
            add(moves, row, "", now,
                follows_another_account(results, row) ? WHY_OTHER_ACCOUNT : WHY_FIRST, "");
        else if (*before && strcmp(known, before))
            add_between(moves, row, last, known, presses, revisions);
        if (*before && *after && strcmp(before, after))
            add(moves, row, before, after,
                strcmp(get(row, "command"), "undo") ? WHY_BY_US : WHY_PUT_BACK, get(row, "run"));
        known = *after ? after : now;
        last = row;
    }
    return moves;
}

static bool is_ours(const char *why)
{
    return !strcmp(why, whys[WHY_BY_US].word) || !strcmp(why, whys[WHY_PUT_BACK].word);
}

int ofs_moves_back(const cJSON *moves, const char *scope, const char *setting, const char *wanted,
                   const char *now)
{
    const cJSON *move;
    const char *last = "";
    int n = 0;
    cJSON_ArrayForEach(move, moves)
    {
        if (strcmp(get(move, "scope"), scope) || strcmp(get(move, "setting"), setting))
            continue;
        last = get(move, "to");
        n += !is_ours(get(move, "why")) && !strcmp(get(move, "from"), wanted) &&
             strcmp(last, wanted) != 0;
    }
    return n + (now && !strcmp(last, wanted) && strcmp(now, wanted) != 0);
}
