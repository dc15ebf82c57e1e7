#include "browser/methods.h"

#include <stddef.h>
#include <string.h>

static const char *const methods[] = {
    /* the browser: who it is; ending one that we started */
    "Browser.getVersion",
    "Browser.close",
    /* one tab of our own, and what it opened */
    "Target.createTarget",
    "Target.attachToTarget",
    "Target.detachFromTarget",
    "Target.closeTarget",
    "Target.getTargets",
    /* its own workers and frames in other processes, whose requests count as the page's: they wait
     * until we listen, and are let go at once */
    "Target.setAutoAttach",
    "Runtime.runIfWaitingForDebugger",
    /* its pages */
    "Page.enable",
    "Page.setLifecycleEventsEnabled",
    "Page.navigate",
    "Page.stopLoading",
    "Page.createIsolatedWorld",
    "Page.addScriptToEvaluateOnNewDocument",
    "Page.handleJavaScriptDialog",
    "Inspector.enable",
    /* the ledger of a page's timers, in our tab alone: breakpoints on the functions that make them,
     * whose conditions note the call and never hold; no pause is let happen */
    "Debugger.enable",
    "Debugger.setSkipAllPauses",
    "Debugger.resume",
    /* the probe */
    "Runtime.callFunctionOn",
    "Runtime.getProperties",
    "Runtime.releaseObjectGroup",
    "DOM.describeNode",
    "DOM.resolveNode",
    "Accessibility.getPartialAXTree",
    /* what the page itself sends, and reading past its caches, for our tab alone */
    "Network.enable",
    "Network.setCacheDisabled",
    "Network.setBypassServiceWorker",
    /* what the site itself served, as the witness of a state; out of the browser's memory */
    "Network.getResponseBody",
    /* a picture of one control in our tab; rpc.c sends neither of the two without a box. A browser
     * that we started shows the tab for it */
    "Page.captureScreenshot",
    "Page.bringToFront",
    "browsingContext.captureScreenshot",
    /* a person's hand: pointer and keyboard in our tab, which is treated as being in front */
    "Emulation.setFocusEmulationEnabled",
    "Input.dispatchMouseEvent",
    "Input.dispatchKeyEvent",
    /* WebDriver BiDi: a session of our own, and how it is let go */
    "session.status",
    "session.new",
    "session.subscribe",
    "session.end",
    /* one tab of our own, and what it opened */
    "browsingContext.create",
    "browsingContext.navigate",
    "browsingContext.setViewport",
    "browsingContext.handleUserPrompt",
    "browsingContext.getTree",
    "browsingContext.close",
    /* the probe; reading past caches, for our tab alone; a person's hand */
    "script.callFunction",
    "browsingContext.locateNodes",
    /* the Chromium family's way from BiDi to the methods above; rpc.c holds what it carries to them
     */
    "goog:cdp.getSession",
    "goog:cdp.sendCommand",
    "network.setCacheBehavior",
    /* what the site itself served in our tab, as the witness of a state */
    "network.addDataCollector",
    "network.getData",
    "input.performActions",
    NULL,
};

const char *ofs_method_allowed(const char *method)
{
    for (const char *const *m = methods; *m; m++)
        if (!strcmp(*m, method))
            return *m;
    return NULL;
}

const char *const *ofs_method_list(void)
{
    return methods;
}
