// A setting that exists once per site or blog: one verdict for each, undo, plans, and invalid names.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const services = [
  { name: "wordpress", id: "third-party-sharing", names: ["garden.example", "kitchen.example"], wanted: "on" },
  { name: "tumblr", id: "third-party-sharing", names: ["mossy-stones", "second-blog"], wanted: "on" },
  { name: "substack", id: "block-ai-training", names: ["mossy-letters", "second-letter"], wanted: "on", hosts: true },
];
const noNames = ["two.parts", "Capitals", "under_score", "-first", "x".repeat(64), "a/../b", "a@b", "127.0.0.1:80"];

const settingsOf = (run) => Object.fromEntries(run.value.settings.map((s) => [s.id, s]));

export async function instances({ wire, only, serve, judge, tell, fresh, command }) {
  for (const { name, id, names, wanted, hosts } of services) {
    if (only && !only.includes(name)) continue;
    const [first, second] = names.map((instance) => `${id}@${instance}`);
    const other = wanted === "on" ? "off" : "on";
    const site = await serve(name);
    const state = fresh("state");
    const run = command(site.origin, state);
    const part = async (what, expected, status, ...args) => {
      const before = await site.truth();
      const done = await run(...args);
      const after = await site.truth();
      const wrong = judge(done, expected, before, after);
      if (done.status !== status) wrong.push(`exit status ${done.status}, expected ${status}`);
      tell(`${wire} ${name}: ${what}`, wrong);
      return { done, after };
    };

    const both = names.flatMap((instance) => ["--instance", instance]);
    const listed = hosts ? both : []; /* an index lists the names, or nothing does */
    await part("a check of all", { [first]: "differs", [second]: "differs" }, 2, "check", name, ...listed);
    if (hosts) {
      await part("no instance is named", { [id]: "unknown:not-found" }, 3, "fix", name, "--yes");
      for (const instance of noNames) {
        const done = await run("fix", name, "--yes", "--instance", instance);
        tell(`${wire} ${name}: "${instance}" is an invalid name`, done.status === 64 ? [] : [`exit status ${done.status}: ${done.err}`]);
      }
    }
    await part("one by its name; the other stays unchanged", { [first]: "fixed" }, 0, "fix", name, "--yes", "--hold", "0", "--instance", names[0]);
    await part("afterwards one is as wanted", { [first]: "as-wanted", [second]: "differs" }, 2, "check", name, ...both);
    await part("one by --only", { [second]: "differs" }, 2, "check", name, "--only", second);
    await part("a name that the account does not have", { [`${id}@nobody`]: "unknown" }, 3, "fix", name, "--yes", "--hold", "0", "--instance", "nobody");

    const file = join(state, "plan.json");
    const planned = await part("a plan", { [first]: "as-wanted", [second]: "differs" }, 2, "check", name, ...listed, "--out", file);
    const plan = JSON.parse(readFileSync(file, "utf8"));
    tell(`${wire} ${name}: the plan names the instance`, JSON.stringify(plan).includes(`"${second}"`) ? [] : [`not in ${JSON.stringify(plan).slice(0, 300)}`]);
    await site.put({ [second]: wanted });
    const stale = await run("fix", "--plan", file, "--yes", "--hold", "0");
    tell(`${wire} ${name}: a stale plan`, stale.status === 4 ? [] : [`exit status ${stale.status}: ${stale.err}`]);
    await site.put({ [second]: other });
    await part("the plan is executed", { [first]: "as-wanted", [second]: "fixed" }, 0, "fix", "--plan", file, "--yes", "--hold", "0");

    await part("undo of the last run", { [second]: "fixed" }, 0, "undo", "--yes", "--hold", "0");
    const { after } = await part("undo does not change the other", { [first]: "as-wanted", [second]: "differs" }, 2, "check", name, ...listed);
    tell(`${wire} ${name}: each has the right state`, after.settings[first] === wanted && after.settings[second] === other ? [] : [JSON.stringify(after.settings)]);
    tell(`${wire} ${name}: the address of each`, settingsOf(planned.done)[second].url?.includes(names[1]) ? [] : [settingsOf(planned.done)[second].url]);
    site.end();

    const whole = await serve(name);
    const before = await whole.truth();
    const done = await command(whole.origin, fresh("state"))("fix", name, "--yes", "--hold", "0", "--tabs", "1", ...both);
    tell(`${wire} ${name}: both in one tab`, judge(done, { [first]: "fixed", [second]: "fixed" }, before, await whole.truth()));
    whole.end();

    for (const [fault, reason] of [["other-instance", hosts ? "wrong-origin" : "not-found"], ["signed-out-one", "signed-out"]]) {
      const odd = await serve(name, fault);
      const here = command(odd.origin, fresh("state"));
      const before = await odd.truth();
      const done = await here("fix", name, "--yes", "--hold", "0", "--tabs", "1", ...both);
      /* signed out of one host does not mean signed out of another; signed out of one site applies to all its pages */
      const other = fault === "signed-out-one" && !hosts ? "unknown:signed-out" : "fixed";
      tell(`${wire} ${name}: ${fault}`, judge(done, { [first]: `unknown:${reason}`, [second]: other }, before, await odd.truth()));
      odd.end();
    }
  }
}
