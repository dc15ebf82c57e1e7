#include "scenario/rules.h"

#include <string.h>

#include "scenario/scenario.h"

enum { MOST_WORD = 128, MOST_PHRASE = 500, MOST_PROSE = 4000, MOST_PATH = 1024, MOST_LIST = 200 };

/* Words */

static const struct ofs_rule prose = {OFS_RULE_STRING, "a sentence", 1, MOST_PROSE,
                                      .check = ofs_check_prose};
static const struct ofs_rule phrase = {OFS_RULE_STRING, "a wording in quotes", 1, MOST_PHRASE,
                                       .check = ofs_check_phrase};
static const struct ofs_rule label = {OFS_RULE_STRING, "a wording in quotes", 1, MOST_PHRASE,
                                      .check = ofs_check_label};
static const struct ofs_rule button = {OFS_RULE_STRING, "a wording in quotes", 1, MOST_PHRASE,
                                       .check = ofs_check_button};
static const struct ofs_rule word = {OFS_RULE_STRING, "a word in quotes", 1, MOST_WORD,
                                     .check = ofs_check_phrase};
static const struct ofs_rule id = {OFS_RULE_STRING, "an id in quotes", 1, MOST_WORD,
                                   .check = ofs_check_id};
static const struct ofs_rule scenario_name = {OFS_RULE_STRING, "a name in quotes", 1, 64,
                                              .check = ofs_check_name};
static const struct ofs_rule key = {OFS_RULE_STRING, "a key in quotes", 1, MOST_WORD,
                                    .check = ofs_check_key};
static const struct ofs_rule origin = {OFS_RULE_STRING, "an origin in quotes", 1, MOST_PHRASE,
                                       .check = ofs_check_origin};
static const struct ofs_rule path = {OFS_RULE_STRING, "a path in quotes", 1, MOST_PATH,
                                     .check = ofs_check_path};
static const struct ofs_rule page = {OFS_RULE_STRING, "a path in quotes", 1, MOST_PATH,
                                     .check = ofs_check_page};
static const struct ofs_rule request_path = {OFS_RULE_STRING, "a path in quotes", 1, MOST_PATH,
                                             .check = ofs_check_request_path};
static const struct ofs_rule selector = {OFS_RULE_STRING, "a CSS selector in quotes", 1,
                                         MOST_PHRASE, .check = ofs_check_selector};
static const struct ofs_rule simple_selector = {OFS_RULE_STRING, "a CSS selector in quotes", 1, 127,
                                                .check = ofs_check_simple_selector};
static const struct ofs_rule address = {OFS_RULE_STRING, "an address in quotes", 1, MOST_PATH,
                                        .check = ofs_check_address};
static const struct ofs_rule attribute = {OFS_RULE_STRING, "the name of an attribute", 1, MOST_WORD,
                                          .check = ofs_check_attribute};
static const struct ofs_rule date = {OFS_RULE_STRING, "a date in quotes", 1, MOST_WORD,
                                     .check = ofs_check_date};
static const struct ofs_rule region = {OFS_RULE_STRING, "a region in quotes", 1, MOST_WORD,
                                       .check = ofs_check_region};

static const char *const reason_words[] = {"signed-out", "checkpoint", "blocked", NULL};
static const struct ofs_rule reason = {OFS_RULE_STRING, "a word in quotes", 1, MOST_WORD,
                                       .words = reason_words};
static const char *const method_words[] = {"PUT", "POST", "PATCH", "DELETE", NULL};
static const struct ofs_rule method = {OFS_RULE_STRING, "a word in quotes", 1, MOST_WORD,
                                       .words = method_words};
static const char *const read_words[] = {"GET", "POST", "PUT", "PATCH", NULL};
static const struct ofs_rule read_method = {OFS_RULE_STRING, "a word in quotes", 1, MOST_WORD,
                                            .words = read_words};
static const char *const control_words[] = {"menu", NULL};
static const struct ofs_rule control = {OFS_RULE_STRING, "a word in quotes", 1, MOST_WORD,
                                        .words = control_words};
static const char *const through_words[] = {"browser", NULL};
static const struct ofs_rule through = {OFS_RULE_STRING, "a word in quotes", 1, MOST_WORD,
                                        .words = through_words};
static const char *const level_words[] = {"seen", "reported", "guess", NULL};
static const struct ofs_rule level = {OFS_RULE_STRING, "a word in quotes", 1, MOST_WORD,
                                      .words = level_words};

