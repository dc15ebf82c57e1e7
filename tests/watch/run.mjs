// Passes of `offswitch watch` against a local site and a local mail server, under libfaketime. No
// browser: a check that is due ends with "no browser", which is enough to show that it was due.
//
//     OFFSWITCH=build/offswitch node tests/watch/run.mjs [NAME]
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Mail, Site } from './servers.mjs';

const run = promisify(execFile);
const program = process.env.OFFSWITCH ?? 'build/offswitch';
const revisions = new URL('./linkedin-user-agreement/', import.meta.url).pathname;
const revision = (date) => fs.readFileSync(`${revisions}${date}.md`, 'utf8');

let site, scratch;

function page(words, noise = '') {
    return `<!doctype html><title>Terms | Example</title><body>${noise}<main><h1>Terms</h1>` +
        words.map((w) => `<p>${w}</p>`).join('') + '</main>';
}

const words = ['You keep your posts.', 'We close at five.', 'Ask us anything you like, any day.'];
const terms = page(words);
const changed = page([...words, 'We may use your posts to train AI models.']);

function prepare(policy = {}) {
    scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'offswitch-watch-'));
    fs.mkdirSync(`${scratch}/config/offswitch`, { recursive: true });
    fs.writeFileSync(`${scratch}/example.json`, JSON.stringify({
        format: 1, id: 'example', version: '2026-11-21', title: 'Example',
        origin: 'https://www.example.com',
        settings: [{ id: 'train', title: 'Training', wanted: 'off', page: '/settings/privacy',
            labels: { en: ['Use my data'] } }],
        policies: [{ id: 'terms', title: 'Terms', url: '/terms', select: ['main'], ...policy }],
    }));
    site.answer = () => ({ body: terms });
    site.requests = [];
    site.hooks = [];
    site.hookStatus = 200;
}

function channels(list) {
    const file = `${scratch}/config/offswitch/notify.json`;
    fs.writeFileSync(file, JSON.stringify({ channels: list }), { mode: 0o600 });
}

async function offswitch(at, args, env = {}) {
    const options = { env: { ...process.env, XDG_CONFIG_HOME: `${scratch}/config`, TZ: 'UTC', ...env },
        maxBuffer: 1 << 26, timeout: 60000 };
    try {
        const { stdout, stderr } = await run('faketime', [at, program, ...args], options);
        return { status: 0, stdout, stderr };
    } catch (e) {
        return { status: e.code, stdout: e.stdout, stderr: e.stderr };
    }
}

// One pass on a day; its report.
async function pass(day, ...more) {
    const { stdout, stderr, status } = await offswitch(`${day} 10:00:00`, ['watch', `${scratch}/example.json`,
        '--origin', site.origin, '--state', `${scratch}/state`, '--connect', 'cdp://127.0.0.1:9', '--json', ...more]);
    assert.ok(stdout, `no report on ${day}: ${stderr}`);
    const report = JSON.parse(stdout);
    assert.equal(report.command, 'watch');
    assert.equal(report.exit, status);
    return { ...report, terms: report.policies[0] };
}

