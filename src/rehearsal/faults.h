/*
 * faults.h: the faults of the replica, by name. One row of the table below is one fault; a fault
 * that happens in the page has its code in pages/faults.js under the same name, one that happens at
 * the server is handled in the server's code.
 *
 * A fault is requested as NAME, which means every setting and every page, or as NAME@SETTING-ID.
 */
#ifndef OFS_REHEARSAL_FAULTS_H
#define OFS_REHEARSAL_FAULTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rehearsal/catalogue.h"

/* symbol, name, kind, what happens */
#define SITE_FAULT_TABLE(X)                                                                        \
    X(SAVE_REFUSED_403, "save-refused-403", "saving", "the save gets a 403 and is not kept")       \
    X(SAVE_REFUSED_429, "save-refused-429", "saving", "the save gets a 429 and is not kept")       \
    X(SAVE_REFUSED_500, "save-refused-500", "saving", "the save gets a 500 and is not kept")       \
    X(SAVE_NOT_KEPT, "save-not-kept", "saving", "the save gets a 200 and is dropped")              \
    X(SAVE_UNDONE, "save-undone", "saving", "the save is kept, and undone 3 s later")              \
    X(FRESH_CONTRADICTS, "fresh-contradicts", "saving",                                            \
      "the save is dropped; only the tab that sent it gets the new state")                         \
    X(REMEMBERS_IN_TAB, "remembers-in-tab", "saving",                                              \
      "nothing is sent; this tab shows the new state after every reload")                          \
    X(REMEMBERS_IN_BROWSER, "remembers-in-browser", "saving",                                      \
      "nothing is sent; every tab shows the new state")                                            \
    X(PRESS_NAVIGATES, "press-navigates", "saving",                                                \
      "the save is kept, and the press leads to the index page")                                   \
    X(PRESS_THROWS, "press-throws", "saving", "the press ends in a script error; nothing is sent") \
    X(SAVE_LATE, "save-late", "saving", "the save is kept and answered after 6 s")                 \
    X(SAVE_NEVER, "save-never", "saving", "the save gets no response and is not kept")             \
    X(SAVE_KEPT_500, "save-kept-500", "saving", "the save is kept but gets a 500")                 \
    X(SAVE_TOAST_LIES, "save-toast-lies", "saving", "the page reports success but sends nothing")  \
    X(PAGE_REVERTS, "page-reverts", "saving", "the page flips it back after 1 s and saves that")   \
    X(SAVE_BUTTON, "save-button", "saving", "nothing is saved before a Save button is pressed")    \
    X(SECOND_CLICK_REVERTS, "second-click-reverts", "saving",                                      \
      "the page shows no change for 2.5 s; a second click turns it back")                          \
    X(CLICK_IGNORED, "click-ignored", "saving", "a click changes nothing")                         \
    X(FLIPS_ANOTHER, "flips-another", "saving", "the next setting in the table changes with it")   \
    X(SLOW_PAGE, "slow-page", "loading", "pages arrive after 3 s")                                 \
    X(LATE_HYDRATION, "late-hydration", "loading", "the state arrives after 3 s")                  \
    X(EARLY_BOOT, "early-boot", "loading", "the page says 1.2 s too early that it has booted")     \
    X(ENDLESS_HYDRATION, "endless-hydration", "loading",                                           \
      "the page never boots; the switch is off")                                                   \
    X(STATE_ERROR, "state-error", "loading",                                                       \
      "the state request gets a 500; the switch is disabled")                                      \
    X(STATE_REFUSED_403, "state-refused-403", "loading", "the state request gets a 403")           \
    X(STATE_CUT, "state-cut", "loading",                                                           \
      "the state request gets a 200 that breaks off in the middle")                                \
    X(STATE_BY_POST, "state-by-post", "loading",                                                   \
      "an enabled switch shows off until the state arrives; a POST requests it")                   \
    X(STATE_BY_GRAPHQL, "state-by-graphql", "loading",                                             \
      "off until the state arrives; it is the third of three requests to one address")             \
    X(STATE_BY_EVENTS, "state-by-events", "loading",                                               \
      "off until the state arrives; it is a server-sent event")                                    \
    X(STATE_BY_SOCKET, "state-by-socket", "loading",                                               \
      "off until the state arrives; it is a WebSocket message")                                    \
    X(STATE_BY_WORKER, "state-by-worker", "loading",                                               \
      "off until the state arrives; a worker requests it")                                         \
    X(STATE_AFTER_TIMERS, "state-after-timers", "loading",                                         \
      "off until the state arrives; it is requested after a chain of timers, 2 s in all")          \
    X(STATE_AFTER_IDLE, "state-after-idle", "loading",                                             \
      "off until the state arrives; it is requested in an idle callback")                          \
    X(STATE_AFTER_FRAMES, "state-after-frames", "loading",                                         \
      "off until the state arrives; it is requested 40 animation frames later")                    \
    X(STATE_BY_FRAME, "state-by-frame", "loading",                                                 \
      "off until the state arrives; a frame requests it and posts it to the page")                 \
    X(STATE_BY_SHARED_WORKER, "state-by-shared-worker", "loading",                                 \
      "off until the state arrives; a shared worker requests it")                                  \
    X(STATE_BY_WORKER_EVENTS, "state-by-worker-events", "loading",                                 \
      "off until the state arrives; it is a server-sent event to a worker")                        \
    X(STATE_AFTER_TASK, "state-after-task", "loading",                                             \
      "off until the state arrives; it is requested by a task with a delay of 2 s")                \
    X(STATE_AFTER_SIGNAL, "state-after-signal", "loading",                                         \
      "off until the state arrives; it is requested when an abort signal times out, after 2 s")    \
    X(STATE_AFTER_CRYPTO, "state-after-crypto", "loading",                                         \
      "off until the state arrives; it is requested after a key derivation of some seconds")       \
    X(STATE_AFTER_DATABASE, "state-after-database", "loading",                                     \
      "off until the state arrives; it is requested after 2 s of database reads")                  \
    X(STATE_AFTER_MESSAGES, "state-after-messages", "loading",                                     \
      "off until the state arrives; it is requested after 2 s of messages to the page itself")     \
    X(STATE_AFTER_ANIMATION, "state-after-animation", "loading",                                   \
      "off until the state arrives; it is requested when another animation ends, after 2 s")       \
    X(STATE_AFTER_IMAGE, "state-after-image", "loading",                                           \
      "off until the state arrives; it is requested when an image has loaded, after 2 s")          \
    X(STATE_AFTER_SCRIPT, "state-after-script", "loading",                                         \
      "off until the state arrives; it is requested when a script has loaded, after 2 s")          \
    X(STATE_REFUSED_404, "state-refused-404", "loading", "the state request gets a 404")           \
    X(STATE_EMPTY, "state-empty", "loading", "the state request gets a 204")                       \
    X(STATE_HTML, "state-html", "loading", "the state request gets a 200 with a page")             \
    X(STATE_TO_LOGIN, "state-to-login", "loading",                                                 \
      "the state request is redirected to the sign-in page")                                       \
    X(STATE_ERRORS, "state-errors", "loading",                                                     \
      "the state request gets a 200 with a list of errors")                                        \
    X(STATE_SQUEEZED, "state-squeezed", "loading",                                                 \
      "the state request gets a 200 in gzip that ends too early")                                  \
    X(STATE_DROPPED, "state-dropped", "loading",                                                   \
      "the state request gets a 200; the page gives up before it has read it")                     \
    X(STATE_LOST, "state-lost", "loading",                                                         \
      "the first save is dropped; every state request after it gets a 500")                        \
    X(REFUSED_ELSEWHERE, "refused-elsewhere", "loading",                                           \
      "a request for something else gets a 403")                                                   \
    X(REQUEST_FLOOD, "request-flood", "loading",                                                   \
      "320 small requests follow the one for the state")                                           \
    X(EMBEDDED_STATE, "embedded-state", "loading", "the document also has the state as data")      \
    X(EMBEDDED_CONTRADICTS, "embedded-contradicts", "loading",                                     \
      "the document has the state as data; the switch shows the opposite")                         \
    X(EMBEDDED_STALE, "embedded-stale", "loading",                                                 \
      "the data in the document are the opposite of the state")                                    \
    X(STARTS_LATE, "starts-late", "loading",                                                       \
      "the switch is disabled until the scripts start, 6 s later")                                 \
    X(STARTS_NEVER, "starts-never", "loading", "the switch is disabled; the scripts never start")  \
    X(RANDOM_DELAYS, "random-delays", "loading", "each delay is random, from 0 to 10 s")           \
    X(PAGE_HANGS, "page-hangs", "loading", "a script of the page runs for 45 s")                   \
    X(FLICKER, "flicker", "loading", "the switch flickers for a second after it appears")          \
    X(CUT_BODY, "cut-body", "loading", "the page breaks off in the middle")                        \
    X(EMPTY_BODY, "empty-body", "loading", "the page is empty")                                    \
    X(HUGE_PAGE, "huge-page", "loading", "the page is 5 MB larger")                                \
    X(NEVER_PAGE, "never-page", "loading", "the page request gets no response")                    \
    X(ERROR_PAGE, "error-page", "loading", "the page request gets a 500")                          \
    X(RELOAD_LOOP, "reload-loop", "loading", "the page reloads itself forever")                    \
    X(LEAVES_FOR_SILENCE, "leaves-for-silence", "loading",                                         \
      "the page goes to an address that gives no response")                                        \
    X(ENDLESS_POLLING, "endless-polling", "loading", "the page sends a request every 300 ms")      \
    X(STALE_CACHE, "stale-cache", "loading", "page and state may be cached, and become stale")     \
    X(SIGNED_OUT, "signed-out", "session", "every page redirects to the sign-in page")             \
    X(SIGNED_OUT_AFTER_CLICK, "signed-out-after-click", "session",                                 \
      "as signed-out, after the first save")                                                       \
    X(AUTHWALL, "authwall", "session", "every page redirects to /authwall")                        \
    X(CHECKPOINT, "checkpoint", "session", "every page redirects to a security check")             \
    X(CHECKPOINT_AFTER_CLICK, "checkpoint-after-click", "session",                                 \
      "as checkpoint, after the first save")                                                       \
    X(BLOCKED_999, "blocked-999", "session", "every page request gets a 999")                      \
    X(BLOCKED_AFTER_CLICK, "blocked-after-click", "session",                                       \
      "as blocked-999, after the first save")                                                      \
    X(TOO_FAST_429, "too-fast-429", "session", "every page request gets a 429")                    \
    X(TOO_FAST_AFTER_CLICK, "too-fast-after-click", "session",                                     \
      "as too-fast-429, after the first save")                                                     \
    X(MODAL_COVER, "modal-cover", "page", "a dialog covers the page")                              \
    X(BANNER_COVER, "banner-cover", "page", "a banner covers the page")                            \
    X(GLASS_COVER, "glass-cover", "page", "an invisible element covers the page")                  \
    X(TERMS_COVER, "terms-cover", "page", "a dialog that quotes the label covers the page")        \
    X(SHIFTING_ROWS, "shifting-rows", "page", "the rows move up when the mouse first moves")       \
    X(LYING_GETTERS, "lying-getters", "page",                                                      \
      "the page's own scripts read every checkbox as not checked")                                 \
    X(MOVING, "moving", "page", "the switch keeps moving")                                         \
    X(ALERT_ON_LOAD, "alert-on-load", "page", "a script dialog opens while loading")               \
    X(ALERT_ON_CLICK, "alert-on-click", "page", "a script dialog opens on the click")              \
    X(CONFIRM_ON_CLICK, "confirm-on-click", "page", "a script dialog asks for confirmation")       \
    X(CONFIRM_DIALOG, "confirm-dialog", "page", "the site's own dialog asks: Turn off?")           \
    X(UNKNOWN_DIALOG, "unknown-dialog", "page", "a dialog asks about something else")              \
    X(BEFOREUNLOAD, "beforeunload", "page",                                                        \
      "after the click, a beforeunload handler asks the browser to stay")                          \
    X(DISABLED_ON, "disabled-on", "page", "the switch is on and cannot be changed")                \
    X(DISABLED_OFF, "disabled-off", "page", "the switch is off and cannot be changed")             \
    X(DISABLED_SILENT, "disabled-silent", "page",                                                  \
      "the switch cannot be changed, and nothing says why")                                        \
    X(LOCKED_BY_DATA, "locked-by-data", "page",                                                    \
      "as disabled-silent; the response with the state says that it is locked")                    \
    X(HIDDEN_UNTIL_SCROLL, "hidden-until-scroll", "page",                                          \
      "the switch is created when scrolled into view")                                             \
    X(ACCORDION, "accordion", "page", "the switch is inside a closed details element")             \
    X(SHADOW_ROOT, "shadow-root", "page", "the switch is in an open shadow root")                  \
    X(CLOSED_SHADOW_ROOT, "closed-shadow-root", "page", "the switch is in a closed shadow root")   \
    X(POPUP_ON_LOAD, "popup-on-load", "page", "a window opens while loading")                      \
    X(POPUP_ON_CLICK, "popup-on-click", "page", "a window opens on the click")                     \
    X(FOCUS_STEALING, "focus-stealing", "page",                                                    \
      "the search field takes the focus again and again")                                          \
    X(REPLACED_ON_PRESS, "replaced-on-press", "page", "the switch is replaced during the press")   \
    X(AS_ARTDECO, "as-artdeco", "shape", "the setting's page is of that generation")               \
    X(AS_BUTTON, "as-button", "shape", "the setting's page is of that generation")                 \
    X(AS_IFRAME, "as-iframe", "shape", "the setting's page is of that generation")                 \
    X(AS_RADIO, "as-radio", "shape", "the setting's page is of that generation")                   \
    X(AS_PSETTINGS, "as-psettings", "shape", "the setting's page is of that generation")           \
    X(AS_ARIA, "as-aria", "shape", "the setting's page is of that generation")                     \
    X(SAME_NAME_TWICE, "same-name-twice", "meaning", "two switches with one label and one key")    \
    X(TWIN_OTHER_KEY, "twin-other-key", "meaning", "two switches with one label and two keys")     \
    X(NEAR_TWIN, "near-twin", "meaning", "a second switch with nearly the same label")             \
    X(NO_KEY, "no-key", "meaning", "the key attribute changes on each load")                       \
    X(NEW_WORDING, "new-wording", "meaning", "the label is unknown")                               \
    X(INVERTED_WORDING, "inverted-wording", "meaning",                                             \
      "the label says do not, so on is the wanted state")                                          \
    X(HEADING_VOUCHES, "heading-vouches", "meaning",                                               \
      "the heading is the known label; the row beside the switch says do not")                     \
    X(LABEL_NOWHERE, "label-nowhere", "meaning", "aria-labelledby refers to a missing element")    \
    X(TWO_VOICES, "two-voices", "meaning", "aria-checked says the opposite of checked")            \
    X(INDETERMINATE, "indeterminate", "meaning", "the switch is neither on nor off")               \
    X(NO_NAV, "no-nav", "meaning", "the page has no sign of a signed-in user")                     \
    X(SETTING_ABSENT, "setting-absent", "meaning",                                                 \
      "the index does not list it; its page redirects to the index")                               \
    X(SETTING_ABSENT_404, "setting-absent-404", "meaning",                                         \
      "the index does not list it; its page is a 404")                                             \
    X(PAGE_GONE, "page-gone", "meaning", "its page is a 404, and the index still lists it")        \
    X(EVERYTHING_ABSENT, "everything-absent", "meaning", "index pages list nothing at all")        \
    X(WRONG_ORIGIN, "wrong-origin", "meaning",                                                     \
      "pages redirect to another origin with the same page")                                       \
    X(MOVED, "moved", "meaning", "its page redirects to the index, which has the new address")     \
    X(LINK_TWICE, "link-twice", "meaning", "the index has two links with its name")                \
    X(UNLISTED_AI_SWITCH, "unlisted-ai-switch", "meaning",                                         \
      "an AI switch that the scenario does not list is beside it")                                 \
    X(UNLISTED_AGENT_SWITCH, "unlisted-agent-switch", "meaning",                                   \
      "a switch for training agent models is beside it and on the index")                          \
    X(WAY_STEPS, "way-steps", "way",                                                               \
      "a menu, an item, a tab and a row lead to a dialog with the switch")                         \
    X(WAY_TWIN_BEHIND, "way-twin-behind", "way",                                                   \
      "as way-steps; a twin of the switch is in the dialog behind")                                \
    X(WAY_STEP_TWICE, "way-step-twice", "way", "as way-steps; there are two such rows")            \
    X(WAY_STEP_SWITCH, "way-step-switch", "way",                                                   \
      "the element with the name of the menu is a switch")                                         \
    X(WAY_STEP_SENDS, "way-step-sends", "way",                                                     \
      "the element with the name of the menu submits a form")                                      \
    X(WAY_NOTICE, "way-notice", "way",                                                             \
      "a notice with an Accept button has a switch of that name; the page has none")               \
    X(WAY_FRAGMENT, "way-fragment", "way",                                                         \
      "the switch is there only with the fragment #settings/data")                                 \
    X(WAY_QUERY, "way-query", "way", "the switch is in a dialog that the query _s=data opens")     \
    X(WAY_MENU, "way-menu", "way", "a button opens a menu; an item beside the right one deletes")  \
    X(WAY_MENU_WIPE_ALONE, "way-menu-wipe-alone", "way",                                           \
      "as way-menu; only the item that deletes is there")                                          \
    X(WAY_MENU_WIPE_BELOW, "way-menu-wipe-below", "way",                                           \
      "as way-menu; the second line of the item says that it deletes")                             \
    X(WAY_MENU_WIPE_UNTOLD, "way-menu-wipe-untold", "way",                                         \
      "as way-menu; the accessible name does not say that the item deletes")                       \
    X(WAY_MENU_TWICE, "way-menu-twice", "way", "as way-menu; two items have the right name")       \
    X(WAY_MENU_FIELD, "way-menu-field", "way",                                                     \
      "a button opens a menu; a hidden field holds the state")                                     \
    X(WAY_QUESTIONS, "way-questions", "way",                                                       \
      "the site asks, saves, and shows a message that has to be closed")                           \
    X(WAY_QUESTION_UNTOLD, "way-question-untold", "way",                                           \
      "the site asks; the name of its button does not say that it deletes")                        \
    X(WAY_QUESTION_OTHER, "way-question-other", "way",                                             \
      "the site asks about deleting, with the button of the expected question")                    \
    X(WAY_SAVE, "way-save", "way",                                                                 \
      "a Save button is enabled 3 s after the change; another Save is beside it")                  \
    X(WAY_FORCED, "way-forced", "way", "another box that is on disables it")                       \
    X(WAY_VARIABLE_LABEL, "way-variable-label", "way", "the label has a name in it")               \
    X(WAY_TOAST, "way-toast", "way", "a toast that is a dialog reports the save")                  \
    X(WAY_TOUR, "way-tour", "way",                                                                 \
      "a tour, which is a dialog, covers the page and lets presses through")                       \
    X(WAY_ROW_TELLS_STATE, "way-row-tells-state", "way", "a row says Off but is no switch")        \
    X(WAY_SIGN_IN_ELSEWHERE, "way-sign-in-elsewhere", "way",                                       \
      "pages redirect to a sign-in page of another origin")                                        \
    X(WAY_WALL, "way-wall", "way", "pages get a 403 with a bot check")                             \
    X(WAY_NOTICE_BESIDE, "way-notice-beside", "way",                                               \
      "a banner with an Accept button has a switch of that name, off; the page has its own")       \
    X(WAY_NOTICE_PLAIN, "way-notice-plain", "way", "as way-notice-beside, but the page has none")  \
    X(WAY_TOAST_SWITCH, "way-toast-switch", "way",                                                 \
      "a toast has a switch of that name, which is off; the page has none")                        \
    X(WAY_TOAST_LISTED, "way-toast-listed", "way",                                                 \
      "as way-toast-switch; only the scenario says that the element is a toast")                   \
    X(WAY_STATE_VALUES, "way-state-values", "way",                                                 \
      "the state is sent as an opt-out: true means off")                                           \
    X(WAY_STATE_PLACEHOLDER, "way-state-placeholder", "way",                                       \
      "the switch shows on and works until the state arrives")                                     \
    X(WAY_ABSENT, "way-absent", "way", "the page says that the account has no such switch")        \
    X(WAY_ABSENT_BESIDE, "way-absent-beside", "way", "as way-absent, but the switch is there")

enum site_fault {
#define X(symbol, name, kind, text) SITE_##symbol,
    SITE_FAULT_TABLE(X)
#undef X
        SITE_FAULT_COUNT
};

struct site_fault_row {
    const char *name;
    const char *kind; /* saving, loading, session, page, shape, meaning or way */
    const char *text;
};

/* All rows, ended by a NULL name. */
extern const struct site_fault_row site_fault_rows[];

/* Which faults are on, and where. All zero: none. */
struct site_faults {
    bool everywhere[SITE_FAULT_COUNT];
    bool at[SITE_FAULT_COUNT][SITE_SETTINGS];
};

/* Read "a,b@setting-id"; NULL and "" mean none. Fails with OFS_ERR_USAGE, and proposes a similar
 * name. */
int site_faults_parse(struct site_faults *faults, const char *text, struct ofs_error *err);

/* Is it on for that setting, or, with -1, for pages that belong to no setting? */
bool site_fault_on(const struct site_faults *faults, enum site_fault fault, int setting);

#endif
