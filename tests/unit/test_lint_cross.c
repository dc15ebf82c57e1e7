/*
 * The lint of what leads beyond one page with one switch, and of parts of a scenario that refer to
 * each other, one row per rule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/lint_rows.h"

#define A_AND(b) SETTINGS(SETTING ",\n " b)
/* What leads a person beyond one page with one switch. */
#define INSTANCES "'instances': {'what': 'blog', 'index': '/blogs', 'link': '/blog/{instance}'}"
#define PER_BLOG(page)       \
    WITH_SETTINGS(INSTANCES, \
                  "{'id': 'a', 'title': 'A', 'wanted': 'on', 'key': 'K', 'page': " page "}")
#define WITH_SETTINGS(members, list) HEAD ORIGIN members ",\n 'settings': [" list "]}"
#define OTHER "{'id': 'b', 'title': 'B', 'wanted': 'off', 'page': '/b', 'key': 'B'}"

#define BLOGS "'instances': {'what': 'blog'}"
#define BELOW(host, own)                                               \
    HEAD "'origin': '" host "', " BLOGS                                \
         ",\n 'settings': [{'id': 'a', 'title': 'A', 'wanted': 'on', " \
         "'key': 'K', 'page': '/p', 'origin': " own "}]}"
#define OWN(own) BELOW("https://x.example", own)

