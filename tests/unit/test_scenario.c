/*
 * Scenarios: the schema, loading, LinkedIn's facts, selection. The lint's
 * rules are in test_lint.c. Runs from the top of the repository.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "scenario/names.h"
#include "scenario/scenario.h"
#include "scenario/select.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The minimum that a scenario needs; README and manual promise that it runs. */
static const char minimal[] =
    "{\n"
    "  \"format\": 1,\n"
    "  \"id\": \"example\", \"version\": \"2026-11-21\", \"title\": \"Example\",\n"
    "  \"origin\": \"https://www.example.com\",\n"
    "  \"settings\": [\n"
    "    {\"id\": \"train\", \"title\": \"Training on my posts\", \"group\": \"ai\", \"wanted\": "
    "\"off\",\n"
    "     \"page\": \"/settings/privacy\",\n"
    "     \"labels\": {\"en\": [\"Use my data for training content creation AI models\"]}}\n"
    "  ]\n"
    "}\n";

/* ---- the schema, which the lint reads ----------------------------------------------------------
 */

static const cJSON *resolved(const cJSON *schema, const cJSON *node)
{
    const char *ref = ofs_json_str(node, "$ref", NULL);
    if (!ref)
        return node;
    assert_memory_equal(ref, "#/$defs/", 8);
    const cJSON *def = ofs_json_get(ofs_json_get(schema, "$defs"), ref + 8);
    if (!def)
        fail_msg("%s is not in the schema", ref);
    return def;
}

static bool is_among(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (!strcmp(*words, word))
            return true;
    return false;
}

/* The lint knows every keyword, and each rule has what it needs. */
static void check_node(const cJSON *schema, const cJSON *node, const char *where)
{
    static const char *const keywords[] = {
        "$schema",     "$defs",    "$ref",          "title",         "description",
        "default",     "type",     "enum",          "pattern",       "minLength",
        "maxLength",   "minimum",  "maximum",       "minItems",      "maxItems",
        "uniqueItems", "items",    "minProperties", "maxProperties", "propertyNames",
        "properties",  "required", "anyOf",         "allOf",         "additionalProperties",
        NULL};
    static const struct {
        const char *type, *needs;
    } needs[] = {{"integer", "minimum"},
                 {"integer", "maximum"},
                 {"array", "items"},
                 {"array", "maxItems"},
                 {"object", "additionalProperties"}};
    const cJSON *key, *rule = resolved(schema, node);
    cJSON_ArrayForEach(key, node) if (!is_among(key->string, keywords))
        fail_msg("%s: the lint does not know \"%s\"", where, key->string);
    const char *type = ofs_json_str(rule, "type", "");
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (!strcmp(type, needs[i].type) && !ofs_json_get(rule, needs[i].needs))
            fail_msg("%s: has no \"%s\"", where, needs[i].needs);
    if (cJSON_IsObject(ofs_json_get(rule, "additionalProperties")) &&
        (!ofs_json_get(rule, "propertyNames") || !ofs_json_get(rule, "maxProperties")))
        fail_msg("%s: its keys have no rule", where);
    if (!*type && !ofs_json_get(rule, "anyOf"))
        fail_msg("%s: has no type", where);
}

static void check_nodes(const cJSON *schema, const cJSON *node, const char *where)
{
    static const char *const maps[] = {"properties", "$defs"};
    static const char *const rules[] = {"items", "additionalProperties", "propertyNames"};
    char inner[256];
    const cJSON *one;
    check_node(schema, node, where);
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++)
        cJSON_ArrayForEach(one, ofs_json_get(node, maps[i]))
        {
            snprintf(inner, sizeof inner, "%s.%s", where, one->string);
            check_nodes(schema, one, inner);
            if (i == 0 && !ofs_json_str(one, "description", NULL) &&
                !ofs_json_str(resolved(schema, one), "description", NULL))
                fail_msg("%s: is not described", inner);
            if (i == 0 && !strcmp(ofs_json_str(one, "type", ""), "string") &&
                !ofs_json_get(one, "enum"))
                fail_msg("%s: a text needs a definition", inner);
        }
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (cJSON_IsObject(ofs_json_get(node, rules[i]))) {
            snprintf(inner, sizeof inner, "%s.%s", where, rules[i]);
            check_nodes(schema, ofs_json_get(node, rules[i]), inner);
        }
}

