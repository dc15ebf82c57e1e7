// The results of the bench: bench.json, bench.txt (also printed), bench.md for the README, bench.svg; and the short
// form's limits.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plot } from "./plot.mjs";

export function median(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

const mb = (row) => row.rss_kb / 1024;
const times = (a, b) => (a && b ? (a / b).toFixed(2) : "-");

function textTable(results) {
  const lines = [];
  const columns = [["", 25], ["wall s", 8], ["x P", 6], ["cpu s", 8], ["x P", 6], ["peak MB", 8], ["x P", 6], ["messages", 9], ["kB", 8], ["", 0]];
  const line = (cells) => lines.push(cells.map((cell, i) => (i ? String(cell).padStart(columns[i][1]) : String(cell).padEnd(columns[i][1]))).join(" ").trimEnd());
  for (const { job, n, group } of groups(results.rows)) {
    const other = group.find((row) => row.client === "Puppeteer");
    line([`${job}, ${n} setting${n === 1 ? "" : "s"}`, ...columns.slice(1, -1).map(([name]) => name)]);
    for (const row of group)
      line([
        `  ${row.client}`, row.wall.toFixed(2), times(row.wall, other?.wall), row.cpu.toFixed(3), times(row.cpu, other?.cpu), mb(row).toFixed(1), times(mb(row), other && mb(other)),
        row.messages ?? "-", row.bytes === null ? "-" : Math.round(row.bytes / 1000), row.wrong ? `WRONG: ${row.wrong} states` : "",
      ]);
    lines.push("");
  }
  return lines.join("\n");
}

export function groups(rows) {
  const list = [];
  for (const row of rows) {
    let group = list.find((g) => g.job === row.job && g.n === row.n);
    if (!group) list.push((group = { job: row.job, n: row.n, group: [] }));
    group.group.push(row);
  }
  return list;
}

function markdown(results) {
  const lines = [];
  for (const { job, n, group } of groups(results.rows)) {
    lines.push(`| ${job}, ${n} setting${n === 1 ? "" : "s"} | wall s | CPU s | peak MB | messages | kB |`, "| --- | --- | --- | --- | --- | --- |");
    for (const row of group)
      lines.push(`| ${row.client} | ${row.wall.toFixed(2)} | ${row.cpu.toFixed(3)} | ${mb(row).toFixed(0)} | ${row.messages ?? ""} | ${row.bytes === null ? "" : Math.round(row.bytes / 1000)} |${row.wrong ? " wrong" : ""}`);
    lines.push("");
  }
  return lines.join("\n");
}

// ---- the goals ----

// [what, job, number, client, compared with, what is divided, at most, seconds to subtract first]
const goals = [
  ["check 8, default options", "check", 8, "offswitch", "Puppeteer", "wall", 1.0],
  ["check 8, one tab", "check", 8, "offswitch, 1 tab", "Puppeteer", "wall", 1.0],
  ["check 8, 8 tabs", "check", 8, "offswitch, 8 tabs", "Puppeteer", "wall", 0.5],
  ["check 64, 8 tabs", "check", 64, "offswitch, 8 tabs", "Puppeteer", "wall", 0.35],
  ["fix 8, no hold, 8 tabs", "fix", 8, "offswitch, 8 tabs", "Puppeteer", "wall", 1.0],
  ["fix 64, less the hold, 8 tabs", "fix", 64, "offswitch, 8 tabs, hold", "Puppeteer", "wall", 0.6, 6],
  ["check 64, one tab, to the floor", "check", 64, "offswitch, 1 tab", "floor", "wall", 1.15],
  ["processor time, check 64", "check", 64, "offswitch", "Puppeteer", "cpu", 0.06],
  ["processor time, fix 64", "fix", 64, "offswitch", "Puppeteer", "cpu", 0.06],
  ["memory, check 64", "check", 64, "offswitch", "Puppeteer", "rss_kb", 0.12],
  ["memory, 256 to 8", "check", 256, "offswitch", "offswitch@8", "rss_kb", 1.1],
  ["time a setting, 256 to 64", "check", 256, "offswitch", "offswitch@64", "wall", 4.4],
];

function goalsTable(rows) {
  const find = (job, n, name) => {
    const [client, other] = name.split("@");
    return rows.find((row) => row.job === job && row.client === client && row.n === (other ? Number(other) : n));
  };
  const lines = [];
  for (const [what, job, n, ours, theirs, field, most, less = 0] of goals) {
    const [a, b] = [find(job, n, ours), find(job, n, theirs)];
    if (!a || !b) continue;
    const ratio = (a[field] - less) / b[field];
    const word = a.wrong || b.wrong ? "WRONG RESULT" : ratio <= most ? "met" : "NOT MET";
    lines.push(`  ${what.padEnd(34)} ${ratio.toFixed(2).padStart(6)}  goal ${most.toFixed(2)}  ${word}`);
  }
  return lines.length ? `goals\n${lines.join("\n")}\n` : "";
}

// ---- the short form ----

// limits.tsv: job, settings, client, seconds of processor time, MB, messages; "-" for no limit. The
// processor time is that of the machine of the limits. Returns how many limits are exceeded.
function held(rows, table) {
  let broken = 0;
  for (const [job, n, client, ...limits] of table) {
    const row = rows.find((r) => r.job === job && r.n === Number(n) && r.client === client);
    if (!row) continue;
    const measured = [row.reference_cpu, mb(row), row.messages];
    const over = limits.map((limit, i) => (limit !== "-" && measured[i] !== null && measured[i] > Number(limit) ? `${["cpu s", "MB", "messages"][i]} ${Math.round(measured[i] * 1000) / 1000} is over ${limit}` : null)).filter(Boolean);
    console.log(`${over.length || row.wrong ? "[  FAILED  ]" : "[       OK ]"} ${job} ${n}, ${client}: cpu ${row.cpu.toFixed(3)} s (${row.reference_cpu.toFixed(3)} s on the machine of the limits), ${mb(row).toFixed(1)} MB, ${row.messages ?? "-"} messages, ${row.wall.toFixed(1)} s${over.length ? `; ${over.join(", ")}` : ""}`);
    broken += over.length;
  }
  return broken;
}

export function report(results, dir, limits) {
  if (limits) return held(results.rows, limits);
  const { about, rows } = results;
  const head = [
    `${about.offswitch}, ${about.date}, ${about.machine}, load ${about.load.toFixed(1)} at the end`,
    `${Object.values(about.browsers).join(", ")}; Node ${about.node}; ${Object.entries(about.packages).map((p) => p.join(" ")).join(", ")}`,
    `medians of ${about.runs}; pages ${about.kinds.join(", ")}; saves ${about.saves}; the scenario ${about.state ? "names" : "does not name"} the state requests`,
    '"x P": the ratio to Puppeteer. The clients of a table ran in turn, in one run.',
  ].join("\n");
  const text = `${head}\n\n${textTable(results)}\n${goalsTable(rows)}`;
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "bench.json"), JSON.stringify(results, null, 1));
  writeFileSync(join(dir, "bench.txt"), text);
  writeFileSync(join(dir, "bench.md"), `${head}\n\n${markdown(results)}`);
  writeFileSync(join(dir, "bench.svg"), plot(results));
  console.log(text);
  return 0;
}
