/* `offswitch policy list|show|diff`: revisions of the watched documents. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/past.h"
#include "cli/print.h"
#include "record/ledger.h"
#include "record/state.h"
#include "scenario/scenario.h"
#include "watch/diff.h"
#include "watch/store.h"

enum { MOST_TEXT = 32 << 20 };

struct policy {
    const struct cli *cli;
    struct ofs_db *db;
    cJSON *revisions; /* newest first */
};

/* "facts" as words: "ai-training, data-sharing; 2025-11-03". */
static char *facts_in_words(const cJSON *revision)
{
    OFS_AUTO_BUF text = OFS_BUF(4096);
    struct ofs_error ignored;
    OFS_AUTO_JSON facts = cJSON_Parse(ofs_json_str(revision, "facts", "{}"));
    static const char *const lists[] = {"speaks_of", "dates"};
    const cJSON *one;
    for (size_t i = 0; i < 2; i++)
        cJSON_ArrayForEach(one, ofs_json_get(facts, lists[i]))
        {
            if (cJSON_IsString(one))
                ofs_buf_printf(&text, &ignored, "%s%s", text.len ? ", " : "", one->valuestring);
        }
    return strdup(ofs_buf_str(&text));
}

static int list(const struct policy *p)
{
    const cJSON *r;
    if (p->cli->json) {
        cJSON_ArrayForEach(r, p->revisions)
        {
            cJSON *facts = cJSON_Parse(ofs_json_str(r, "facts", "{}"));
            cJSON_ReplaceItemInObject((cJSON *)r, "facts", facts);
        }
        OFS_AUTO_JSON all = cJSON_CreateObject();
        cJSON_AddItemToObject(all, "revisions", cJSON_Duplicate(p->revisions, true));
        return cli_json(all);
    }
    if (!cJSON_GetArraySize(p->revisions))
        puts("No document was read yet: 'offswitch watch' reads them.");
    cJSON_ArrayForEach(r, p->revisions)
    {
        char number[24];
        OFS_AUTO_STR facts = facts_in_words(r);
        snprintf(number, sizeof number, "%lld", (long long)ofs_json_num(r, "n", 0));
        cli_pad(stdout, number, 5);
        cli_pad(stdout, ofs_json_str(r, "policy", ""), 22);
        printf("%.10s  ", ofs_json_str(r, "seen", ""));
        cli_pad(stdout, ofs_json_str(r, "kind", ""), 9);
        printf("%.12s  %s%s\n", ofs_json_str(r, "sha256", ""),
               strcmp(ofs_json_str(r, "origin", ""), "replica") ? "" : "(replica) ",
               facts ? facts : "");
    }
    return 0;
}

static const char *get(const cJSON *revision, const char *key)
{
    return ofs_json_str(revision, key, "");
}

/* The newest revision of a document, of the site itself rather than of a replica; NULL if there is
 * none. */
static const cJSON *newest(const struct policy *p, const char *policy)
{
    const cJSON *r, *of_replica = NULL;
    cJSON_ArrayForEach(r, p->revisions)
    {
        if (strcmp(get(r, "policy"), policy))
            continue;
        if (strcmp(get(r, "origin"), "replica"))
            return r;
        of_replica = of_replica ? of_replica : r;
    }
    return of_replica;
}

/* A revision by its number, the start of its digest, or its document: then the newest, or the `nth`
 * before it, from 0. */
static int64_t find(const struct policy *p, const char *word, int nth)
{
    const cJSON *r, *of = newest(p, word);
    size_t n = strlen(word);
    bool number = n && word[strspn(word, "0123456789")] == '\0' && n < 10;
    cJSON_ArrayForEach(r, p->revisions)
    {
        if (number && (int64_t)ofs_json_num(r, "n", 0) == atoll(word))
            return atoll(word);
        if (of && !strcmp(get(r, "policy"), word) && !strcmp(get(r, "origin"), get(of, "origin")) &&
            !strcmp(get(r, "scenario"), get(of, "scenario")) && nth-- == 0)
            return (int64_t)ofs_json_num(r, "n", 0);
    }
    cJSON_ArrayForEach(r, p->revisions)
    {
        if (n >= 6 && !strncmp(get(r, "sha256"), word, n))
            return (int64_t)ofs_json_num(r, "n", 0);
    }
    return 0;
}