static void test_schema(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    assert_int_equal(ofs_buf_read_file(&text, "scenarios/schema.json", &err), 0);
    OFS_AUTO_JSON schema = ofs_json_parse(ofs_buf_str(&text), text.len, &err);
    assert_non_null(schema);
    check_nodes(schema, schema, "");
    const cJSON *known = ofs_json_get(schema, "properties");
    assert_int_equal(ofs_json_num(known, "format/maximum", 0), OFS_SCENARIO_FORMAT);
    assert_int_equal(ofs_json_num(known, "settings/maxItems", 0), OFS_SCENARIO_MOST_SETTINGS);
}

static bool is_in(const cJSON *list, const char *word)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, list) if (cJSON_IsString(entry) &&
                                        !strcmp(entry->valuestring, word)) return true;
    return false;
}

/* ---- loading ----------------------------------------------------------------------------------
 */

static char directory[] = "/tmp/offswitch-scenario-XXXXXX";

static char *write_file(const char *name, const char *text)
{
    char *path = ofs_text_printf("%s/%s", directory, name);
    assert_non_null(path);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    return path;
}

static int make_directory(void **state)
{
    (void)state;
    setenv("OFFSWITCH_SCENARIOS", "scenarios", 1);
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    return rmdir(directory);
}

static struct ofs_scenario *load_or_fail(const char *name)
{
    struct ofs_error err = {0};
    struct ofs_scenario *s = ofs_scenario_load(name, &err);
    if (!s)
        fail_msg("%s", err.text);
    assert_int_equal(err.code, OFS_ERR_NONE);
    return s;
}

static void test_minimal(void **state)
{
    (void)state;
    OFS_AUTO_STR path = write_file("least.json", minimal);
    struct ofs_scenario *s = load_or_fail(path);
    assert_string_equal(s->path, path);
    assert_string_equal(s->id, "example");
    assert_string_equal(s->version, "2026-11-21");
    assert_string_equal(s->origin, "https://www.example.com");
    assert_string_equal(s->default_group, "ai");
    assert_string_equal(s->sha256,
                        "6b19779160a7908a409231ff66375b99ba8422f2d92e54968f5f306be6560e97");
    assert_int_equal(s->n_settings, 1);
    const struct ofs_setting *train = ofs_scenario_setting(s, "train");
    assert_ptr_equal(train, s->settings);
    assert_null(ofs_scenario_setting(s, "trai"));
    assert_string_equal(train->group, "ai");
    assert_null(train->key);
    assert_null(train->rows);
    assert_ptr_equal(train->key_attributes, s->key_attributes);
    assert_int_equal(cJSON_GetArraySize(s->key_attributes), 3);
    assert_string_equal(cJSON_GetArrayItem(s->key_attributes, 0)->valuestring, "aria-labelledby");
    assert_false(ofs_scenario_is_never(s, "/settings/privacy"));
    ofs_scenario_free(s);
    unlink(path);
}

