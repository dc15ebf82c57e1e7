#include "record/ledger.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "record/ledger_schema.h"

enum { MOST_COPIED = 1 << 30 };

struct ofs_ledger {
    struct ofs_db *db;
    char *state, *path;
};

/* Keep the bytes of an unusable file beside it, once for each state of it. `ret_name` is "" if that
 * failed. */
static void keep_copy(const char *path, char *ret_name, size_t size)
{
    OFS_AUTO_BUF bytes = OFS_BUF(MOST_COPIED);
    struct ofs_error ignored;
    char sum[OFS_SHA256_SIZE];
    ret_name[0] = '\0';
    if (ofs_buf_read_file(&bytes, path, &ignored))
        return;
    ofs_sha256(ofs_buf_str(&bytes), bytes.len, sum);
    OFS_AUTO_STR name = ofs_text_printf("%s.kept-%.12s", path, sum);
    if (!name)
        return;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool kept = fd < 0 && errno == EEXIST;
    for (size_t done = 0; fd >= 0 && !kept;) {
        ssize_t n = bytes.len > done ? write(fd, bytes.data + done, bytes.len - done) : 0;
        done += n > 0 ? (size_t)n : 0;
        if (n < 0)
            break;
        kept = done == bytes.len;
    }
    if (fd >= 0 && (fsync(fd) || close(fd)))
        kept = false;
    if (kept)
        snprintf(ret_name, size, "%s", name);
    else if (fd >= 0)
        unlink(name);
}

static int refuse(const struct ofs_ledger *ledger, struct ofs_error *err)
{
    char copy[400];
    keep_copy(ledger->path, copy, sizeof copy);
    return ofs_hint(err, "it was not changed%s%s; move it away to begin a new ledger",
                    copy[0] ? ", and a copy is kept at " : "", copy);
}

/* A file of another program, or of a later version of this one, must not be written. */
static int check_origin(const struct ofs_ledger *ledger, int64_t *ret_version,
                        struct ofs_error *err)
{
    /* The tables first: another program may create the ledger between two of these reads, in one
     * transaction, and tables beside an older application of 0 look like a stranger's file. */
    int64_t tables = ofs_db_number(ledger->db, -1, "SELECT count(*) FROM sqlite_schema", "");
    int64_t version = ofs_db_number(ledger->db, -1, "PRAGMA user_version", "");
    int64_t application = ofs_db_number(ledger->db, -1, "PRAGMA application_id", "");
    *ret_version = version;
    if (application == 0 && version == 0 && tables == 0)
        return 0; /* just created */
    if (application < 0 || version < 0 || tables < 0)
        ofs_fail(err, OFS_ERR_STATE, "the ledger %s: it is damaged", ledger->path);
    else if (application != OFS_LEDGER_APPLICATION)
        ofs_fail(err, OFS_ERR_STATE, "%s is not a ledger of offswitch", ledger->path);
    else if (version > ofs_ledger_schema_version())
        ofs_fail(err, OFS_ERR_STATE,
                 "the ledger %s was written by a newer offswitch (version %d of it; this one knows "
                 "%d)",
                 ledger->path, (int)version, ofs_ledger_schema_version());
    else
        return 0;
    return refuse(ledger, err);
}

/* Every page of the file, before anything is written to it. */
static int check_soundness(const struct ofs_ledger *ledger, struct ofs_error *err)
{
    OFS_AUTO_JSON row = ofs_db_row(ledger->db, err, "PRAGMA quick_check(1)", "");
    const char *words = row ? ofs_json_str(row, "quick_check", "") : "";
    if (row && !strcmp(words, "ok"))
        return 0;
    if (!row && !ofs_db_is_damaged(ledger->db))
        return -1;
    ofs_fail(err, OFS_ERR_STATE, "the ledger %s: it is damaged", ledger->path);
    return refuse(ledger, err);
}

/* Private from the start: SQLite gives its other files the mode of this one. */
static int make_file(const char *path, struct ofs_error *err)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        return close(fd);
    if (errno != EEXIST)
        return ofs_fail_errno(err, OFS_ERR_STATE, "the ledger %s", path);
    if (lstat(path, &st) || !S_ISREG(st.st_mode))
        return ofs_fail(err, OFS_ERR_STATE, "the ledger %s is not a plain file", path);
    if (st.st_mode & 077)
        (void)!chmod(path, 0600);
    return 0;
}

static int open_db(struct ofs_ledger *ledger, enum ofs_db_how how, int64_t *ret_version,
                   struct ofs_error *err)
{
    enum ofs_db_fault fault;
    ledger->db = ofs_db_open(ledger->path, how, &fault, err);
    if (!ledger->db)
        return fault == OFS_DB_DAMAGED ? refuse(ledger, err) : -1;
    return check_origin(ledger, ret_version, err);
}

static struct ofs_ledger *new_ledger(const char *state, struct ofs_error *err)
{
    struct ofs_ledger *ledger = calloc(1, sizeof *ledger);
    if (ledger && (ledger->state = strdup(state)) &&
        (ledger->path = ofs_text_printf("%s/ledger.db", state)))
        return ledger;
    ofs_ledger_free(ledger);
    ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    return NULL;
}

