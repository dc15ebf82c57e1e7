// Passes of `offswitch watch` with a real browser: documents that are fetched through it, settings that are turned back
// on, and --fix on the replica. The browser is one of the test's own.
//
//     OFFSWITCH=build/offswitch OFFSWITCH_SCENARIOS=scenarios node tests/watch/browser.mjs [NAME]
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { findChromium, launchPort } from '../probe/chromium.mjs';
import { Site } from './servers.mjs';

const run = promisify(execFile);
const program = process.env.OFFSWITCH ?? 'build/offswitch';
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'offswitch-watch-browser-'));
const scenarios = process.env.OFFSWITCH_SCENARIOS ?? new URL('../../scenarios', import.meta.url).pathname;
const browser = await launchPort();
const site = await new Site().start();
const setting = 'data-for-ai-improvement', other = 'ai-creation-tools';
let states = 0;

// The replica, and what its server knows.
const replica = spawn(program, ['rehearse', '--serve', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const origin = await new Promise((done) => replica.stdout.once('data', (text) => done(String(text).trim())));
const truth = async () => (await fetch(`${origin}/__truth`)).json();
const turn = (id, on) => fetch(`${origin}/__truth`, { method: 'PUT', body: JSON.stringify({ [id]: on ? 'on' : 'off' }) });
const reset = async () => {
    await fetch(`${origin}/__reset`, { method: 'POST' });
    await turn(setting, false);
    await turn(other, false);
};

// LinkedIn's scenario, with a document of the test's own.
function scenario(policy = {}) {
    const all = JSON.parse(fs.readFileSync(`${scenarios}/linkedin.json`));
    all.policies = [{ id: 'terms', title: 'Terms', url: `${site.origin}/terms`, select: ['main'], ...policy }];
    const file = `${scratch}/linkedin.json`;
    fs.writeFileSync(file, JSON.stringify(all));
    return file;
}

const page = (...words) => `<!doctype html><title>Terms</title><div id="ad"></div><main><h1>Terms</h1>${words.map((w) => `<p>${w}</p>`).join('')}</main>`;
const newState = () => `${scratch}/state-${states++}`;

async function offswitch(at, args) {
    const options = { env: { ...process.env, XDG_CONFIG_HOME: `${scratch}/config`, TZ: 'UTC' }, maxBuffer: 1 << 26, timeout: 60000 };
    try {
        return { status: 0, ...await run('faketime', [at, program, ...args], options) };
    } catch (e) {
        return { status: e.code, stdout: e.stdout, stderr: e.stderr };
    }
}

async function pass(day, state, file, ...more) {
    const { stdout, stderr, status } = await offswitch(`${day} 10:00:00`, ['watch', file, '--origin', origin, '--state', state,
        '--connect', `cdp://127.0.0.1:${browser.port}`, '--only', `${setting},${other}`, '--hold', '0', '--json', ...more]);
    assert.ok(stdout, stderr);
    const report = JSON.parse(stdout);
    assert.equal(report.exit, status);
    return { ...report, terms: report.policies[0], verdicts: Object.fromEntries(report.settings.map((s) => [s.id, s.verdict])) };
}

const tabs = async () => (await (await fetch(`http://127.0.0.1:${browser.port}/json/list`)).json()).filter((t) => t.type === 'page').map((t) => t.url);

const tests = {
    async 'a document through the browser: its own tab, the text before scripts ran, the tab closed'() {
        const file = scenario({ through: 'browser' }), state = newState();
        const script = '<script>document.querySelector("main").textContent = "Written by a script."</script>';
        let words = ['You keep your posts.'];
        site.requests = [];
        site.answer = () => ({ body: page(...words) + script });
        const before = await tabs();
        const first = await pass('2025-01-06', state, file);
        assert.equal(first.terms.error, null);
        assert.equal(first.terms.first, true);
        assert.deepEqual(await tabs(), before);
        assert.ok(site.requests.some((r) => r.url === '/terms'));
        assert.ok(site.requests.every((r) => /^Mozilla/.test(r.headers['user-agent'])), 'requested without the browser');
        const shown = await offswitch('2025-01-06', ['policy', 'show', 'terms', '--state', state]);
        assert.match(shown.stdout, /You keep your posts/);
        assert.doesNotMatch(shown.stdout, /Written by a script/);
        words = [...words, 'On March 3, 2025, we will train AI models on your posts.'];
        const next = await pass('2025-01-07', state, file);
        assert.equal(next.terms.changed, true);
        assert.deepEqual(next.terms.dates.map((d) => d.date), ['2025-03-03']);
        assert.deepEqual(next.why, ['policy-changed']);
        assert.deepEqual(await tabs(), before);
        assert.equal((await pass('2025-01-08', state, file)).terms.changed, false);
    },

    async 'a document through the browser: refusals, a sign-in page, another site, no server'() {
        const file = scenario({ through: 'browser' }), state = newState();
        site.answer = () => ({ body: page('You keep your posts.') });
        await pass('2025-01-06', state, file);
        const rows = [
            [() => ({ status: 404, body: page('Not here.') }), /404/],
            [(r) => r.url.startsWith('/login') ? { body: page('Sign in.') } : { status: 302, headers: { Location: '/login' } }, /sign-in/],
            [(r) => r.url === '/terms' ? { status: 302, headers: { Location: `${origin}/` } } : {}, /another site/],
            [() => ({ body: '<div id=app></div>' }), /select/],
            [() => ({ status: 429, headers: { 'Retry-After': '864000' }, body: 'no' }), /429/],
        ];
        for (const [i, [answer, error]] of rows.entries()) {
            site.answer = answer;
            const report = await pass(`2025-01-0${7 + i}`, state, file);
            assert.match(report.terms.error ?? '', error);
            assert.equal(report.terms.changed, false);
        }
        const nobody = scenario({ through: 'browser', url: 'http://127.0.0.1:9/terms' });
        assert.match((await pass('2025-01-12', newState(), nobody)).terms.error, /could not load/);
    },

    async 'no working pass for too long: reported by status, and once by the next pass'() {
        const file = scenario(), state = newState();
        const status = (at, ...more) => offswitch(at, ['status', '--max-age', '10d', '--state', state, ...more]);
        const nobody = ['--connect', 'cdp://127.0.0.1:9'];
        site.answer = () => ({ body: page('You keep your posts.') });
        site.hooks = [];
        const told = () => site.hooks.filter((h) => /no pass that worked for (\d+) days/.test(h.body)).length;
        fs.mkdirSync(`${scratch}/config/offswitch`, { recursive: true });
        fs.writeFileSync(`${scratch}/config/offswitch/notify.json`, JSON.stringify({ channels: [{ type: 'webhook', url: `${site.origin}/hook` }] }), { mode: 0o600 });
        await reset();
        await pass('2025-01-06', state, file);
        assert.equal((await status('2025-01-16')).status, 0);
        const late = await status('2025-01-17');
        assert.equal(late.status, 3);
        assert.match(late.stdout, /No pass of 'offswitch watch' worked within 10d; the last one was 2025-01-06/);
        assert.equal(JSON.parse((await status('2025-01-17', '--json')).stdout).watch.last_good.slice(0, 10), '2025-01-06');
        assert.equal(told(), 0);
        await pass('2025-02-20', state, file, ...nobody); // that does not work either
        assert.equal(told(), 1);
        await pass('2025-02-21', state, file, ...nobody);
        assert.equal((await status('2025-02-21')).status, 3);
        await pass('2025-02-22', state, file);
        assert.equal(told(), 1, 'notified twice');
        assert.equal((await status('2025-02-22')).status, 0);
        await pass('2025-03-22', state, file);
        assert.equal(told(), 2, 'a second gap');
        fs.rmSync(`${scratch}/config/offswitch/notify.json`);
    },

    async 'a timer of a systemd user manager: install, run, status, remove'() {
        const home = `${scratch}/home`, state = newState();
        fs.mkdirSync(home);
        site.answer = (r) => ({ body: r.url === '/settings' ? '<main><label><input type=checkbox role=switch> Use my data</label></main>' : page('You keep your posts.') });
        fs.writeFileSync(`${home}/example.json`, JSON.stringify({ format: 1, id: 'example', version: '2026-11-21', title: 'Example',
            origin: site.origin, settings: [{ id: 'train', title: 'Training', wanted: 'off', page: '/settings', labels: { en: ['Use my data'] } }],
            policies: [{ id: 'terms', title: 'Terms', url: '/terms' }] }));
        fs.writeFileSync(`${home}/browser`, `#!/bin/sh\nexec ${findChromium()} --no-sandbox "$@"\n`, { mode: 0o755 });
        const schedule = (verb, more = '') => `echo "== ${verb}"; ${path.resolve(program)} schedule ${verb} ${home}/example.json --state ${state} ${more}; echo "status $?"`;
        fs.writeFileSync(`${home}/script`, [
            schedule('install', '--every day --at 03:05 --now'),
            'systemctl --user is-enabled offswitch-example.timer; systemctl --user is-active offswitch-example.timer',
            'systemctl --user start offswitch-example.service; echo "service $?"',
            schedule('status'), schedule('remove'),
            'systemctl --user list-unit-files --no-pager | grep -c offswitch', schedule('status')].join('\n'));
        const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: `${home}/.config`, OFFSWITCH_BROWSER: `${home}/browser` };
        const out = await run(new URL('./manager.sh', import.meta.url).pathname, [`${home}/script`], { env, timeout: 170000 })
            .then((r) => r.stdout, (e) => (e.code === 77 ? null : e.stdout + e.stderr));
        if (out === null)
            return console.log('  (no systemd user manager can be started here: the timer was not run)');
        const [, install, status, remove, gone] = out.split(/^== \w+\n/m);
        assert.match(install, /Installed with systemd: every day at 03:05.*\nstatus 0\nenabled\nactive\nservice 0\n/s);
        assert.match(status, /Installed +systemd\nNext +\w+ 20.*It worked +yes\n.*1 as wanted.*status 0/s);
        assert.match(remove, /nothing is left\.\nstatus 0\n0\n/);
        assert.match(gone, /Installed +no.*status 3/s);
        const left = fs.readdirSync(home, { recursive: true }).filter((f) => /offswitch-example/.test(f));
        assert.deepEqual(left, []);
    },

    async 'a setting turned back on is reported, and flipped only if --fix names it'() {
        const file = scenario(), state = newState();
        site.answer = () => ({ body: page('You keep your posts.') });
        await reset();
        const first = await pass('2025-01-06', state, file);
        assert.deepEqual([first.exit, first.moved], [0, []]);
        await turn(setting, true);
        const told = await pass('2025-01-13', state, file);
        assert.deepEqual(told.why, ['stale']);
        assert.deepEqual(told.moved, [{ id: setting, from: 'off', to: 'on' }]);
        assert.deepEqual([told.exit, told.verdicts[setting]], [2, 'differs']);
        const elsewhere = await pass('2025-01-14', state, file, '--now', '--fix', other);
        assert.deepEqual([elsewhere.exit, elsewhere.verdicts[setting], elsewhere.moved], [2, 'differs', []]);
        assert.deepEqual((await truth()).writes, []);
        const fixed = await pass('2025-01-15', state, file, '--now', '--fix', setting);
        assert.deepEqual([fixed.exit, fixed.verdicts[setting]], [0, 'fixed']);
        const now = await truth();
        assert.deepEqual(now.writes.map((w) => [w.key ?? w.setting ?? w.id, w.value]).length, 1);
        assert.deepEqual(now.wrong_touches, []);
        // the ledger has who confirmed it
        const rows = (await offswitch('2025-01-15', ['ledger', 'export', '--state', state])).stdout;
        assert.match(rows, new RegExp(`"fixed":\\s*"${setting}"`));
        const unknown = await offswitch('2025-01-16', ['watch', file, '--origin', origin, '--state', state, '--fix', 'nothing']);
        assert.equal(unknown.status, 64);
    },

    async 'a setting that is turned back repeatedly is left to the user'() {
        const file = scenario(), state = newState();
        site.answer = () => ({ body: page('You keep your posts.') });
        await reset();
        await pass('2025-01-06', state, file);
        let writes = 0;
        for (let i = 0; i < 3; i++) {
            await turn(setting, true);
            const report = await pass(`2025-02-0${1 + i}`, state, file, '--now', '--fix', setting);
            writes = (await truth()).writes.length;
            assert.equal(report.verdicts[setting], i < 2 ? 'fixed' : 'differs', `time ${i + 1}`);
            if (i === 2)
                assert.match(report.settings.find((s) => s.id === setting).detail, /turned back/);
        }
        assert.equal(writes, 2);
    },
};

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
    if (process.argv[2] && !name.includes(process.argv[2]))
        continue;
    try {
        await test();
        console.log(`  PASS    ${name}`);
    } catch (e) {
        failed++;
        console.log(`  FAIL    ${name}\n${e.stack}`);
    }
}
replica.kill();
site.stop();
await browser.close();
fs.rmSync(scratch, { recursive: true, force: true });
process.exit(failed ? 1 : 0);
