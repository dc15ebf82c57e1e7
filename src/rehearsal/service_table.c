#include "rehearsal/service_table.h"

#include <string.h>

const char service_script[] = {
#include "service.js.h"
};
const size_t service_script_size = sizeof service_script;
const char service_style[] = {
#include "service.css.h"
};
const size_t service_style_size = sizeof service_style;

static const char chatgpt[] = {
#include "chatgpt.js.h"
};
static const char x[] = {
#include "x.js.h"
};
static const char github[] = {
#include "github.js.h"
};
static const char wordpress[] = {
#include "wordpress.js.h"
};
static const char claude[] = {
#include "claude.js.h"
};
static const char grok[] = {
#include "grok.js.h"
};
static const char gemini[] = {
#include "gemini.js.h"
};
static const char guessed[] = {
#include "guessed.js.h"
};

#define SCRIPT(name) .script = name, .script_size = sizeof name
#define LIST(...)         \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static const struct service_page pages[] = {
    {.scenario = "chatgpt",
     .title = "ChatGPT",
     SCRIPT(chatgpt),
     .setting = "improve-model",
     .initial = "on",
     .danger = LIST("/settings/account", "/settings/security"),
     .requests = {{"GET", "/backend-api/settings/user", NULL, "improve-model", SERVICE_READ,
                   .on = "on", .before = "{\"settings\":{\"training_allowed\":", .after = "}}"},
                  {"PATCH", "/backend-api/settings/account_user_setting", "training_allowed",
                   "improve-model", SERVICE_QUERY, "value", "true", "on", "off",
                   "{\"training_allowed\":", "}"}}},
    {.scenario = "x",
     .title = "Grok & Third-Party Collaborators / X",
     SCRIPT(x),
     .setting = "grok-training",
     .initial = "on",
     .danger = LIST("/settings/deactivate"),
     .sign_in = "/i/flow/login",
     .requests = {{"GET", "/i/api/graphql/*/GrokSettingsScreenQuery", NULL, "grok-training",
                   SERVICE_READ, .on = "on",
                   .before = "{\"data\":{\"user_preferences\":{\"allow_xai_data_sharing\":",
                   .after = "}}}"},
                  {"POST", "/i/api/graphql/*/XaiDataSharingSettingsMutation", NULL, "grok-training",
                   SERVICE_JSON, "variables/allowXaiDataSharing", "true", "on", "off",
                   "{\"data\":{\"allow\":", "}}"}}},
    {.scenario = "github",
     .title = "GitHub Copilot",
     SCRIPT(github),
     .setting = "copilot-training",
     .initial = "enabled",
     .danger = LIST("/settings/admin"),
     .sign_in = "/login",
     .requests = {{"POST", "/settings/copilot", NULL, "copilot-training", SERVICE_FORM, "telemetry",
                   "enabled", "enabled", "disabled", .location = "/settings/copilot/features"}}},
    {.scenario = "wordpress",
     .title = "Site visibility",
     SCRIPT(wordpress),
     .setting = "third-party-sharing",
     .initial = "off",
     .instances = LIST("garden.example", "kitchen.example"),
     .index = "/sites",
     .link = "/sites/",
     .danger = LIST("/me/account/close"),
     .sign_in = "/log-in",
     .requests = {{"GET", "/rest/v1.4/sites/*/settings", NULL, "third-party-sharing", SERVICE_READ,
                   .on = "on",
                   .before = "{\"settings\":{\"wpcom_data_sharing_opt_out\":", .after = "}}"},
                  {"POST", "/rest/v1.4/sites/*/settings", NULL, "third-party-sharing", SERVICE_JSON,
                   "wpcom_data_sharing_opt_out", "true", "on", "off",
                   "{\"updated\":{\"wpcom_data_sharing_opt_out\":", "}}"}}},
    {.scenario = "claude",
     .title = "Claude",
     SCRIPT(claude),
     .setting = "help-improve",
     .initial = "on",
     .danger = LIST("/settings/account", "/settings/billing"),
     .sign_in = "/login",
     .requests = {{"GET", "/api/account", NULL, "help-improve", SERVICE_READ, .on = "on",
                   .before = "{\"settings\":{\"grove_enabled\":", .after = "}}"},
                  {"PATCH", "/api/account/settings", NULL, "help-improve", SERVICE_JSON,
                   "grove_enabled", "true", "on", "off", "{\"grove_enabled\":", "}"}}},
    {.scenario = "grok",
     .title = "Grok",
     SCRIPT(grok),
     .setting = "improve-model",
     .initial = "on",
     .danger = LIST("/delete-account"),
     .requests = {{"GET", "/rest/user-settings", NULL, "improve-model", SERVICE_READ, .on = "off",
                   .before = "{\"excludeFromTraining\":", .after = "}"},
                  {"POST", "/rest/user-settings", NULL, "improve-model", SERVICE_JSON,
                   "excludeFromTraining", "true", "off", "on", "{\"excludeFromTraining\":", "}"}}},
    {.scenario = "gemini",
     .title = "Your Gemini Apps Activity",
     SCRIPT(gemini),
     .setting = "keep-activity",
     .initial = "on",
     .danger = LIST("/delete-activity", "/product/gemini/delete"),
     .sign_in = "/sign-in",
     .signs_in_elsewhere = true,
     .requests = {{"POST", "/_/data/batchexecute", NULL, "keep-activity", SERVICE_FORM, "f.req",
                   "[\"keep-activity\",\"on\"]", "on", "off", "{\"ok\":", "}"}}},
    {.scenario = "substack",
     .title = "Publication settings",
     SCRIPT(guessed),
     .instances = LIST("mossy-letters", "second-letter"),
     .by_host = true,
     .sign_in = "/sign-in"},
    {.scenario = "tumblr",
     .title = "Blog settings",
     SCRIPT(guessed),
     .instances = LIST("mossy-stones", "second-blog"),
     .index = "/settings/account",
     .link = "/settings/blog/",
     .sign_in = "/login"},
};
static const struct service_page other = {
    .scenario = "", .title = "Settings", SCRIPT(guessed), .sign_in = "/login"};

const struct service_page *service_page_of(const char *scenario)
{
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (!strcmp(pages[i].scenario, scenario))
            return &pages[i];
    return &other;
}