struct ofs_ledger *ofs_ledger_open(const char *state, struct ofs_error *err)
{
    struct ofs_ledger *ledger = new_ledger(state, err);
    int64_t version;
    if (!ledger)
        return NULL;
    int rc = make_file(ledger->path, err);
    if (!rc)
        rc = open_db(ledger, OFS_DB_WRITE, &version, err);
    if (!rc)
        rc = check_soundness(ledger, err);
    if (!rc)
        rc = ofs_db_write_ahead(ledger->db, err);
    if (!rc && version < ofs_ledger_schema_version())
        rc = ofs_ledger_migrate(ledger->db, err);
    if (!rc)
        rc = ofs_db_make_durable(ledger->db, false, err);
    if (!rc)
        return ledger;
    ofs_ledger_free(ledger);
    return NULL;
}

struct ofs_ledger *ofs_ledger_open_to_read(const char *state, struct ofs_error *err)
{
    struct ofs_ledger *ledger = new_ledger(state, err);
    enum ofs_db_fault fault;
    int64_t version = 0;
    int rc = ledger ? 0 : -1;
    if (!rc && access(ledger->path, F_OK) && errno == ENOENT) {
        ledger->db = ofs_db_open(ledger->path, OFS_DB_MEMORY, &fault, err);
        rc = ledger->db ? ofs_ledger_migrate(ledger->db, err) : -1;
    } else if (!rc) {
        rc = open_db(ledger, OFS_DB_READ, &version, err);
        if (!rc && version < ofs_ledger_schema_version()) {
            ofs_ledger_free(ledger);
            return ofs_ledger_open(state, err);
        }
    }
    if (!rc)
        return ledger;
    ofs_ledger_free(ledger);
    return NULL;
}

void ofs_ledger_free(struct ofs_ledger *ledger)
{
    if (!ledger)
        return;
    ofs_db_free(ledger->db);
    free(ledger->state);
    free(ledger->path);
    free(ledger);
}

void ofs_ledger_free_ptr(struct ofs_ledger **ledger)
{
    ofs_ledger_free(*ledger);
    *ledger = NULL;
}

struct ofs_db *ofs_ledger_db(struct ofs_ledger *ledger)
{
    return ledger->db;
}

const char *ofs_ledger_state(const struct ofs_ledger *ledger)
{
    return ledger->state;
}

void ofs_sha256(const void *data, size_t len, char ret_hex[OFS_SHA256_SIZE])
{
    unsigned char sum[EVP_MAX_MD_SIZE] = {0};
    unsigned n = 0;
    EVP_Digest(data, len, sum, &n, EVP_sha256(), NULL);
    for (int i = 0; i < 32; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", sum[i]);
}

int ofs_picture_sum(const char *png, char ret_hex[OFS_SHA256_SIZE], struct ofs_error *err)
{
    size_t len = strlen(png), pads = 0;
    while (pads < 2 && len > pads && png[len - pads - 1] == '=')
        pads++;
    unsigned char *bytes = malloc(len + 1);
    int n = bytes && len % 4 == 0 && len < MOST_COPIED
                ? EVP_DecodeBlock(bytes, (const unsigned char *)png, (int)len)
                : -1;
    if (n >= 0)
        ofs_sha256(bytes, (size_t)n - pads, ret_hex);
    free(bytes);
    return n >= 0 ? 0 : ofs_fail(err, OFS_ERR_STATE, "a picture is not base64");
}

int ofs_ledger_account(struct ofs_ledger *ledger, const char *shown, char ret_id[OFS_ACCOUNT_SIZE],
                       struct ofs_error *err)
{
    OFS_AUTO_JSON row =
        ofs_db_row(ledger->db, err, "SELECT value FROM meta WHERE key = 'salt'", "");
    const char *salt = ofs_json_str(row, "value", NULL);
    OFS_AUTO_STR text = salt ? ofs_text_printf("%s\n%s", salt, shown) : NULL;
    char sum[OFS_SHA256_SIZE];
    if (!row)
        return -1;
    if (!text)
        return ofs_fail(err, OFS_ERR_STATE, "the ledger %s has no salt", ledger->path);
    ofs_sha256(text, strlen(text), sum);
    snprintf(ret_id, OFS_ACCOUNT_SIZE, "%.32s", sum);
    return 0;
}

/* The bytes of the character that begins there. */
static int character(const char *p)
{
    int n = *p != '\0';
    while (n && ((unsigned char)p[n] & 0xc0) == 0x80)
        n++;
    return n > 4 ? 4 : n;
}

void ofs_account_hint(const char *shown, char ret_hint[OFS_HINT_SIZE])
{
    enum { MOST_WORDS = 3 };
    size_t used = 0;
    int words = 0;
    const char *p = shown + strspn(shown, " \t\n"), *at = strchr(p, '@');
    ret_hint[0] = '\0';
    if (at && at > p && at[1]) {
        snprintf(ret_hint, OFS_HINT_SIZE, "%.*s...@%.*s...", character(p), p, character(at + 1),
                 at + 1);
        return;
    }
    size_t length = strlen(p);
    while (length && isspace((unsigned char)p[length - 1]))
        length--;
    if (length && !memchr(p, ' ', length)) {
        const char *last = p + length - 1;
        while (last > p && ((unsigned char)*last & 0xc0) == 0x80)
            last--;
        snprintf(ret_hint, OFS_HINT_SIZE, "%.*s...%.*s", character(p), p, character(last), last);
        return;
    }
    for (; *p && words < MOST_WORDS; words++) {
        used += (size_t)snprintf(ret_hint + used, OFS_HINT_SIZE - used, "%s%.*s.", words ? " " : "",
                                 character(p), p);
        p += strcspn(p, " \t\n");
        p += strspn(p, " \t\n");
    }
}