static const struct lint_row ways[] = {
    /* all of it together */
    {WITH_SETTINGS(
         "'never_press': {'en': ['Delete all']}, 'overlays': ['[data-toast]'], "
         "'canary': {'selectors': ['#me'], 'on_every_page': true}, "
         "'blockers': [{'reason': 'signed-out', 'origins': ['https://accounts.x.example']}, "
         "{'reason': 'blocked', 'titles': ['Just a moment…'], 'selectors': ['#challenge-form']}]",
         "{'id': 'a', 'title': 'A', 'wanted': 'off', 'pages': ['/s/data', '/#s/Data'], "
         "'open': [{'key': 'menu'}, {'names': {'en': ['Settings']}}, "
         "{'key': 'row', 'names': {'en': ['Improve {…}']}}], "
         "'key': 'toggle', 'key_attributes': ['data-testid'], 'labels': {'en': ['L for {…}']}, "
         "'never_press': {'en': ['Delete chats']}, "
         "'save': {'method': 'PATCH', 'path': '/api/*/set', 'query': {'feature': 'training'}, "
         "'body': 'grove_enabled', 'button': {'en': ['Save']}, 'also_saves': 'The whole form.'}, "
         "'state': {'path': '/api/*/user', 'method': 'GET', 'query': {'v': '2'}, "
         "'field': 'settings/training', 'values': {'true': 'off', 'false': 'on'}}, "
         "'confirm': [{'asks': {'en': ['Sure?']}, 'button': {'en': ['Turn off']}}, "
         "{'button': {'en': ['Got it']}}], "
         "'forced_by': {'setting': 'b', 'while': 'off', 'why': 'B is off'}, "
         "'absent_when': ['#managed'], 'off_means': 'Nothing.'}, " OTHER),
     NULL, NULL},
    {ONE(PLACED "'confirm': {'en': ['Turn off']}"), NULL, NULL},
    {ONE(PLACED "'control': 'menu', 'choices': {'on': {'en': ['Turn on']}, 'off': {'en': ['Turn "
                "off']}}"),
     NULL, NULL},
    {PER_BLOG("'/settings/blog/{instance}'"), NULL, NULL},
    {PER_BLOG("'/settings?blog={instance}&x=1'"), NULL, NULL},
    {LABELS("{'en': ['Shared by {instance}'], 'de': ['{…} sperren']}"), NULL, NULL},
    /* kinds */
    {WITH("'canary': {'selectors': ['a'], 'on_every_page': " MARK "'yes'}"), "canary.on_every_page",
     "has to be true or false, not a string"},
    {ONE(PLACED "'open': [" MARK "{}]"), "settings[0].open[0]", "\"key\" or \"names\" is missing"},
    {ONE(PLACED "'open': " MARK "[]"), "settings[0].open", "is empty"},
    {ONE(PLACED "'confirm': " MARK "'OK'"), "settings[0].confirm", "or a list of questions"},
    {ONE(PLACED "'confirm': [" MARK "{}]"), "settings[0].confirm[0]", "\"button\" is missing"},
    {ONE(PLACED "'confirm': " MARK "[]"), "settings[0].confirm", "is empty"},
    {ONE(PLACED "'control': " MARK "'switch', 'choices': {'off': {'en': ['Off']}}"),
     "settings[0].control", "is none of menu"},
    {ONE(PLACED "'state': " MARK "{'field': 'a'}"), "settings[0].state", "\"path\" is missing"},
    {ONE(PLACED "'forced_by': " MARK "{'key': 'X'}"), "settings[0].forced_by",
     "\"why\" is missing"},
    {ONE(PLACED "'forced_by': " MARK "{'why': 'it is so'}"), "settings[0].forced_by",
     "\"setting\" or \"key\" or \"labels\" is missing"},
    {WITH("'blockers': [" MARK "{'reason': 'blocked'}]"), "blockers[0]",
     "\"titles\" or \"origins\""},
    {WITH("'blockers': [{'reason': 'signed-out', 'origins': [" MARK "'accounts.x.example']}]"),
     "blockers[0].origins[0]", "is no origin"},
    {WITH("'instances': " MARK "{'index': '/a', 'link': '/a/{instance}'}"), "instances",
     "\"what\" is missing"},
    /* words */
    {LABELS("{'en': [" MARK "'{…} {…} for all of them']}"), "settings[0].labels.en[0]",
     "more than one variable part"},
    {LABELS("{'en': [" MARK "'All of {...}']}"), "settings[0].labels.en[0]",
     "one character between the brackets"},
    {LABELS("{'en': [" MARK "'{…} ok']}"), "settings[0].labels.en[0]", "too little"},
    {ONE(PLACED "'confirm': {'en': [" MARK "'Turn off {…}']}"), "settings[0].confirm.en[0]",
     "is named exactly"},
    {ONE(PLACED "'choices': {'off': {'en': [" MARK "'Off {…}']}}"), "settings[0].choices.off.en[0]",
     "is named exactly"},
    {ONE(PLACED "'save': {'method': 'PUT', 'path': " MARK "'/a/*b'}"), "settings[0].save.path",
     "no whole segment"},
    {ONE(PLACED "'save': {'method': 'PUT', 'path': " MARK "'/*/*'}"), "settings[0].save.path",
     "more than one \"*\""},
    {ONE(PLACED "'state': {'path': " MARK "'/a?b=c'}"), "settings[0].state.path",
     "goes into \"query\""},
    {PER_BLOG(MARK "'/blog-{instance}'"), "settings[0].page", "a whole segment"},
    {PER_BLOG(MARK "'/{instance}x'"), "settings[0].page", "a whole segment"},
    {PER_BLOG(MARK "'/{instance}/{instance}'"), "settings[0].page", "twice"},
    {PER_BLOG(MARK "'/../{instance}'"), "settings[0].page", "\"..\" segment"},
    {PER_BLOG(MARK "'//{instance}/'"), "settings[0].page", "another host"},
    {PAGE(MARK "'/{blog}'"), "settings[0].page", "percent-encoded"},
    /* two places */
    {ONE("'wanted': 'off', 'page': '/a', 'key': 'K', 'pages': " MARK "['/b']"), "settings[0]",
     "exclude each other"},
    {WITH_SETTINGS(INSTANCES, "{'id': 'a', 'title': 'A', 'wanted': 'on', 'key': 'K', 'pages': "
                              "['/a/{instance}', " MARK "'/b']}"),
     "settings[0]", "either all pages"},
    {PAGE(MARK "'/a/{instance}'"), "settings[0]", "the file has no \"instances\""},
    {WITH_SETTINGS("'never': ['/n']", "{'id': 'a', 'title': 'A', 'wanted': 'on', 'key': 'K', "
                                      "'pages': ['/a', " MARK "'/n/x']}"),
     "settings[0].pages[1]", "which is in \"never\""},
    {WITH_SETTINGS("'instances': {'what': 'blog', 'index': '/b', 'link': " MARK "'/blog'}",
                   SETTING),
     "instances", "has no \"{instance}\""},
    {WITH_SETTINGS("'instances': " MARK "{'what': 'blog', 'index': '/b'}", SETTING), "instances",
     "need each other"},
    {ONE(PLACED "'choices': {'off': {'en': ['Off']}}, 'items': {" MARK
                "'of': {'en': ['Turn off']}}"),
     "settings[0].items", "did you mean \"off\"?"},
    {ONE(PLACED "'control': " MARK "'menu'"), "settings[0]", "needs \"choices\""},
    {ONE(PLACED "'save': " MARK "{'button': {'en': ['Save']}, 'body': 'x'}"), "settings[0].save",
     "\"body\" needs a \"path\""},
    {ONE(PLACED "'save': " MARK "{'method': 'PUT', 'path': '/s', 'also_saves': 'all'}"),
     "settings[0].save", "needs a \"button\""},
    {ONE(PLACED "'forced_by': {'why': 'x', 'setting': " MARK "'zz'}"), "settings[0].forced_by",
     "there is no setting \"zz\""},
    {ONE(PLACED "'forced_by': {'why': 'x', 'setting': " MARK "'a'}"), "settings[0].forced_by",
     "does not force itself"},
    {ONE(PLACED "'never_press': {'en': ['Erase']}, 'confirm': {'en': [" MARK "'erase ']}"),
     "settings[0]", "is in \"never_press\""},
    {WITH_SETTINGS("'never_press': {'en': ['Erase']}",
                   "{'id': 'a', 'title': 'A', " PLACED "'confirm': [{'button': {'en': [" MARK
                   "'Erase']}}]}"),
     "settings[0]", "is in \"never_press\""},
    {WITH_SETTINGS("'never_press': {'en': ['Erase']}",
                   "{'id': 'a', 'title': 'A', " PLACED "'open': [{'names': {'en': [" MARK
                   "'Erase']}}]}"),
     "settings[0]", "is in \"never_press\""},
};