/* The format's upper bound has its own sentence in lint.c. */
static const struct ofs_rule format = {OFS_RULE_INTEGER, "a whole number", .least = 1,
                                       .most = OFS_SCENARIO_FORMAT};
static const struct ofs_rule tabs = {OFS_RULE_INTEGER, "a whole number", .least = 1, .most = 8};
static const struct ofs_rule days = {OFS_RULE_INTEGER, "a number of days", .least = 1,
                                     .most = 3660};
static const struct ofs_rule boolean = {.kind = OFS_RULE_BOOLEAN, .expected = "true or false"};
static const struct ofs_rule status = {OFS_RULE_INTEGER, "an HTTP status", .least = 100,
                                       .most = 999};

/* Lists and maps of them */

#define LIST(name, of, what)                                              \
    static const struct ofs_rule name = {OFS_RULE_LIST, what,          1, \
                                         MOST_LIST,     .item = &(of), .unique = true}
#define MAP(name, of, judge, what)                                       \
    static const struct ofs_rule name = {OFS_RULE_MAP, what,          1, \
                                         MOST_LIST,    .item = &(of), .check = (judge)}

LIST(phrases, phrase, "a list of wordings");
LIST(labels, label, "a list of wordings");
LIST(buttons, button, "a list of wordings");
LIST(paths, path, "a list of paths");
LIST(setting_pages, page, "a list of paths");
LIST(origins, origin, "a list of origins");
LIST(selectors, selector, "a list of CSS selectors");
LIST(simple_selectors, simple_selector, "a list of CSS selectors");
LIST(attributes, attribute, "a list of attribute names");
LIST(regions_of, region, "a list of regions");
LIST(statuses, status, "a list of HTTP statuses");
LIST(keys, key, "a list of keys of this object");
LIST(steps, prose, "a list of sentences");
#define BY_LANGUAGE "an object of lists by language, {\"en\": [\"…\"]}"
MAP(wordings, labels, ofs_check_language, BY_LANGUAGE);
MAP(button_names, buttons, ofs_check_language, BY_LANGUAGE);
MAP(choices, button_names, ofs_check_phrase, "an object of wordings by word");
MAP(query, word, ofs_check_key, "an object of values by name");
MAP(values, word, ofs_check_phrase, "an object of states by value");
MAP(groups, prose, ofs_check_id, "an object of sentences by group");

/* Objects */

#define OBJECT(name, table, what) \
    static const struct ofs_rule name = {OFS_RULE_OBJECT, what, .fields = (table)}
#define OBJECTS(name, of, what) \
    static const struct ofs_rule name = {OFS_RULE_LIST, what, 1, MOST_LIST, .item = &(of)}

static const struct ofs_rule_field source_fields[] = {
    {"level", &level, true},       {"verified_on", &date, true}, {"what", &prose, false},
    {"vouches_for", &keys, false}, {"note", &prose, false},      {0}};
OBJECT(source, source_fields, "an object that tells a source");
OBJECTS(sources, source, "a list of sources");

static const struct ofs_rule_field event_fields[] = {
    {"date", &date, true}, {"what", &prose, true}, {"regions", &regions_of, false}, {0}};
OBJECT(event, event_fields, "an object with a date");
OBJECTS(dates, event, "a list of dates");

static const struct ofs_rule_field offer_fields[] = {{"in", &regions_of, false},
                                                     {"except", &regions_of, false},
                                                     {"since", &date, false},
                                                     {"note", &prose, false},
                                                     {0}};
static const char *const offer_either[][OFS_RULE_MOST_EITHER] = {{"in", "except", "note"}, {0}};
static const struct ofs_rule offer = {OFS_RULE_OBJECT, "an object that tells a region",
                                      .fields = offer_fields, .either = offer_either};
OBJECTS(regions, offer, "a list of regions");

static const struct ofs_rule_field effect_fields[] = {
    {"what", &prose, true}, {"setting", &id, false}, {"regions", &regions_of, false}, {0}};
OBJECT(effect, effect_fields, "an object that tells an effect");
OBJECTS(effects, effect, "a list of effects");

static const struct ofs_rule_field save_fields[] = {{"method", &method, false},
                                                    {"path", &request_path, false},
                                                    {"query", &query, false},
                                                    {"body", &key, false},
                                                    {"button", &button_names, false},
                                                    {"also_saves", &prose, false},
                                                    {0}};
