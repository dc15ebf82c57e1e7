// The probe in a page, injected as the program does it: one isolated world, and access to closed shadow roots and
// ElementInternals (src/browser/cdp_reach.c). Also the browser's own data about the same elements.

const passes = 3; // closed roots inside closed roots, as in src/page/page.c

// `inPage`: in the page's own world, for protocols that have no other.
export async function enter(tab, source, settings = [], inPage = false) {
  const { executionContextId: world } = inPage ? {} : await tab.call("Page.createIsolatedWorld", { frameId: tab.frame, worldName: "offswitch" });
  const where = inPage ? { objectId: (await tab.call("Runtime.evaluate", { expression: "window" })).result.objectId } : { executionContextId: world };
  const run = async (functionDeclaration, args = [], byValue = true) => {
    const { result, exceptionDetails: thrown } = await tab.call("Runtime.callFunctionOn", {
      functionDeclaration, ...where, arguments: args, returnByValue: byValue, awaitPromise: true, objectGroup: "probe-test",
    });
    if (thrown) throw new Error(`the probe failed: ${thrown.exception?.description ?? thrown.text}`);
    return byValue ? result.value : result.objectId;
  };
  await run(source);
  const ask = async (name, args = {}) =>
    JSON.parse(await run("function (name, args) { return ofsProbe[name](args); }", [{ value: name }, { value: args }]));
  const elements = async (source) => {
    const { result } = await tab.call("Runtime.getProperties", { objectId: await run(source, [], false), ownProperties: true });
    return result.filter((p) => p.enumerable && p.value?.objectId).map((p) => p.value.objectId);
  };

  async function reachHost(objectId) {
    const { node } = await tab.call("DOM.describeNode", { objectId, pierce: true });
    for (const { shadowRootType, backendNodeId } of node.shadowRoots ?? []) {
      if (shadowRootType !== "closed") continue;
      const { object } = await tab.call("DOM.resolveNode", { backendNodeId, executionContextId: world });
      await run("function (host, root) { ofsProbe.takeRoot(host, root); }", [{ objectId }, { objectId: object.objectId }]);
    }
    const { nodes } = await tab.call("Accessibility.getPartialAXTree", { objectId, fetchRelatives: false });
    await run("function (host, node) { ofsProbe.takeNode(host, node); }", [{ objectId }, { value: told(nodes[0]) }]);
  }
  const reach = async () => {
    for (const host of await elements("function () { return ofsProbe.hosts(); }")) await reachHost(host);
  };

  await ask("configure", { settings });
  let look;
  for (let pass = 0; ; pass++) {
    look = await ask("look");
    if (inPage || pass === passes || !(look.opaque > 0 || (!pass && look.told > 0))) break;
    await reach();
  }

  // What was found for the settings, and every control with the backend ids of its elements.
  const list = await ask("list");
  const ids = [];
  for (const objectId of await elements("function () { return ofsProbe.listed(); }"))
    ids.push((await tab.call("DOM.describeNode", { objectId })).node.backendNodeId);
  for (const control of list) control.ids = ids.splice(0, control.parts);
  // Where a press would go, for the settings that state an expectation.
  for (const { id, expect } of settings) {
    if (!expect?.press) continue;
    const { via, x, y } = await ask("aim", { id, wanted: "off", by: "pointer" });
    Object.assign(look.matches[id] ?? {}, { press: Number.isInteger(x) && Number.isInteger(y) ? via : `${via} at ${x}, ${y}` });
  }
  return { controls: list, matches: look.matches, unlisted: look.unlisted, look, ask };
}

// As reach_host's accessible_node in src/browser/cdp_reach.c.
function told(node) {
  if (!node || node.ignored) return {};
  const property = (name) => node.properties?.find((p) => p.name === name)?.value.value;
  const checked = property("checked") ?? property("pressed");
  return {
    role: node.role?.value ?? "", name: node.name?.value ?? "",
    ...(checked === undefined ? {} : { checked: String(checked) }),
    ...(property("disabled") === undefined ? {} : { disabled: property("disabled") }),
  };
}

// The browser's accessibility nodes of all frames of this process, by backend id.
export async function accessibility(tab) {
  await tab.call("Accessibility.enable");
  const byId = new Map();
  const visit = async ({ frame, childFrames }) => {
    const { nodes } = await tab.call("Accessibility.getFullAXTree", { frameId: frame.id });
    for (const node of nodes) {
      if (node.ignored || node.backendDOMNodeId === undefined || byId.has(node.backendDOMNodeId)) continue;
      const property = (name) => node.properties?.find((p) => p.name === name)?.value.value;
      byId.set(node.backendDOMNodeId, {
        id: node.backendDOMNodeId, role: node.role?.value ?? "", name: node.name?.value ?? "",
        checked: property("checked"), pressed: property("pressed"), disabled: property("disabled") === true,
      });
    }
    for (const child of childFrames ?? []) await visit(child);
  };
  await visit((await tab.call("Page.getFrameTree")).frameTree);
  await tab.call("Accessibility.disable");
  return byId;
}

// Every element of the page and of what is inside it: [{id, tag, attributes}].
export async function allElements(tab) {
  const list = [];
  const visit = (node) => {
    if (node.nodeType === 1) {
      const attributes = {};
      for (let i = 0; i < (node.attributes?.length ?? 0); i += 2) attributes[node.attributes[i]] = node.attributes[i + 1];
      list.push({ id: node.backendNodeId, tag: node.localName, attributes });
    }
    for (const inner of [...(node.shadowRoots ?? []), ...(node.contentDocument ? [node.contentDocument] : []), ...(node.children ?? [])]) visit(inner);
  };
  visit((await tab.call("DOM.getDocument", { depth: -1, pierce: true })).root);
  return list;
}