static const struct lint_row crossed[] = {
    {A_AND("{'id': " MARK "'a', 'title': 'B', 'wanted': 'off', 'page': '/b', 'key': 'K'}"),
     "settings", "the id \"a\" is used twice"},
    {WITH("'manual': [{'id': 'm', 'title': 'M'}, {'id': " MARK "'m', 'title': 'N'}]"), "manual",
     "the id \"m\" is used twice"},
    {WITH("'policies': [{'id': 'p', 'title': 'M', 'url': '/p'},\n"
          "{'id': " MARK "'p', 'title': 'N', 'url': '/q'}]"),
     "policies", "the id \"p\" is used twice"},
    {A_AND("{'id': 'b', 'title': 'B', 'wanted': 'off', 'page': '/a', 'labels': {'de': [" MARK
           "'L ']}}"),
     "settings", "ambiguous: \"L \" is also a label of settings[0]"},
    {A_AND("{'id': 'b', 'title': 'B', 'wanted': 'off', 'page': '/a', 'labels': {'de': [" MARK
           "'\xef\xbd\x8c :']}}"), /* a full-width l: the probe treats it as the same letter */
     "settings", "is also a label of settings[0]"},
    {A_AND("{'id': 'b', 'title': 'B', 'wanted': 'off', 'page': '/b', 'labels': {'en': ['L']}}"),
     NULL, NULL},
    {SETTINGS("{'id': 'a', 'title': 'A', 'wanted': 'off', 'page': '/a', 'labels': {'en': ['On']}, "
              "'rows': {'en': ['R']}},"
              "{'id': 'b', 'title': 'B', 'wanted': 'off', 'page': '/a', 'labels': {'en': ['On']}, "
              "'rows': {'en': ['S']}}"),
     NULL, NULL},
    {SETTINGS("{'id': 'a', 'title': 'A', 'wanted': 'off', 'page': '/a', 'labels': {'en': ['On']}, "
              "'rows': {'en': ['R']}},"
              "{'id': 'b', 'title': 'B', 'wanted': 'off', 'page': '/a', 'labels': {'en': [" MARK
              "'On']}, 'rows': {'en': ['S', 'R']}}"),
     "settings", "ambiguous"},
    {SETTINGS("{'id': 'a', 'title': 'A', 'wanted': 'off', 'page': '/a', 'key': 'K'},"
              "{'id': 'b', 'title': 'B', 'wanted': 'off', 'page': '/a', 'key': " MARK "'K'}"),
     "settings", "ambiguous: \"K\" is also the key of settings[0]"},
    {ONE(PLACED "'labels': {'en': ['L']}, 'inverted': {'en': [" MARK "'L']}"),
     "settings[0].inverted", "both in \"labels\" and in \"inverted\""},
    {ONE(PLACED "'index': " MARK "'privacy'"), "settings[0].index", "is not in \"indexes\""},
    {HEAD ORIGIN "'indexes': {'privacy': {'page': '/p'}}, 'settings': [\n"
                 "{'id': 'a', 'title': 'A', 'wanted': 'off', 'key': 'K', 'rows': {'en': ['R']}, "
                 "'index': " MARK "'privcay'}]}",
     "settings[0].index", "did you mean \"privacy\"?"},
    {HEAD ORIGIN "'indexes': {'privacy': {'page': '/p'}}, 'settings': [\n"
                 "{'id': 'a', 'title': 'A', 'wanted': 'off', 'key': 'K', 'index': " MARK
                 "'privacy'}]}",
     "settings[0].index", "it needs \"rows\""},
    {HEAD ORIGIN "'never': ['/x/Close'], 'settings': [{'id': 'a', 'title': 'A', " PLACED
                 "'note': 'n'}], 'indexes': {'i': {'page': " MARK "'/x/close/?a=b'}}}",
     "indexes.i.page", "which is in \"never\""},
    {HEAD ORIGIN "'never': ['/x/'], 'settings': [{'id': 'a', 'title': 'A', 'wanted': 'off', 'key': "
                 "'K', 'page': " MARK "'/%78//y'}]}",
     "settings[0].page", "which is in \"never\""},
    {HEAD ORIGIN "'never': ['/x'], 'settings': [{'id': 'a', 'title': 'A', 'wanted': 'off', 'key': "
                 "'K', 'page': '/xy'}]}",
     NULL, NULL},
    {WITH("'default_group': " MARK "'ads'"), "default_group", "no setting is in the group \"ads\""},
    {WITH("'default_group': 'ai', 'groups': {'ai': 'about AI'}"), NULL, NULL},
    {HEAD ORIGIN "'groups': {'ads': 'about ads'}, 'settings': [\n{'id': 'a', 'title': 'A', " PLACED
                 "'group': " MARK "'adds'}]}",
     "settings[0].group", "did you mean \"ads\"?"},
    {ONE("'wanted': " MARK "'Off', 'page': '/a', 'key': 'K'"), "settings[0].wanted",
     "did you mean \"off\"?"},
    {ONE("'wanted': " MARK "'true', 'page': '/a', 'key': 'K'"), "settings[0].wanted",
     "did you mean \"on\"?"},
    {ONE("'wanted': 'Only you', 'page': '/a', 'key': 'K'"), NULL, NULL},
    {ONE("'wanted': " MARK "'nobdy', 'page': '/a', 'key': 'K',\n"
         "'choices': {'nobody': {'en': ['Nobody']}, 'all': {'en': ['All']}}"),
     "settings[0].wanted", "did you mean \"nobody\"?"},
    {ONE(PLACED "'default': " MARK "'ON'"), "settings[0].default", "did you mean \"on\"?"},
    {ONE(PLACED "'also_changes': [{'what': 'w', 'setting': " MARK "'b'}]"),
     "settings[0].also_changes", "there is no setting \"b\""},
    {ONE(PLACED
         "'sources': [{'level': 'seen', 'verified_on': '2026-08', 'vouches_for': ['key', " MARK
         "'pages']}]"),
     "settings[0].sources[0]", "vouches for \"pages\", which is not here, did you mean \"page\"?"},
};

