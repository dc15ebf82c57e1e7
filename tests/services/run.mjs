// The scenarios of the other services against their replicas: what each run has to say, and that nothing else is touched.
// ONLY=NAME,NAME: these services; FAULTS=0: without faults.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const offswitch = process.env.OFFSWITCH;
const only = process.env.ONLY?.split(',');
const faults = process.env.FAULTS !== '0';
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'].map((arg) => `--browser-arg=${arg}`);

// service, fault, the verdict of every setting (with its reason)
const table = [
  ...['chatgpt', 'x', 'github', 'wordpress', 'claude', 'grok', 'gemini', 'grammarly', 'mistral', 'perplexity', 'pinterest', 'quora', 'substack', 'tumblr'].map((name) => [name, '', 'fixed']),
  ['chatgpt', 'signed-out', 'unknown:signed-out'],
  ['x', 'signed-out', 'unknown:signed-out'],
  ['claude', 'signed-out', 'unknown:signed-out'],
  ['grok', 'signed-out', 'unknown:signed-out'],
  ['chatgpt', 'bot-wall', 'unknown:blocked'],
  ['grok', 'bot-wall', 'unknown:blocked'],
  ['chatgpt', 'tour', 'fixed'],
  ['claude', 'toast-dialog', 'fixed'],
  ['grok', 'late', 'fixed'],
  ['x', 'state-error', 'unknown'],
  ['grok', 'save-error', 'not-kept'],
  ['chatgpt', 'save-undone', 'not-kept'],
  ['wordpress', 'forced', 'as-wanted'],
];

const run = (name, fault) => new Promise((resolve) => {
  const state = mkdtempSync(join(tmpdir(), 'offswitch-service-'));
  const child = spawn(offswitch, ['rehearse', name, '--json', '--state', state, ...(fault ? ['--fault', fault] : []), ...args]);
  let out = '';
  let truth = '';
  child.stdout.on('data', (piece) => { out += piece; });
  child.stderr.on('data', (piece) => { truth += piece; });
  child.on('close', (code) => {
    rmSync(state, { recursive: true, force: true });
    resolve({ code, report: JSON.parse(out), truth });
  });
});

const isExpected = (setting, expected) => [setting.verdict, `${setting.verdict}:${setting.reason}`].includes(expected);

let failed = 0;
let passed = 0;
for (const [name, fault, expected] of table) {
  if ((only && !only.includes(name)) || (fault && !faults)) continue;
  const { report, truth } = await run(name, fault);
  const wrong = report.settings.filter((setting) => !isExpected(setting, expected)).map((s) => `${s.id} is ${s.verdict}:${s.reason}, expected ${expected} (${s.detail})`);
  if (!report.settings.length) wrong.push('no setting was reported');
  if (!/ 0 wrong touches/.test(truth)) wrong.push(`touched: ${truth.slice(truth.indexOf('wrong touch'))}`);
  if (/says otherwise/.test(truth)) wrong.push('the report contradicts the replica');
  console.log(`  ${wrong.length ? 'FAILED' : 'ok    '} ${name} ${fault}`);
  for (const text of wrong) console.log(`         ${text}`);
  if (wrong.length) failed++;
  else passed++;
}
console.log(`services: ${passed} as they should be, ${failed} not`);
process.exitCode = failed || !passed ? 1 : 0;
