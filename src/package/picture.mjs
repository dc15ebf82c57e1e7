// picture.mjs: the README's pictures, from a real run of the rehearsal in a pseudo-terminal: terminal.svg
// (text, without a script, readable on light and dark pages) and report.png (the HTML report of that run).
// Reads the environment: BUILD. Needs script(1) of util-linux and a Chromium.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const COLUMNS = 92;
const CELL = { width: 8.2, height: 18 };
const MARGIN = 14;
const COMMAND = 'offswitch rehearse --only data-for-ai-improvement';
const here = import.meta.dirname;
const work = mkdtempSync(join(tmpdir(), 'offswitch-picture-'));

// ---- the run ----

/** A browser does not start as root with its sandbox; only the replica is opened. */
function environment() {
  const config = join(work, 'config/offswitch');
  mkdirSync(config, { recursive: true });
  if (process.getuid() === 0) writeFileSync(join(config, 'config'), 'browser-arg = --no-sandbox\n', { mode: 0o600 });
  const path = `${resolve(process.env.BUILD ?? 'build')}:${process.env.PATH}`;
  return { ...process.env, HOME: work, XDG_CONFIG_HOME: join(work, 'config'), XDG_STATE_HOME: join(work, 'state'), PATH: path, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' };
}

/** What the command writes to a terminal of that width. */
function record(env) {
  const typed = `stty cols ${COLUMNS} rows 60; ${COMMAND} --state ${work}/ledger`;
  const { stdout, status } = spawnSync('script', ['-qec', typed, '/dev/null'], { env, encoding: 'utf8', input: '' });
  if (status !== 0) throw new Error(`the rehearsal ended with ${status}:\n${stdout}`);
  return stdout;
}

// ---- the screen ----

/** The screen in the end: lines of {char, style}. Knows what the program writes: CR, LF, ESC[K, ESC[...m. */
function screen(text) {
  const lines = [[]];
  let column = 0;
  let style = '';
  for (const [token, sgr] of text.matchAll(/\x1b\[([\d;]*)[A-Za-z]|[^\x1b]/gu)) {
    const line = lines.at(-1);
    if (token === '\r') column = 0;
    else if (token === '\n') [column] = [0, lines.push([])];
    else if (token.endsWith('K') && sgr !== undefined) line.length = column;
    else if (token.endsWith('m') && sgr !== undefined) style = sgr === '0' || sgr === '' ? '' : `${style} s${sgr.replaceAll(';', ' s')}`.trim();
    else if (sgr === undefined && column < COLUMNS) line[column++] = { char: token, style };
    else if (sgr === undefined) {
      lines.push([{ char: token, style }]);
      column = 1;
    }
  }
  while (lines.length && !lines.at(-1).length) lines.pop();
  return lines;
}

/** Parts of one line that have one style. */
function runs(line) {
  const parts = [];
  line.forEach(({ char, style }, column) => {
    if (parts.at(-1)?.style === style) parts.at(-1).text += char;
    else parts.push({ style, column, text: char });
  });
  return parts.filter(({ text }) => text.trim());
}

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);

function svg(lines) {
  const width = Math.ceil(COLUMNS * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  const texts = lines.flatMap((line, row) =>
    runs(line).map(({ style, column, text }) => {
      const x = (MARGIN + column * CELL.width).toFixed(1);
      const y = MARGIN + (row + 0.78) * CELL.height;
      const length = (text.length * CELL.width).toFixed(1);
      return `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}"${style ? ` class="${style}"` : ''}>${escape(text)}</text>`;
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escape(COMMAND)}, in a terminal</title>
<style>
  text { font: 13.6px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328; white-space: pre }
  rect { fill: #f6f8fa; stroke: #d1d9e0 }
  .s1 { font-weight: bold } .s2 { fill: #59636e } .s31 { fill: #b3261e } .s32 { fill: #116329 } .s33 { fill: #7d4e00 } .s36 { fill: #0b5394 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } rect { fill: #0d1117; stroke: #3d444d }
    .s2 { fill: #9198a1 } .s31 { fill: #ff8182 } .s32 { fill: #4ac26b } .s33 { fill: #e3b341 } .s36 { fill: #79c0ff }
  }
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

// ---- the report ----

function photograph(env) {
  const page = join(work, 'report.html');
  execFileSync('offswitch', ['report', '--html', page, '--state', join(work, 'ledger')], { env, stdio: 'ignore' });
  const browser = ['chromium', 'google-chrome-stable', 'google-chrome'].find((name) => spawnSync('which', [name]).status === 0);
  const flags = ['--headless=new', '--disable-gpu', '--hide-scrollbars', '--no-first-run', '--disable-background-networking', '--window-size=920,680'];
  if (process.getuid() === 0) flags.push('--no-sandbox');
  execFileSync(browser, [...flags, `--user-data-dir=${work}/profile`, `--screenshot=${here}/report.png`, `file://${page}`], { stdio: 'ignore' });
}

try {
  const env = environment();
  const prompt = [...`$ ${COMMAND}`].map((char) => ({ char, style: 's1' }));
  const lines = [prompt, ...screen(record(env))];
  writeFileSync(join(here, 'terminal.svg'), svg(lines));
  photograph(env);
  console.log(`  ${here}/terminal.svg (${lines.length} lines)\n  ${here}/report.png (${readFileSync(join(here, 'report.png')).length} bytes)`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