/* Each instance has a host of its own. */
static const struct lint_row own_origins[] = {
    {OWN("'https://{instance}.x.example'"), NULL, NULL},
    {BELOW("http://localhost:8080", "'http://{instance}.localhost:8080'"), NULL, NULL},
    {OWN(MARK "'https://x.example'"), "settings[0].origin", "one whole part"},
    {OWN(MARK "'https://a-{instance}.x.example'"), "settings[0].origin", "one whole part"},
    {OWN(MARK "'https://{instance}x.example'"), "settings[0].origin", "one whole part"},
    {OWN(MARK "'https://x.{instance}.example'"), "settings[0].origin", "one whole part"},
    {OWN(MARK "'https://{instance}'"), "settings[0].origin", "one whole part"},
    {OWN(MARK "'https://{instance}.{instance}.x.example'"), "settings[0].origin", "twice"},
    {OWN(MARK "'https://{instance}.example'"), "settings[0].origin", "below the scenario's own"},
    {OWN(MARK "'https://{instance}.y.example'"), "settings[0].origin", "below the scenario's own"},
    {OWN(MARK "'https://{instance}.x.example.y.example'"), "settings[0].origin",
     "below the scenario's own"},
    {OWN(MARK "'https://{instance}.x.example:444'"), "settings[0].origin",
     "below the scenario's own"},
    {OWN(MARK "'https://{instance}.x.example/'"), "settings[0].origin", "below the scenario's own"},
    {OWN(MARK "'http://{instance}.x.example'"), "settings[0].origin", "below the scenario's own"},
    {BELOW("https://co.uk", MARK "'https://{instance}.co.uk'"), "settings[0].origin", "many share"},
    {BELOW("https://example", MARK "'https://{instance}.example'"), "settings[0].origin",
     "many share"},
    {BELOW("http://127.0.0.1:8080", MARK "'http://{instance}.127.0.0.1:8080'"),
     "settings[0].origin", "below an address"},
    {WITH_SETTINGS("'indexes': {'i': {'page': '/i'}}, " BLOGS,
                   "{'id': 'a', 'title': 'A', 'wanted': 'on', 'key': 'K', 'page': '/p', 'index': "
                   "'i', 'origin': " MARK "'https://{instance}.x.example'}"),
     "settings[0]", "exclude each other"},
    {WITH_SETTINGS(BLOGS, "{'id': 'a', 'title': 'A', 'wanted': 'on', 'key': 'K', 'page': "
                          "'/{instance}', 'origin': " MARK "'https://{instance}.x.example'}"),
     "settings[0]", "one place for the name"},
    {ONE(PLACED "'origin': " MARK "'https://{instance}.x.example'"), "settings[0]",
     "the file has no \"instances\""},
};

static void test_ways(void **state)
{
    (void)state;
    lint_rows(ways, COUNT(ways));
    lint_rows(own_origins, COUNT(own_origins));
}

static void test_crossed(void **state)
{
    (void)state;
    lint_rows(crossed, COUNT(crossed));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_crossed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