static int no_revision(const struct policy *p, const char *word)
{
    struct ofs_error err;
    if (!cJSON_GetArraySize(p->revisions)) {
        ofs_fail(&err, OFS_ERR_STATE, "no document was read yet");
        ofs_hint(&err, "'offswitch watch' reads them");
        return cli_complain(&err);
    }
    ofs_fail(&err, OFS_ERR_USAGE, "there is no revision \"%s\"", word);
    ofs_hint(&err, "'offswitch policy list' shows their numbers");
    return cli_complain(&err);
}

static int print_words(const struct policy *p, const char *text)
{
    if (p->cli->json)
        return past_print_json(p->cli, "text", cJSON_CreateString(text));
    return fputs(text, stdout) < 0;
}

static int show(const struct policy *p, const char *word)
{
    struct ofs_error err = {0};
    OFS_AUTO_BUF text = OFS_BUF(MOST_TEXT);
    int64_t n = word ? find(p, word, 0)
                     : (int64_t)ofs_json_num(cJSON_GetArrayItem(p->revisions, 0), "n", 0);
    if (!n)
        return no_revision(p, word ? word : "");
    if (ofs_store_text(p->db, n, &text, &err))
        return cli_complain(&err);
    return print_words(p, ofs_buf_str(&text));
}

/* The last two of a document, or two given ones. */
static int diff(const struct policy *p, const char *a, const char *b)
{
    struct ofs_error err = {0};
    OFS_AUTO_BUF before = OFS_BUF(MOST_TEXT);
    OFS_AUTO_BUF after = OFS_BUF(MOST_TEXT);
    OFS_AUTO_BUF text = OFS_BUF(MOST_TEXT);
    if (!a)
        a = ofs_json_str(cJSON_GetArrayItem(p->revisions, 0), "policy", "");
    int64_t old = b ? find(p, a, 0) : find(p, a, 1), new = b ? find(p, b, 0) : find(p, a, 0);
    if (!new)
        return no_revision(p, b ? b : a);
    if (!old)
        return print_words(p, "There is only one revision of it.\n");
    if (ofs_store_text(p->db, old, &before, &err) || ofs_store_text(p->db, new, &after, &err) ||
        ofs_diff_words(ofs_buf_str(&before), ofs_buf_str(&after), cli_colour(STDOUT_FILENO), &text,
                       &err))
        return cli_complain(&err);
    return print_words(p, text.len ? ofs_buf_str(&text) : "The words are the same.\n");
}

static int run(const struct policy *p)
{
    struct ofs_error err;
    const char *verb = p->cli->n_args ? p->cli->args[0] : "list";
    char **rest = p->cli->args + 1;
    int n = p->cli->n_args - 1;
    if (!strcmp(verb, "list") && n <= 0)
        return list(p);
    if (!strcmp(verb, "show") && n <= 1)
        return show(p, n == 1 ? rest[0] : NULL);
    if (!strcmp(verb, "diff") && n <= 2)
        return diff(p, n >= 1 ? rest[0] : NULL, n == 2 ? rest[1] : NULL);
    ofs_fail(&err, OFS_ERR_USAGE,
             "'policy' takes list, show [REVISION] or diff [REVISION] [REVISION]");
    return cli_complain(&err);
}

int cmd_policy(const struct cli *cli)
{
    struct ofs_error err = {0};
    struct policy p = {.cli = cli};
    OFS_AUTO_STR state = ofs_state_path(cli->state, &err);
    OFS_AUTO_LEDGER ledger = state ? ofs_ledger_open_to_read(state, &err) : NULL;
    if (!ledger)
        return cli_complain(&err);
    p.db = ofs_ledger_db(ledger);
    /* all scenarios: a document is named by its own id */
    p.revisions =
        ofs_db_rows(p.db, &err,
                    "SELECT r.n, r.scenario, r.origin, r.policy, r.title, r.seen, r.sha256, r.kind,"
                    " r.facts, r.n = p.current AS current FROM revisions r LEFT JOIN"
                    " policies p ON p.scenario = r.scenario AND p.origin = r.origin AND"
                    " p.policy = r.policy"
                    " ORDER BY r.n DESC",
                    "");
    int status = p.revisions ? run(&p) : cli_complain(&err);
    cJSON_Delete(p.revisions);
    return status;
}
