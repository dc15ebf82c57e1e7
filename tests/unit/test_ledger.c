/*
 * The ledger's file: created private, opened again, shared, and never written if it is damaged,
 * newer or not ours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "record/ledger.h"
#include "record/ledger_schema.h"
#include "support/scratch.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct ofs_ledger *must_open(const char *state)
{
    struct ofs_error err = {0};
    struct ofs_ledger *ledger = ofs_ledger_open(state, &err);
    if (!ledger)
        fail_msg("%s", err.text);
    return ledger;
}

static void do_sql(const char *state, const char *sql)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = must_open(state);
    if (ofs_db_script(ofs_ledger_db(ledger), sql, &err))
        fail_msg("%s", err.text);
}

static void test_is_private(void **state)
{
    struct stat st;
    OFS_AUTO_LEDGER ledger = must_open(*state);
    static const char *const names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm"};
    for (size_t i = 0; i < COUNT(names); i++) {
        OFS_AUTO_STR path = ofs_text_printf("%s/%s", (char *)*state, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
    struct ofs_db *db = ofs_ledger_db(ledger);
    assert_int_equal(ofs_db_number(db, -1, "PRAGMA application_id", ""), OFS_LEDGER_APPLICATION);
    assert_int_equal(ofs_db_number(db, -1, "PRAGMA user_version", ""), ofs_ledger_schema_version());
    assert_int_equal(ofs_db_number(db, -1, "PRAGMA foreign_keys", ""), 1);
    assert_int_equal(ofs_db_number(db, -1,
                                   "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' "
                                   "AND name NOT LIKE 'sqlite_%' AND NOT strict",
                                   ""),
                     0);
}

static void test_keeps_what_was_written(void **state)
{
    do_sql(*state, "INSERT INTO waivers VALUES (NULL, 's', 'x', 'why', '2026-01-01', NULL, NULL)");
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER one = must_open(*state);
    OFS_AUTO_LEDGER two = ofs_ledger_open_to_read(*state, &err);
    assert_non_null(two);
    OFS_AUTO_JSON rows =
        ofs_db_rows(ofs_ledger_db(two), &err, "SELECT * FROM waivers WHERE setting = ?", "s", "x");
    assert_int_equal(cJSON_GetArraySize(rows), 1);
    assert_string_equal(ofs_json_str(cJSON_GetArrayItem(rows, 0), "because", ""), "why");
    assert_true(cJSON_IsNull(ofs_json_get(cJSON_GetArrayItem(rows, 0), "until")));
}

static void test_read_missing_ledger(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = ofs_ledger_open_to_read(*state, &err);
    OFS_AUTO_STR path = ofs_text_printf("%s/ledger.db", (char *)*state);
    assert_non_null(ledger);
    assert_int_equal(ofs_db_number(ofs_ledger_db(ledger), -1, "SELECT count(*) FROM runs", ""), 0);
    assert_int_equal(access(path, F_OK), -1); /* reading makes no file */
}

static int copies_in(const char *state)
{
    int n = 0;
    DIR *dir = opendir(state);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        n += strstr(entry->d_name, ".kept-") != NULL;
    closedir(dir);
    return n;
}

static void put_bytes(const char *path, long at, const char *bytes, size_t n)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, n, at), (ssize_t)n);
    close(fd);
}

/* Each way in which a file must not be written. */
static void make_text(const char *path)
{
    put_bytes(path, 0, "this is a diary, not a database, and it is long enough to be one\n", 66);
}

static void make_other_program(const char *path)
{
    struct ofs_error err;
    enum ofs_db_fault fault;
    put_bytes(path, 0, "", 0);
    OFS_AUTO_DB db = ofs_db_open(path, OFS_DB_WRITE, &fault, &err);
    assert_non_null(db);
    assert_int_equal(ofs_db_script(db, "CREATE TABLE songs (title TEXT)", &err), 0);
}

static void make_ledger(const char *path)
{
    OFS_AUTO_STR state = strndup(path, (size_t)(strrchr(path, '/') - path));
    ofs_ledger_free(must_open(state));
}

static void make_newer(const char *path)
{
    OFS_AUTO_STR state = strndup(path, (size_t)(strrchr(path, '/') - path));
    do_sql(state, "PRAGMA user_version = 9999");
}

static void make_torn(const char *path)
{
    make_ledger(path);
    assert_int_equal(truncate(path, 9000), 0);
}

static void make_scribbled(const char *path)
{
    char junk[4096];
    memset(junk, 0xa5, sizeof junk);
    make_ledger(path);
    put_bytes(path, 4096, junk, sizeof junk);
}