static const char *const save_either[][OFS_RULE_MOST_EITHER] = {{"path", "button"}, {0}};
static const struct ofs_rule save = {OFS_RULE_OBJECT, "an object that tells the save",
                                     .fields = save_fields, .either = save_either};

static const struct ofs_rule_field state_fields[] = {
    {"path", &request_path, true}, {"method", &read_method, false}, {"query", &query, false},
    {"field", &key, false},        {"values", &values, false},      {0}};
OBJECT(state, state_fields, "an object that tells a request");

static const struct ofs_rule_field step_fields[] = {
    {"key", &key, false}, {"names", &wordings, false}, {0}};
static const char *const step_either[][OFS_RULE_MOST_EITHER] = {{"key", "names"}, {0}};
static const struct ofs_rule step = {OFS_RULE_OBJECT, "an object that tells what to open",
                                     .fields = step_fields, .either = step_either};
OBJECTS(open_steps, step, "a list of things to open, in order");

static const struct ofs_rule_field question_fields[] = {
    {"button", &button_names, true}, {"asks", &button_names, false}, {0}};
OBJECT(question, question_fields, "an object that tells a question");
OBJECTS(questions, question, "a list of questions, in order");
/* One question's button, or several questions in order. */
static const struct ofs_rule confirm = {OFS_RULE_MAP,
                                        BY_LANGUAGE ", or a list of questions",
                                        1,
                                        MOST_LIST,
                                        .item = &buttons,
                                        .other = &questions,
                                        .check = ofs_check_language};

static const struct ofs_rule_field forced_fields[] = {
    {"why", &prose, true},        {"setting", &id, false}, {"key", &key, false},
    {"labels", &wordings, false}, {"while", &word, false}, {0}};
static const char *const forced_either[][OFS_RULE_MOST_EITHER] = {{"setting", "key", "labels"},
                                                                  {0}};
static const struct ofs_rule forced = {OFS_RULE_OBJECT, "an object that tells another control",
                                       .fields = forced_fields, .either = forced_either};

static const struct ofs_rule_field setting_fields[] = {{"id", &id, true},
                                                       {"title", &phrase, true},
                                                       {"wanted", &word, true},
                                                       {"group", &id, false},
                                                       {"page", &page, false},
                                                       {"pages", &setting_pages, false},
                                                       {"index", &id, false},
                                                       {"open", &open_steps, false},
                                                       {"control", &control, false},
                                                       {"key", &key, false},
                                                       {"key_attributes", &attributes, false},
                                                       {"labels", &wordings, false},
                                                       {"rows", &wordings, false},
                                                       {"inverted", &wordings, false},
                                                       {"choices", &choices, false},
                                                       {"items", &choices, false},
                                                       {"never_press", &button_names, false},
                                                       {"forced_by", &forced, false},
                                                       {"absent_when", &selectors, false},
                                                       {"on_means", &prose, false},
                                                       {"off_means", &prose, false},
                                                       {"cannot", &prose, false},
                                                       {"also_changes", &effects, false},
                                                       {"save", &save, false},
                                                       {"state", &state, false},
                                                       {"confirm", &confirm, false},
                                                       {"default", &word, false},
                                                       {"regions", &regions, false},
                                                       {"dates", &dates, false},
                                                       {"sources", &sources, false},
                                                       {"note", &prose, false},
                                                       {0}};
static const char *const setting_either[][OFS_RULE_MOST_EITHER] = {
    {"page", "pages", "index"}, {"labels", "key"}, {0}};
static const struct ofs_rule setting = {OFS_RULE_OBJECT, "an object that tells a setting",
                                        .fields = setting_fields, .either = setting_either};
static const struct ofs_rule settings = {OFS_RULE_LIST, "a list of settings", 0,
                                         OFS_SCENARIO_MOST_SETTINGS, .item = &setting};

static const struct ofs_rule_field ready_fields[] = {
    {"marks", &selectors, false}, {"static_paths", &paths, false}, {0}};
static const char *const ready_either[][OFS_RULE_MOST_EITHER] = {{"marks", "static_paths"}, {0}};
static const struct ofs_rule ready = {OFS_RULE_OBJECT, "an object with \"marks\"",
                                      .fields = ready_fields, .either = ready_either};

static const struct ofs_rule_field pace_fields[] = {{"tabs", &tabs, true}, {0}};
OBJECT(pace, pace_fields, "an object with \"tabs\"");

static const struct ofs_rule_field canary_fields[] = {
    {"selectors", &selectors, true}, {"on_every_page", &boolean, false}, {0}};