static void test_linkedin(void **state)
{
    (void)state;
    static const struct {
        const char *id, *group, *page, *key;
    } facts[] = {
        {"data-for-ai-improvement", "ai", "settings/data-for-ai-improvement",
         "allowDataForGenerativeAI"},
        {"ai-creation-tools", "ai", NULL, NULL},
        {"policy-and-academic-research", "privacy", "settings/policy-and-academic-research",
         "allowAnonymizedDataResearch"},
        {"share-data-with-select-partners", "privacy", "settings/share-data-with-select-partners",
         "shareDataWithTrustedPartners"},
        {"linkedin-promotions/ads", "ads", "settings/linkedin-promotions",
         "allowProfileAndActivityDataForMarketingAds"},
        {"linkedin-promotions/email", "ads", "settings/linkedin-promotions",
         "tipsForUsingLinkedinViaEmail"},
        {"ads-by-age", "ads", "settings/ads-by-age", "allowAdsByAge"},
        {"ads-by-gender", "ads", "settings/ads-by-gender", "allowAdsByGender"},
        {"ads-beyond-linkedin", "ads", "settings/ads-beyond-linkedin",
         "allowLinkedInAudienceNetwork"},
        {"ads-interactions-with-business", "ads", "settings/ads-interactions-with-business",
         "allowUseOfThirdPartyData"},
        {"ads-related-actions", "ads", "settings/ads-related-actions", "allowConversionTrackings"},
        {"ads-inferred-location", "ads", "settings/ads-inferred-location",
         "allowIpToPersonalizeAds"},
        {"interest-categories", "ads", "interest-categories",
         "adsPrivacyAllowInterestsAndBehaviors"},
        {"member-cookies", "ads", "member-cookies", "nonEssentialCookieConsent"},
    };
    struct ofs_scenario *s = load_or_fail("linkedin");
    assert_string_equal(s->default_group, "ai");
    assert_int_equal(s->n_settings, COUNT(facts));
    for (size_t i = 0; i < COUNT(facts); i++) {
        const struct ofs_setting *have = ofs_scenario_setting(s, facts[i].id);
        assert_non_null(have);
        assert_string_equal(have->group, facts[i].group);
        assert_string_equal(have->wanted, "off");
        assert_string_equal(have->page ? have->page + strlen("/mypreferences/d/") : "none",
                            facts[i].page ? facts[i].page : "none");
        assert_string_equal(have->key ? have->key : "none", facts[i].key ? facts[i].key : "none");
        assert_non_null(have->index);
        assert_non_null(have->on_means);
        assert_non_null(ofs_json_get(have->tree, "sources"));
    }
    const struct ofs_setting *cookies = ofs_scenario_setting(s, "member-cookies");
    assert_int_equal(cJSON_GetArraySize(cookies->key_attributes), 1);
    assert_true(ofs_setting_is_guess(cookies, "index"));
    assert_false(ofs_setting_is_guess(cookies, "key"));
    assert_false(ofs_setting_is_guess(cookies, "save"));
    assert_false(ofs_setting_is_guess(ofs_scenario_setting(s, "ai-creation-tools"), "index"));
    assert_true(ofs_scenario_is_never(s, "/mypreferences/d/close-accounts"));
    assert_true(ofs_scenario_is_never(s, "/mypreferences/d/Hibernate-Account/?x=y"));
    assert_false(ofs_scenario_is_never(s, "/mypreferences/d/close-accounts-help"));
    const cJSON *rows = ofs_scenario_setting(s, "data-for-ai-improvement")->rows;
    assert_true(ofs_words_know_language(rows, "es-MX"));
    assert_true(ofs_words_know_language(rows, "EN"));
    assert_false(ofs_words_know_language(rows, "sv"));
    assert_false(ofs_words_know_language(rows, ""));
    assert_false(ofs_words_know_language(NULL, "en"));
    ofs_scenario_free(s);
}

/* Every fact of a setting needs a source that vouches for it. */
static void test_linkedin_sources(void **state)
{
    (void)state;
    static const char *const facts[] = {"page",     "index",   "key",     "labels",       "rows",
                                        "on_means", "cannot",  "save",    "also_changes", "default",
                                        "regions",  "confirm", "inverted"};
    struct ofs_scenario *s = load_or_fail("linkedin");
    for (size_t i = 0; i < s->n_settings; i++) {
        const cJSON *sources = ofs_json_get(s->settings[i].tree, "sources"), *source;
        for (size_t k = 0; k < COUNT(facts); k++) {
            bool vouched = !ofs_json_get(s->settings[i].tree, facts[k]);
            cJSON_ArrayForEach(source, sources) vouched |=
                is_in(ofs_json_get(source, "vouches_for"), facts[k]);
            if (!vouched)
                fail_msg("%s: no source covers \"%s\"", s->settings[i].id, facts[k]);
        }
    }
    ofs_scenario_free(s);
}

