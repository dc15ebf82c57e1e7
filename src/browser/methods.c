#include "browser/methods.h"

#include <stddef.h>
#include <string.h>

static const char *const methods[] = {
    /* the browser: its version; ending one that we started */
    "Browser.getVersion",
    "Browser.close",
    /* one tab of our own, and what it opened */
    "Target.createTarget",
    "Target.attachToTarget",
    "Target.detachFromTarget",
    "Target.closeTarget",
    "Target.getTargets",
    /* its workers and out-of-process frames, whose requests count as the page's: they wait until we
     * listen, and are let go at once */
    "Target.setAutoAttach",
    "Runtime.runIfWaitingForDebugger",
    /* its pages */
    "Page.enable",
    "Page.setLifecycleEventsEnabled",
    "Page.navigate",
    "Page.stopLoading",
    "Page.getNavigationHistory", /* whether the next document of our tab has begun */
    "Page.createIsolatedWorld",
    "Page.addScriptToEvaluateOnNewDocument",
    "Page.removeScriptToEvaluateOnNewDocument",
    "Page.handleJavaScriptDialog",
    "Inspector.enable",
    /* the record of a page's timers, only in our tab: breakpoints on the functions that make them,
     * whose conditions record the call and are never true; pauses are disabled */
    "HeapProfiler.collectGarbage", /* makes setting them up much faster */
    "Debugger.enable",
    "Debugger.disable",
    "Debugger.setSkipAllPauses",
    "Debugger.resume",
    /* the probe */
    "Runtime.callFunctionOn",
    "Runtime.getProperties",
    "Runtime.releaseObjectGroup",
    "DOM.describeNode",
    "DOM.resolveNode",
    "Accessibility.getPartialAXTree",
    /* the page's own requests, and bypassing its caches, only in our tab */
    "Network.enable",
    "Network.setCacheDisabled",
    "Network.setBypassServiceWorker",
    /* what the site itself served, as evidence of a state; from the browser's memory */
    "Network.getResponseBody",
    /* a picture of one control in our tab; rpc.c sends neither of the two without a box, and no
     * screencast larger than a pixel, which makes the browser render the tab without raising it */
    "Page.captureScreenshot",
    "browsingContext.captureScreenshot",
    "Page.startScreencast",
    "Page.stopScreencast",
    /* pointer and keyboard input in our tab, which is treated as focused */
    "Emulation.setFocusEmulationEnabled",
    "Input.dispatchMouseEvent",
    "Input.dispatchKeyEvent",
    /* WebDriver BiDi: our own session, and its end */
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
    /* the probe; bypassing caches, only in our tab; input */
    "script.callFunction",
    "browsingContext.locateNodes",
    /* Chromium's way from BiDi to the methods above; rpc.c applies the table to what it carries */
    "goog:cdp.getSession",
    "goog:cdp.sendCommand",
    "network.setCacheBehavior",
    /* what the site itself served in our tab, as evidence of a state */
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