const tests = {
    async 'the first pass reads; the next one finds no change'() {
        prepare();
        const first = await pass('2025-01-06');
        assert.equal(first.terms.first, true);
        assert.equal(first.terms.changed, false);
        assert.match(first.terms.revision, /^[0-9a-f]{64}$/);
        assert.deepEqual(first.why, ['stale']);
        const again = await pass('2025-01-13');
        assert.equal(again.terms.first, false);
        assert.equal(again.terms.changed, false);
        assert.equal(again.terms.revision, first.terms.revision);
    },

    async 'the report has the keys of the contract, and their types'() {
        prepare();
        const kinds = (o) => Object.fromEntries(Object.entries(o).map(([k, v]) => [k, v === null ? 'null' : Array.isArray(v) ? 'list' : typeof v]));
        const has = (o, want) => {
            const is = kinds(o);
            for (const [key, kind] of Object.entries(want))
                assert.ok(kind.split('|').includes(is[key]), `${key}: ${is[key]}, not ${kind}`);
        };
        const report = {
            format: 'number', offswitch: 'string', command: 'string', run: 'string', scenario: 'object', browser: 'null|object',
            origin: 'string', account: 'null|object', error: 'null|object', started: 'string', finished: 'string', exit: 'number',
            settings: 'list', unlisted: 'list', manual: 'list', why: 'list', policies: 'list', moved: 'list', notified: 'list', next: 'string',
        };
        const policy = { id: 'string', changed: 'boolean', first: 'boolean', revision: 'null|string', error: 'null|string', speaks_of: 'list', dates: 'list' };
        await pass('2025-01-06');
        site.answer = () => ({ body: page([...words, 'On March 3, 2025, we will train AI models on your posts.']) });
        for (const r of [await pass('2025-01-13'), await pass('2025-01-14', '--now')]) {
            has(r, report);
            has(r.policies[0], policy);
            has(r.policies[0].dates[0], { date: 'string', quote: 'string' });
            has(r.settings[0], { id: 'string', title: 'string', group: 'string', wanted: 'string', before: 'null|string', after: 'null|string',
                verdict: 'string', reason: 'null|string', detail: 'string', url: 'string', located: 'null|string', ready: 'null|string', proofs: 'list' });
            assert.match(r.next, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
            assert.match(r.policies[0].dates[0].date, /^\d{4}-\d\d-\d\d$/);
        }
    },

    async 'a change is fetched twice and reported once, with its topic and dates'() {
        prepare();
        await pass('2025-01-06');
        site.requests = [];
        site.answer = () => ({ body: page([...words, 'On March 3, 2025, we will train AI models on your posts.']) });
        const report = await pass('2025-01-13');
        assert.equal(report.terms.changed, true);
        assert.deepEqual(report.terms.speaks_of, ['ai-training']);
        assert.deepEqual(report.terms.dates.map((d) => d.date), ['2025-03-03']);
        assert.ok(report.why.includes('policy-changed'));
        assert.equal(site.requests.length, 2);
        assert.match(site.requests[0].headers['user-agent'], /^offswitch\//);
        assert.equal((await pass('2025-01-20')).terms.changed, false);
        assert.ok((await pass('2025-03-03')).why.includes('date-due'));
    },

    async 'markup, tracking, counters, tokens and white space are no change'() {
        prepare();
        const first = await pass('2025-01-06');
        const prints = [
            page(words, '<div class=ad>Buy 7 things</div><script>var token = 42</script>'),
            terms.replaceAll('<p>', '<div class="new">\n  <p>').replaceAll('</p>', '</p></div>'),
            page(words.map((w) => w.replace(' ', '&nbsp; <a href="/x?utm_source=9"></a>'))),
            page([...words]).replace('</main>', '<p hidden>other</p><style>p{}</style></main>'),
        ];
        for (const [i, body] of prints.entries()) {
            site.answer = () => ({ body });
            const report = await pass(`2025-01-${String(7 + i).padStart(2, '0')}`);
            assert.equal(report.terms.changed, false, `print ${i}`);
            assert.equal(report.terms.revision, first.terms.revision, `print ${i}`);
        }
    },

    async 'a document with different text on each read is no change'() {
        prepare();
        await pass('2025-01-06');
        site.answer = (request, n) => ({ body: page([...words, `Quote of the day, number ${n * 7}.`]) });
        const report = await pass('2025-01-13');
        const next = await pass('2025-01-20');
        assert.ok(!report.terms.changed || !next.terms.changed);
        site.answer = (request, n) => ({ body: n % 2 ? terms : changed });
        assert.equal((await pass('2025-01-27')).terms.changed, false);
    },

    async 'a document that alternates between two texts is reported once'() {
        prepare();
        await pass('2025-01-06');
        let alarms = 0;
        for (let i = 0; i < 4; i++) {
            site.answer = () => ({ body: i % 2 ? terms : changed });
            alarms += (await pass(`2025-01-${13 + i}`)).terms.changed ? 1 : 0;
        }
        assert.equal(alarms, 1);
    },

    async 'an unmodified document is not sent again'() {
        prepare();
        site.answer = (request) => request.headers['if-none-match'] === '"v1"'
            ? { status: 304 } : { body: terms, headers: { ETag: '"v1"' } };
        await pass('2025-01-06');
        const report = await pass('2025-01-13');
        assert.equal(site.requests[1].headers['if-none-match'], '"v1"');
        assert.equal(report.terms.error, null);
        assert.equal(report.terms.changed, false);
        assert.match(report.terms.revision, /^[0-9a-f]{64}$/);
    },

    async 'a refusal is respected: 429 with Retry-After, 999'() {
        for (const status of [429, 999]) {
            prepare();
            await pass('2025-01-06');
            site.answer = () => ({ status, headers: status === 429 ? { 'Retry-After': '864000' } : {} });
            const refused = await pass('2025-01-13');
            assert.match(refused.terms.error, new RegExp(`HTTP ${status}`));
            assert.equal(refused.terms.changed, false);
            const asked = site.requests.length;
            await offswitch('2025-01-13 11:00:00', ['watch', `${scratch}/example.json`, '--origin', site.origin,
                '--state', `${scratch}/state`, '--connect', 'cdp://127.0.0.1:9', '--json']);
            assert.equal(site.requests.length, asked, 'requested again too soon');
            site.answer = () => ({ body: terms });
            assert.equal((await pass('2025-02-13')).terms.error, null);
        }
    },

    async 'errors are no change: 50 MB, a sign-in page, another site, an empty page, 404'() {
        prepare();
        await pass('2025-01-06');
        const rows = [
            [() => ({ body: 'x'.repeat(50 << 20) }), /larger than/],
            [(r) => r.url.startsWith('/login') ? { body: page(['Sign in.']) } : { status: 302, headers: { Location: '/login?from=terms' } }, /sign-in/],
            [() => ({ status: 302, headers: { Location: 'https://example.org/terms' } }), /another site/],
            [() => ({ body: '<div id=app></div>' }), /select/],
            [() => ({ body: '%PDF', type: 'application/pdf' }), /not a text/],
            [() => ({ status: 404 }), /404/],
            [(r) => ({ status: 302, headers: { Location: r.url + 'x' } }), /without end/],
        ];
        for (const [i, [answer, error]] of rows.entries()) {
            site.answer = answer;
            const report = await pass(`2025-01-${String(7 + i).padStart(2, '0')}`);
            assert.match(report.terms.error ?? '', error);
            assert.equal(report.terms.changed, false);
        }
        site.answer = () => ({ body: terms });
        const report = await pass('2025-01-20');
        assert.equal(report.terms.error, null);
        assert.equal(report.terms.changed, false);
    },

    async 'no network, no such host'() {
        prepare();
        await pass('2025-01-06');
        for (const url of ['http://127.0.0.1:9/terms', 'https://no-such-host.invalid/terms']) {
            const file = `${scratch}/example.json`, text = JSON.parse(fs.readFileSync(file));
            text.policies[0].url = url;
            fs.writeFileSync(file, JSON.stringify(text));
            const report = await pass('2025-01-13');
            assert.ok(report.terms.error);
            assert.equal(report.terms.changed, false);
            assert.match(report.terms.revision, /^[0-9a-f]{64}$/);
        }
    },

    async 'the real revisions: a different document is reported as such'() {
        prepare({ select: undefined });
        const expected = [['2023-08-08', 'first'], ['2023-10-15', 'another'], ['2025-09-18', 'changed'],
            ['2025-10-23', 'same'], ['2025-11-04', 'changed']];
        for (const [date, kind] of expected) {
            site.answer = () => ({ body: revision(date), type: 'text/markdown' });
            const { terms: t } = await pass(date);
            assert.equal(t.first, kind === 'first', date);
            assert.equal(t.changed, kind === 'changed', date);
            assert.equal(/another document/.test(t.error ?? ''), kind === 'another', date);
        }
        const { stdout } = await offswitch('2025-11-05', ['policy', 'list', '--json', '--state', `${scratch}/state`]);
        assert.equal(JSON.parse(stdout).revisions.length, 4);
        const diff = await offswitch('2025-11-05', ['policy', 'diff', 'terms', '--state', `${scratch}/state`]);
        assert.match(diff.stdout, /\[-.*-\]|\{\+.*\+\}/);
    },

    async 'the clock is set back, and the machine sleeps for a month'() {
        prepare();
        await pass('2025-03-10');
        const back = await pass('2025-01-13');
        assert.equal(back.terms.changed, false);
        assert.ok(Date.parse(back.next) > Date.parse('2025-01-13'));
        const later = await pass('2025-04-20');
        assert.equal(later.terms.changed, false);
        assert.deepEqual(later.why, ['stale']);
    },

    async 'the documents of a site and of its replica are kept apart'() {
        prepare();
        const file = `${scratch}/example.json`, own = JSON.parse(fs.readFileSync(file));
        const replica = await new Site().start();
        try {
            own.origin = site.origin;
            fs.writeFileSync(file, JSON.stringify(own));
            replica.answer = () => ({ body: page(['Nothing of the site.', 'On May 5, 2025, we will change it.']) });
            const call = async (day, ...more) => JSON.parse((await offswitch(`${day} 10:00:00`, ['watch', file, '--state',
                `${scratch}/state`, '--connect', 'cdp://127.0.0.1:9', '--json', ...more])).stdout);
            const first = await call('2025-01-06'), other = await call('2025-01-07', '--origin', replica.origin);
            assert.deepEqual([first.policies[0].first, other.policies[0].first], [true, true]);
            assert.deepEqual(other.policies[0].dates.map((d) => d.date), ['2025-05-05']);
            const again = await call('2025-01-08');
            assert.deepEqual([again.policies[0].changed, again.policies[0].dates], [false, []]);
            assert.equal(again.policies[0].revision, first.policies[0].revision);
            const { stdout } = await offswitch('2025-01-09', ['policy', 'list', '--state', `${scratch}/state`]);
            assert.match(stdout, /\(replica\)/);
            const shown = await offswitch('2025-01-09', ['policy', 'show', 'terms', '--state', `${scratch}/state`]);
            assert.match(shown.stdout, /You keep your posts/);
        } finally {
            replica.stop();
        }
    },

    async 'notifications by webhook, mail and command: sent once, and again after a failure'() {
        prepare();
        const mail = await new Mail().start();
        const told = `${scratch}/told`;
        channels([
            { name: 'hook', type: 'webhook', url: `${site.origin}/hook`, headers: { Authorization: 'Bearer s3cret' } },
            { name: 'mail', type: 'mail', url: mail.url, from: 'a@example.org', to: ['b@example.org'],
                user: 'me', password: '$OFFSWITCH_TEST_PASSWORD' },
            { name: 'script', type: 'command', command: ['sh', '-c', `cat >> ${told}`] },
        ]);
        process.env.OFFSWITCH_TEST_PASSWORD = 's3cret-too';
        try {
            await pass('2025-01-06'); // no browser: needs a person, once
            assert.equal(site.hooks.length, 1);
            await pass('2025-01-07');
            assert.equal(site.hooks.length, 1);
            site.answer = () => ({ body: changed });
            site.hookStatus = 500;
            const report = await pass('2025-01-13');
            assert.deepEqual(report.notified, ['mail', 'script']);
            assert.equal(site.hooks.length, 1);
            const status = await offswitch('2025-01-14', ['status', '--state', `${scratch}/state`]);
            assert.match(status.stdout, /hook.*HTTP 500/s);
            site.hookStatus = 200;
            assert.deepEqual((await pass('2025-01-14')).notified, ['hook']);
            assert.deepEqual((await pass('2025-01-15')).notified, []);
            const last = JSON.parse(site.hooks.at(-1).body);
            assert.match(last.text, /Terms changed; it speaks of AI training/);
            assert.equal(site.hooks.at(-1).headers.authorization, 'Bearer s3cret');
            assert.equal(mail.messages.length, 2);
            assert.match(mail.messages[1], /^Subject: offswitch: Example: Terms changed/m);
            assert.ok(JSON.parse(fs.readFileSync(told, 'utf8').split(/\n(?=\{\n)/)[0]).format);
            const kept = fs.readdirSync(`${scratch}/state`).map((f) => fs.readFileSync(`${scratch}/state/${f}`, 'latin1'));
            assert.ok(!kept.some((text) => text.includes('s3cret')), 'a credential was kept');
        } finally {
            mail.stop();
        }
    },

    async 'mail, webhook and ntfy over TLS: only to a server with a valid certificate'() {
        prepare();
        const [key, cert] = [`${scratch}/key.pem`, `${scratch}/cert.pem`];
        await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
            '-keyout', key, '-out', cert, '-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1']);
        const pems = { key: fs.readFileSync(key), cert: fs.readFileSync(cert) };
        const mail = { type: 'mail', from: 'a@example.org', to: ['b@example.org'], user: 'me', password: '$MAIL_PASSWORD', cacert: cert };
        const smtps = await new Mail('smtps', pems, 's3cret').start(), starttls = await new Mail('starttls', pems, 's3cret').start();
        const hook = await new Site(pems).start();
        const test = async (list, env = { MAIL_PASSWORD: 's3cret' }) => {
            channels(list);
            const { stdout, status } = await offswitch('now', ['notify', 'test', '--json'], env);
            return { status, errors: JSON.parse(stdout).channels.map((c) => c.error) };
        };
        try {
            assert.deepEqual(await test([{ ...mail, url: smtps.url }, { ...mail, url: starttls.url },
                { type: 'webhook', url: `${hook.origin}/hook`, cacert: cert },
                { type: 'ntfy', url: `${site.origin}/topic`, token: 't0ken' }]), { status: 0, errors: [null, null, null, null] });
            assert.match(smtps.messages[0], /^Subject: offswitch: a test$/m);
            assert.equal(starttls.messages.length, 1);
            assert.deepEqual([smtps.events, starttls.events], [['auth'], ['starttls', 'auth']]);
            assert.equal(hook.hooks.length, 1);
            assert.equal(site.hooks[0].headers.authorization, 'Bearer t0ken');
            assert.equal(site.hooks[0].headers.title, 'offswitch: a test');
            // an unknown authority: nothing is sent to it
            smtps.events = [], starttls.events = [];
            const strange = await test([{ ...mail, url: smtps.url, cacert: undefined }, { ...mail, url: starttls.url, cacert: undefined },
                { type: 'webhook', url: `${hook.origin}/hook` }]);
            assert.equal(strange.status, 3);
            for (const error of strange.errors)
                assert.match(error, /certificate/i);
            assert.ok(![...smtps.events, ...starttls.events].some((e) => /auth/.test(e)));
            assert.equal(smtps.messages.length + starttls.messages.length + hook.hooks.length, 3);
            // the wrong password, and none at all
            assert.match((await test([{ ...mail, url: smtps.url }], { MAIL_PASSWORD: 'wrong' })).errors[0], /password was refused/);
            assert.match((await test([{ ...mail, url: smtps.url, password: '$NO_SUCH_VARIABLE' }])).errors[0], /no variable \$NO_SUCH_VARIABLE/);
            assert.match((await test([{ type: 'webhook', url: `${site.origin}/hook`, headers: { Authorization: '$NO_SUCH_VARIABLE' } }])).errors[0], /NO_SUCH/);
        } finally {
            [smtps, starttls, hook].forEach((server) => server.stop());
        }
    },

    async 'credentials reach no child, no command line, no ledger and no trace'() {
        prepare();
        const seen = `${scratch}/seen`, secrets = ['s3cret-a', 's3cret-b', 't0ken-c'];
        // what a process can see of itself, of its parent's command line, and of every command line
        const look = `cat /proc/self/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' >> ${seen}`;
        fs.writeFileSync(`${scratch}/browser`, `#!/bin/sh\n${look}\nexit 1\n`, { mode: 0o755 });
        channels([
            { type: 'webhook', url: `${site.origin}/hook?key=${secrets[2]}`, headers: { Authorization: '$OFFSWITCH_TEST_A' } },
            { type: 'ntfy', url: `${site.origin}/topic`, token: '$OFFSWITCH_TEST_B' },
            { name: 'script', type: 'command', command: ['sh', '-c', `${look}; cat >> ${seen}`] },
        ]);
        const { stdout, stderr } = await offswitch('2025-01-06', ['watch', `${scratch}/example.json`, '--origin', site.origin, '--state',
            `${scratch}/state`, '--connect', 'launch', '--headless', '--json', '--trace', `${scratch}/trace`, '-v'],
        { OFFSWITCH_TEST_A: secrets[0], OFFSWITCH_TEST_B: secrets[1], OFFSWITCH_BROWSER: `${scratch}/browser` });
        assert.deepEqual(JSON.parse(stdout).notified, ['webhook', 'ntfy', 'script']);
        assert.equal(site.hooks[0].headers.authorization, secrets[0]);
        assert.equal(site.hooks[1].headers.authorization, `Bearer ${secrets[1]}`);
        const text = fs.readFileSync(seen, 'utf8');
        assert.ok(text.split('XDG_CONFIG_HOME').length > 2, 'browser and command were both inspected');
        const dump = (await offswitch('2025-01-06', ['ledger', 'export', '--state', `${scratch}/state`])).stdout;
        const files = fs.readdirSync(`${scratch}/state`, { recursive: true }).map((f) => `${scratch}/state/${f}`).filter((f) => fs.statSync(f).isFile());
        const trace = fs.existsSync(`${scratch}/trace`) ? fs.readFileSync(`${scratch}/trace`, 'utf8') : '';
        for (const secret of secrets)
            for (const [where, what] of [['a child', text], ['the ledger', dump], ['the trace', trace], ['the output', stdout + stderr],
                ...files.map((f) => [f, fs.readFileSync(f, 'latin1')])])
                assert.ok(!what.includes(secret), `${secret} in ${where}`);
    },

    async 'desktop notifications go over the session bus'() {
        prepare();
        // the arguments of notify-send; the bus itself is the desktop's
        const bin = fs.mkdtempSync(`${scratch}/bin-`), told = `${scratch}/told`;
        fs.writeFileSync(`${bin}/notify-send`, `#!/bin/sh\nprintf '%s\\n' "$@" >> ${told}\n`, { mode: 0o755 });
        channels([{ type: 'desktop' }]);
        const sent = await offswitch('2025-01-06', ['notify', 'test'], { PATH: `${bin}:${process.env.PATH}` });
        assert.equal(sent.status, 0);
        assert.match(fs.readFileSync(told, 'utf8'), /^--\noffswitch: a test\nThis is a test/m);
        fs.writeFileSync(`${bin}/notify-send`, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
        const failed = await offswitch('2025-01-06', ['notify', 'test'], { PATH: `${bin}:${process.env.PATH}` });
        assert.equal(failed.status, 3);
        assert.match(failed.stdout, /needs a desktop session/);
    },

    async 'notify test, and a file that other users can read'() {
        prepare();
        channels([{ type: 'webhook', url: `${site.origin}/hook` }]);
        const good = await offswitch('2025-01-06', ['notify', 'test']);
        assert.equal(good.status, 0);
        assert.equal(site.hooks.length, 1);
        fs.chmodSync(`${scratch}/config/offswitch/notify.json`, 0o644);
        const bad = await offswitch('2025-01-06', ['notify', 'test']);
        assert.equal(bad.status, 64);
        assert.match(bad.stderr, /chmod 600/);
    },

    async 'status without a pass, and an invalid duration'() {
        prepare();
        const status = (age) => offswitch('2025-01-06', ['status', '--max-age', age, '--state', `${scratch}/state`]);
        const never = await status('10d');
        assert.equal(never.status, 3);
        assert.match(never.stdout, /within 10d; the last one was never/);
        assert.equal((await status('soon')).status, 64);
        await pass('2025-01-06'); // the check that was due failed
        assert.equal((await status('10d')).status, 3);
    },

    async 'a scenario of the user wins, and the output says so'() {
        prepare();
        const own = `${scratch}/config/offswitch/scenarios`;
        fs.mkdirSync(own);
        fs.mkdirSync(`${scratch}/shipped`);
        fs.copyFileSync(`${scratch}/example.json`, `${own}/example.json`);
        const env = { OFFSWITCH_SCENARIOS: `${scratch}/shipped` };
        const call = (...more) => offswitch('2025-01-06', ['watch', 'example', '--explain', '--state', `${scratch}/state`, ...more], env);
        assert.doesNotMatch((await call()).stderr, /own scenario/); // there is no other
        fs.copyFileSync(`${scratch}/example.json`, `${scratch}/shipped/example.json`);
        assert.match((await call()).stderr, /^Using your own scenario .*scenarios\/example.json\s+in\s+place\s+of\s+the\s+one/);
        assert.equal((await call('--quiet')).stderr, '');
        fs.rmSync(own, { recursive: true });
        assert.equal((await call()).stderr, '');
    },

    async 'explain fetches nothing'() {
        prepare();
        const { stdout, status } = await offswitch('2025-01-06', ['watch', `${scratch}/example.json`, '--explain',
            '--origin', site.origin, '--state', `${scratch}/state`]);
        assert.equal(status, 0);
        assert.match(stdout, /A check is due now/);
        assert.equal(site.requests.length, 0);
    },

    async 'systemd accepts the timer'() {
        prepare();
        for (const every of ['day', 'week', 'month']) {
            const { stdout } = await offswitch('2025-01-06', ['schedule', 'install', '--print', '--every', every,
                '--at', '03:05', '--state', `${scratch}/a "b" $c %d`], { PATH: `${stub('exit 0')}:${process.env.PATH}` });
            const files = stdout.split(/^# (?=\/)/m).slice(1);
            assert.equal(files.length, 2);
            const names = files.map((f) => `${scratch}/${path.basename(f.slice(0, f.indexOf('\n')))}`);
            files.forEach((f, i) => fs.writeFileSync(names[i], f.slice(f.indexOf('\n') + 1)));
            assert.match(files[1], /Persistent=true\n/);
            assert.match(files[1], /OnCalendar=.* 03:05:00\n/);
            let analyze = true;
            await run('systemd-analyze', ['--version']).catch(() => (analyze = false));
            if (!analyze) {
                console.log('  (systemd-analyze is not installed: the units were not verified)');
                continue;
            }
            const { stderr } = await run('systemd-analyze', ['verify', '--user', ...names],
                { env: { ...process.env, XDG_RUNTIME_DIR: scratch } });
            assert.equal(stderr, '');
        }
    },

    async 'without systemd: a crontab line, which remove deletes'() {
        prepare();
        const tab = `${scratch}/tab`, bin = stub('exit 1');
        fs.writeFileSync(`${bin}/crontab`, `#!/bin/sh\ncase $1 in -l) cat ${tab};; -r) rm ${tab};; -) cat > ${tab};; esac\n`, { mode: 0o755 });
        fs.writeFileSync(tab, '0 0 * * * other\n');
        const env = { PATH: `${bin}:${process.env.PATH}` };
        const call = (...args) => offswitch('2025-01-06', ['schedule', ...args, `${scratch}/example.json`, '--state', `${scratch}/state`], env);
        assert.equal((await call('install', '--every', 'day', '--at', '07:30')).status, 0);
        assert.equal((await call('install', '--every', 'day', '--at', '07:31')).status, 0);
        assert.match(fs.readFileSync(tab, 'utf8'), /^0 0 \* \* \* other\n31 7 \* \* \* .*'watch'.*# offswitch-watch example\n$/);
        assert.match((await call('status')).stdout, /crontab/);
        assert.equal((await call('install', '--fix', 'train')).status, 4);
        assert.equal((await call('install', '--fix', 'trian', '--yes')).status, 64);
        assert.equal((await call('install', '--fix', 'train', '--yes')).status, 0);
        assert.match(fs.readFileSync(tab, 'utf8'), /'--fix' 'train'/);
        assert.equal((await call('remove')).status, 0);
        assert.equal(fs.readFileSync(tab, 'utf8'), '0 0 * * * other\n');
        assert.equal((await call('status')).status, 3);
    },
};

// A directory with a systemctl that runs `script`.
function stub(script) {
    const bin = fs.mkdtempSync(`${scratch}/bin-`);
    fs.writeFileSync(`${bin}/systemctl`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return bin;
}

let failed = 0;
for (const [name, test] of Object.entries(tests)) {
    if (process.argv[2] && !name.includes(process.argv[2]))
        continue;
    site = await new Site().start();
    try {
        await test();
        console.log(`  PASS    ${name}`);
    } catch (e) {
        failed++;
        console.log(`  FAIL    ${name}\n${e.stack}`);
    }
    site.stop();
    fs.rmSync(scratch, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