OBJECT(canary, canary_fields, "an object with \"selectors\"");

static const struct ofs_rule_field blocker_fields[] = {{"reason", &reason, true},
                                                       {"paths", &paths, false},
                                                       {"selectors", &selectors, false},
                                                       {"status", &statuses, false},
                                                       {"titles", &phrases, false},
                                                       {"origins", &origins, false},
                                                       {0}};
static const char *const blocker_either[][OFS_RULE_MOST_EITHER] = {
    {"paths", "selectors", "status", "titles", "origins"}, {0}};
static const struct ofs_rule blocker = {OFS_RULE_OBJECT, "an object that tells a blocker",
                                        .fields = blocker_fields, .either = blocker_either};
OBJECTS(blockers, blocker, "a list of blockers");

static const struct ofs_rule_field index_fields[] = {
    {"page", &path, true}, {"title", &phrase, false}, {0}};
OBJECT(index_page, index_fields, "an object with \"page\"");
MAP(indexes, index_page, ofs_check_id, "an object of index pages by name");

static const struct ofs_rule_field instances_fields[] = {
    {"what", &phrase, true}, {"index", &path, false}, {"link", &page, false}, {0}};
OBJECT(instances, instances_fields, "an object that tells what there are several of");

static const struct ofs_rule_field terms_fields[] = {
    {"notice", &prose, true}, {"page", &path, false}, {"date", &date, false}, {0}};
OBJECT(terms, terms_fields, "an object with \"notice\"");

static const struct ofs_rule_field account_fields[] = {
    {"selector", &selector, false}, {"attribute", &attribute, false}, {"key", &key, false}, {0}};
static const char *const account_either[][OFS_RULE_MOST_EITHER] = {{"selector", "key"}, {0}};
static const struct ofs_rule account = {OFS_RULE_OBJECT, "an object that tells where an account is",
                                        .fields = account_fields, .either = account_either};

static const struct ofs_rule_field manual_fields[] = {
    {"id", &id, true},         {"title", &phrase, true},
    {"page", &address, false}, {"why", &prose, false},
    {"steps", &steps, false},  {"sources", &sources, false},
    {"due", &date, false},     {"every_days", &days, false},
    {"note", &prose, false},   {0}};
OBJECT(manual_item, manual_fields, "an object that tells a step by hand");
OBJECTS(manual, manual_item, "a list of steps by hand");

static const struct ofs_rule_field policy_fields[] = {{"id", &id, true},
                                                      {"title", &phrase, true},
                                                      {"url", &address, true},
                                                      {"through", &through, false},
                                                      {"select", &simple_selectors, false},
                                                      {"remove", &simple_selectors, false},
                                                      {"why", &prose, false},
                                                      {0}};
OBJECT(policy, policy_fields, "an object that tells a document");
OBJECTS(policies, policy, "a list of documents");

static const struct ofs_rule_field scenario_fields[] = {{"$schema", &prose, false},
                                                        {"format", &format, true},
                                                        {"id", &scenario_name, true},
                                                        {"version", &word, true},
                                                        {"title", &phrase, true},
                                                        {"origin", &origin, true},
                                                        {"settings", &settings, true},
                                                        {"note", &prose, false},
                                                        {"default_group", &id, false},
                                                        {"groups", &groups, false},
                                                        {"key_attributes", &attributes, false},
                                                        {"pace", &pace, false},
                                                        {"ready", &ready, false},
                                                        {"canary", &canary, false},
                                                        {"account", &account, false},
                                                        {"stale_after_days", &days, false},
                                                        {"blockers", &blockers, false},
                                                        {"indexes", &indexes, false},
                                                        {"never", &paths, false},
                                                        {"never_press", &button_names, false},
                                                        {"overlays", &selectors, false},
                                                        {"instances", &instances, false},
                                                        {"terms", &terms, false},
                                                        {"manual", &manual, false},
                                                        {"policies", &policies, false},
                                                        {"dates", &dates, false},
                                                        {"sources", &sources, false},
                                                        {0}};
const struct ofs_rule ofs_scenario_rule = {OFS_RULE_OBJECT, "an object", .fields = scenario_fields};

const struct ofs_rule_field *ofs_rule_field(const struct ofs_rule *rule, const char *name)
{
    for (const struct ofs_rule_field *f = rule->fields; f && f->key; f++)
        if (!strcmp(f->key, name))
            return f;
    return NULL;
}