static void make_link(const char *path)
{
    OFS_AUTO_STR real = ofs_text_printf("%s.real", path);
    put_bytes(real, 0, "", 0);
    assert_int_equal(symlink(real, path), 0);
}

static const struct {
    const char *name, *words;
    void (*make)(const char *path);
    int copies;
} bad[] = {
    {"text", "not a ledger", make_text, 1},
    {"other-program", "not a ledger of offswitch", make_other_program, 1},
    {"newer", "newer offswitch", make_newer, 1},
    {"torn", "damaged", make_torn, 1},
    {"scribbled", "damaged", make_scribbled, 1},
    {"link", "not a plain file", make_link, 0},
};

static void test_bad_files(void **state)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_BUF before = OFS_BUF(1 << 24);
        OFS_AUTO_BUF after = OFS_BUF(1 << 24);
        OFS_AUTO_STR dir = ofs_text_printf("%s/%s", (char *)*state, bad[i].name);
        OFS_AUTO_STR path = ofs_text_printf("%s/ledger.db", dir);
        assert_int_equal(mkdir(dir, 0700), 0);
        bad[i].make(path);
        assert_int_equal(ofs_buf_read_file(&before, path, &err), 0);
        for (int again = 0; again < 2; again++) {
            assert_null(ofs_ledger_open(dir, &err));
            assert_int_equal(err.code, OFS_ERR_STATE);
            if (!strstr(err.text, bad[i].words))
                fail_msg("%s: %s", bad[i].name, err.text);
        }
        assert_int_equal(ofs_buf_read_file(&after, path, &err), 0);
        assert_int_equal(before.len, after.len);
        assert_memory_equal(ofs_buf_str(&before), ofs_buf_str(&after), before.len);
        assert_int_equal(copies_in(dir), bad[i].copies); /* one, however often it is tried */
    }
}

static void test_account(void **state)
{
    struct ofs_error err = {0};
    char one[OFS_ACCOUNT_SIZE], again[OFS_ACCOUNT_SIZE], other[OFS_ACCOUNT_SIZE];
    OFS_AUTO_LEDGER ledger = must_open(*state);
    assert_int_equal(ofs_ledger_account(ledger, "Anna", one, &err), 0);
    assert_int_equal(ofs_ledger_account(ledger, "Anna", again, &err), 0);
    assert_int_equal(ofs_ledger_account(ledger, "Anne", other, &err), 0);
    assert_string_equal(one, again);
    assert_string_not_equal(one, other);
    assert_int_equal(strlen(one), 32);
    OFS_AUTO_STR elsewhere = ofs_text_printf("%s/other", (char *)*state);
    mkdir(elsewhere, 0700);
    OFS_AUTO_LEDGER second = must_open(elsewhere);
    assert_int_equal(ofs_ledger_account(second, "Anna", other, &err), 0);
    assert_string_not_equal(one, other); /* another salt */
}

static void test_hints(void **state)
{
    (void)state;
    static const struct {
        const char *shown, *hint;
    } rows[] = {
        {"Anna Petrova", "A. P."},
        {"  Anna   Maria Petrova ", "A. M. P."},
        {"one two three four five", "o. t. t."},
        {"anna@example.org", "a...@e..."},
        {"octocat", "o...t"},
        {"Élodie Öz", "É. Ö."},
        {"李小龙", "李...龙"},
        {"", ""},
        {"@", "@...@"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char hint[OFS_HINT_SIZE];
        ofs_account_hint(rows[i].shown, hint);
        assert_string_equal(hint, rows[i].hint);
    }
}

static void test_migrates_once(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER one = must_open(*state);
    OFS_AUTO_JSON before =
        ofs_db_row(ofs_ledger_db(one), &err, "SELECT value FROM meta WHERE key = 'salt'", "");
    assert_int_equal(ofs_ledger_migrate(ofs_ledger_db(one), &err), 0);
    OFS_AUTO_JSON after =
        ofs_db_row(ofs_ledger_db(one), &err, "SELECT value FROM meta WHERE key = 'salt'", "");
    assert_true(cJSON_Compare(before, after, true));
    assert_int_equal(strlen(ofs_json_str(before, "value", "")), 64);
}

int main(void)
{
#define WITH_STATE(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STATE(test_is_private),
        WITH_STATE(test_keeps_what_was_written),
        WITH_STATE(test_read_missing_ledger),
        WITH_STATE(test_bad_files),
        WITH_STATE(test_account),
        cmocka_unit_test(test_hints),
        WITH_STATE(test_migrates_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