static void test_refusals(void **state)
{
    (void)state;
    OFS_AUTO_STR faulty = write_file("faulty.json", "{\"format\": 1,\n\"cannary\": 1}");
    OFS_AUTO_STR binary = write_file("binary.json", "\x7f"
                                                    "ELF");
    OFS_AUTO_STR missing = ofs_text_printf("%s/missing.json", directory);
    const struct {
        const char *name, *text, *hint;
    } rows[] = {
        {"linkdin", "there is no scenario \"linkdin\", did you mean \"linkedin\"?",
         "scenario list"},
        {"schema", "there is no scenario \"schema\"", "scenario list"},
        {"Makefile", "there is no scenario \"Makefile\"", "write ./Makefile"},
        {"", "there is no scenario \"\"", ""},
        {missing, "missing.json: No such file or directory", "check the path"},
        {"./scenarios", "./scenarios is a directory", "check the path"},
        {"/dev/null", "/dev/null is no file", "check the path"},
        {binary, "binary.json:1:1: not JSON", "scenario lint"},
        {faulty, "faulty.json:1:1: \"id\" is missing", "5 more faults"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        struct ofs_scenario *s = ofs_scenario_load(rows[i].name, &err);
        assert_null(s);
        assert_int_equal(err.code, OFS_ERR_SCENARIO);
        if (!strstr(err.text, rows[i].text) || !strstr(ofs_error_hint(&err), rows[i].hint))
            fail_msg("%s: %s (%s)", rows[i].name, err.text, ofs_error_hint(&err));
    }
    unlink(faulty);
    unlink(binary);
}

static void test_large_file(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_STR path = write_file("large.json", "{}");
    assert_int_equal(truncate(path, OFS_SCENARIO_MOST_BYTES + 1L), 0);
    assert_null(ofs_scenario_load(path, &err));
    assert_int_equal(err.code, OFS_ERR_SCENARIO);
    assert_non_null(strstr(err.text, "is larger than 4 MiB"));
    unlink(path);
}

static void test_no_directory(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    setenv("OFFSWITCH_SCENARIOS", "/nowhere/at/all", 1);
    assert_null(ofs_scenario_load("linkedin", &err));
    assert_int_equal(err.code, OFS_ERR_SCENARIO);
    assert_non_null(strstr(err.text, "/nowhere/at/all"));
    setenv("OFFSWITCH_SCENARIOS", "scenarios", 1);
    char **names = ofs_scenario_names("scenarios", &err);
    assert_non_null(names);
    for (char **n = names; *n; n++)
        assert_string_not_equal(*n, "schema");
    ofs_scenario_names_free(names);
}

/* ---- selection ---------------------------------------------------------------------------------
 */

static void test_select(void **state)
{
    (void)state;
    static const struct {
        const char *only, *group;
        bool all;
        int count; /* -1: refused */
        const char *text;
    } rows[] = {
        {NULL, NULL, false, 2, NULL},
        {NULL, NULL, true, 14, NULL},
        {NULL, "ai", false, 2, NULL},
        {NULL, "privacy", false, 2, NULL},
        {NULL, "ads", false, 10, NULL},
        {"ads-by-age", NULL, false, 1, NULL},
        {"linkedin-promotions/ads, ads-by-age,,ads-by-age", NULL, false, 2, NULL},
        {"ads-by-aeg", NULL, false, -1, "no setting \"ads-by-aeg\", did you mean \"ads-by-age\"?"},
        {"ads-by-age,zebra", NULL, false, -1, "no setting \"zebra\""},
        {",", NULL, false, -1, "--only needs the id of a setting"},
        {"", NULL, false, -1, "--only needs the id of a setting"},
        {NULL, "privcy", false, -1, "no group \"privcy\", did you mean \"privacy\"?"},
        {NULL, "ads", true, -1, "exclude each other"},
        {"ads-by-age", "ads", false, -1, "exclude each other"},
    };
    struct ofs_scenario *s = load_or_fail("scenarios/linkedin.json");
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        bool selected[OFS_SCENARIO_MOST_SETTINGS];
        int count = 0;
        int rc = ofs_scenario_select(s, rows[i].only, rows[i].group, rows[i].all, selected, &err);
        for (size_t k = 0; !rc && k < s->n_settings; k++)
            count += selected[k];
        assert_int_equal(rc ? -1 : count, rows[i].count);
        if (!rc)
            continue;
        assert_int_equal(err.code, OFS_ERR_USAGE);
        assert_non_null(strstr(err.text, rows[i].text));
    }
    ofs_scenario_free(s);
}

/* ---- one setting for each instance ----------------------------------------------------------- */

static const char several[] =
    "{\"format\": 1, \"id\": \"blogs\", \"version\": \"1\", \"title\": \"Blogs\","
    " \"origin\": \"https://www.example.com\", \"instances\": {\"what\": \"blog\"},"
    " \"settings\": [{\"id\": \"share\", \"title\": \"Sharing\", \"wanted\": \"on\","
    " \"page\": \"/blog/{instance}/privacy\", \"labels\": {\"en\": [\"Keep {instance} to us\"]}},"
    " {\"id\": \"one\", \"title\": \"One\", \"wanted\": \"off\", \"page\": \"/one\", \"key\": "
    "\"k\"}]}";

static const char hosts[] =
    "{\"format\": 1, \"id\": \"letters\", \"version\": \"1\", \"title\": \"Letters\","
    " \"origin\": \"https://letters.example\", \"instances\": {\"what\": \"letter\"},"
    " \"settings\": [{\"id\": \"block\", \"title\": \"Block\", \"wanted\": \"on\","
    " \"origin\": \"https://{instance}.letters.example\", \"page\": \"/p\", \"key\": \"b\"},"
    " {\"id\": \"one\", \"title\": \"One\", \"wanted\": \"off\", \"page\": \"/one\", \"key\": "
    "\"k\"}]}";

static void test_instances(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_STR path = write_file("blogs.json", several);
    struct ofs_scenario *s = ofs_scenario_load(path, &err);
    assert_non_null(s);
    const char *const names[] = {"first", "Second.blog", "first"};
    assert_int_equal(ofs_scenario_expand(s, names, 3, &err), 0);
    assert_int_equal(s->n_settings, 3); /* a name that is given twice counts once */
    const struct ofs_setting *first = ofs_scenario_setting(s, "share@first");
    const struct ofs_setting *second = ofs_scenario_setting(s, "share@Second.blog");
    assert_non_null(first);
    assert_non_null(second);
    assert_null(ofs_scenario_setting(s, "share"));
    assert_string_equal(second->page, "/blog/Second.blog/privacy");
    assert_string_equal(second->instance, "Second.blog");
    assert_string_equal(second->base, "share");
    assert_string_equal(ofs_json_get(first->labels, "en")->child->valuestring, "Keep first to us");
    bool selected[8];
    assert_int_equal(ofs_scenario_select(s, "share", NULL, false, selected, &err), 0);
    assert_int_equal(selected[0] + selected[1] + selected[2], 2); /* the id alone means all */
    assert_int_equal(ofs_scenario_select(s, "share@first", NULL, false, selected, &err), 0);
    assert_int_equal(selected[0] + selected[1] + selected[2], 1);
    ofs_scenario_free(s);
    unlink(path);
}

/* Each has its own host, and a replica's are below localhost. */
static void test_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *moved, *origin;
    } rows[] = {
        {NULL, "https://my-letters.letters.example"},
        {"http://127.0.0.1:8080", "http://my-letters.localhost:8080"},
        {"http://localhost:8080/", "http://my-letters.localhost:8080"},
        {"http://[::1]:8080", "http://my-letters.localhost:8080"},
        {"http://localhost", "http://my-letters.localhost"},
    };
    static const char *const bad[] = {"",   "A",   "a.b", "a_b",       "-a",
                                      "a-", "a:1", "a/b", "x.com::sub"};
    struct ofs_error err = {0};
    const char *const name = "my-letters";
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_scenario *s = ofs_scenario_from_text(hosts, strlen(hosts), "hosts", &err);
        assert_non_null(s);
        if (rows[i].moved)
            assert_int_equal(ofs_scenario_move_hosts(s, rows[i].moved, &err), 0);
        assert_true(ofs_setting_is_per_instance(&s->settings[0]));
        assert_int_equal(ofs_scenario_expand(s, &name, 1, &err), 0);
        assert_string_equal(s->settings[0].origin, rows[i].origin);
        assert_string_equal(ofs_setting_origin(&s->settings[0], "x"), rows[i].origin);
        assert_string_equal(ofs_setting_origin(&s->settings[1], "x"), "x");
        ofs_scenario_free(s);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct ofs_scenario *s = ofs_scenario_from_text(hosts, strlen(hosts), "hosts", &err);
        assert_false(ofs_instance_is_label(bad[i]));
        assert_int_equal(ofs_scenario_expand(s, &bad[i], 1, &err), -1);
        assert_int_equal(err.code, OFS_ERR_USAGE);
        ofs_scenario_free(s);
    }
}

static void test_unsafe_instances(void **state)
{
    (void)state;
    static const char *const bad[] = {"",   "a/b",  "..",   "a..b", ".a",  "a b", "a?b",
                                      "a#", "a%2f", "a\nb", "{x}",  "a@b", "a,b", "-x"};
    static const char *const good[] = {"a", "A-1", "my.blog.example", "9_x", "x.com::sub", "a~b"};
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(ofs_instance_is_safe(bad[i]));
    for (size_t i = 0; i < COUNT(good); i++)
        assert_true(ofs_instance_is_safe(good[i]));
    struct ofs_error err = {0};
    struct ofs_scenario *s = ofs_scenario_load("scenarios/linkedin.json", &err);
    assert_non_null(s);
    const char *const name = "a";
    assert_int_equal(ofs_scenario_expand(s, &name, 1, &err), -1); /* it has no such setting */
    assert_int_equal(err.code, OFS_ERR_USAGE);
    ofs_scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_instances),
        cmocka_unit_test(test_unsafe_instances),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_minimal),
        cmocka_unit_test(test_linkedin),
        cmocka_unit_test(test_linkedin_sources),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_large_file),
        cmocka_unit_test(test_no_directory),
        cmocka_unit_test(test_select),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
