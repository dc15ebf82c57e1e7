// sbom.mjs: the bill of materials of the built program, as CycloneDX 1.6 on standard output: each shared
// library that it loads, with the version and the licences of its Debian package, and what needs what.
// Reads the environment: BUILD, VERSION, PACKAGES (pkg-config names: those of the libraries that the
// program loads only when it needs them are among them).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';

const { BUILD = 'build', VERSION, PACKAGES = '' } = process.env;
const program = `${BUILD}/offswitch`;
const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

// ---- libraries ----

/** What a file says that it needs: names such as libcurl.so.4. */
const needs = (file) => [...run('readelf', '-dW', file).matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((m) => m[1]);

/** Name of each library that the loader finds for a file, and where. */
const resolve = (file) =>
  new Map([...run('ldd', file).matchAll(/^\s*(\S+) => (\/\S+)/gm)].map((m) => [m[1], m[2]]));

/** The shared libraries behind the pkg-config names, also those that are not linked but loaded. */
function named() {
  const searched = run('cc', '-print-search-dirs').match(/^libraries: =(.*)$/m)[1].split(':');
  const found = new Map();
  for (const flag of run('pkg-config', '--libs-only-l', ...PACKAGES.split(' ').filter(Boolean)).trim().split(/\s+/)) {
    for (const dir of searched) {
      try {
        const file = realpathSync(`${dir}/lib${flag.slice(2)}.so`);
        found.set(run('readelf', '-dW', file).match(/\(SONAME\).*\[(.*)\]/)[1], file);
        break;
      } catch {
        // not in this directory
      }
    }
  }
  return found;
}

/** All libraries, by name: {file, needs}. */
function libraries() {
  const all = new Map();
  const add = (name, file) => {
    if (!all.has(name)) all.set(name, { file: realpathSync(file), needs: needs(file) });
  };
  const direct = named();
  for (const [name, file] of direct) add(name, file);
  for (const file of [program, ...direct.values()]) for (const [name, path] of resolve(file)) add(name, path);
  return { all, direct: [...new Set([...needs(program), ...direct.keys()])] };
}

// ---- packages ----

/** Answers of a command, also where it could not answer for every argument. */
function answers(command, ...args) {
  try {
    return run(command, ...args);
  } catch (e) {
    return e.stdout ?? '';
  }
}

/** The Debian package that owns each of the files; /lib and /usr/lib may be one directory. */
function owners(files) {
  const other = (file) => (file.startsWith('/usr/') ? file.slice(4) : `/usr${file}`);
  const said = answers('dpkg-query', '-S', ...files, ...files.map(other));
  const found = new Map([...said.matchAll(/^([^:,\s]+).*?: (\/.*)$/gm)].map((m) => [m[2], m[1]]));
  return new Map(files.map((file) => [file, found.get(file) ?? found.get(other(file)) ?? null]));
}

/** Version, architecture and source of each package. */
function facts(names) {
  const said = run('dpkg-query', '-W', '-f', '${Package}\t${Version}\t${Architecture}\t${source:Package}\n', ...names);
  return new Map(said.trim().split('\n').map((line) => line.split('\t')).map(([name, ...rest]) => [name, rest]));
}

const SPDX = {
  expat: 'MIT', mit: 'MIT', 'mit/x11': 'MIT', curl: 'curl', zlib: 'Zlib', isc: 'ISC', 'apache-2.0': 'Apache-2.0',
  'bsd-2-clause': 'BSD-2-Clause', 'bsd-3-clause': 'BSD-3-Clause', 'bsd-4-clause': 'BSD-4-Clause', openldap: 'OLDAP-2.8',
  'gpl-2': 'GPL-2.0-only', 'gpl-2+': 'GPL-2.0-or-later', 'gpl-3': 'GPL-3.0-only', 'gpl-3+': 'GPL-3.0-or-later',
  'lgpl-2': 'LGPL-2.0-only', 'lgpl-2+': 'LGPL-2.0-or-later', 'lgpl-2.1': 'LGPL-2.1-only', 'lgpl-2.1+': 'LGPL-2.1-or-later',
  'lgpl-3': 'LGPL-3.0-only', 'lgpl-3+': 'LGPL-3.0-or-later', 'cc0-1.0': 'CC0-1.0', unlicense: 'Unlicense',
};

/** The licences that a package's copyright file names (DEP 5), or that it is a text of its own. */
function licences(name) {
  const text = readFileSync(`/usr/share/doc/${name}/copyright`, 'utf8');
  const words = [...text.matchAll(/^License: *(\S.*)$/gm)].flatMap((m) => m[1].split(/,? +(?:and|or|and\/or) +|, */));
  const names = [...new Set(words.map((word) => word.trim()).filter(Boolean))].sort();
  if (!names.length) return [{ license: { name: `see /usr/share/doc/${name}/copyright` } }];
  const ids = new Map(names.map((word) => [SPDX[word.toLowerCase()] ?? word, SPDX[word.toLowerCase()]]));
  return [...ids].map(([word, id]) => ({ license: id ? { id } : { name: word } }));
}

function component(soname, file, name, [version, arch, source] = []) {
  const base = {
    type: 'library',
    'bom-ref': soname,
    name: soname,
    hashes: [{ alg: 'SHA-256', content: createHash('sha256').update(readFileSync(file)).digest('hex') }],
  };
  if (!name) return base;
  return {
    ...base,
    version,
    licenses: licences(name),
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${arch}`,
    properties: [{ name: 'debian:package', value: name }, { name: 'debian:source', value: source }],
  };
}

// ---- the document ----

const { all, direct } = libraries();
/** When the source was committed, seconds since 1970; 0 outside a checkout. */
function committed() {
  try {
    return Number(run('git', 'log', '-1', '--format=%ct'));
  } catch {
    return 0;
  }
}
const time = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? committed()) * 1000);
const owned = owners([...all.values()].map((library) => library.file));
const known = facts([...new Set(owned.values())].filter(Boolean));
const of = (file) => [owned.get(file), known.get(owned.get(file))];
const components = [...all].map(([name, { file }]) => component(name, file, ...of(file))).sort((a, b) => (a.name < b.name ? -1 : 1));
const edges = (names) => names.filter((name) => all.has(name)).sort();
const body = {
  metadata: {
    timestamp: time.toISOString().replace(/\.\d+Z$/, 'Z'),
    component: { type: 'application', 'bom-ref': 'offswitch', name: 'offswitch', version: VERSION, licenses: [{ license: { id: 'MIT' } }] },
  },
  components,
  dependencies: [
    { ref: 'offswitch', dependsOn: edges(direct) },
    ...components.map(({ name }) => ({ ref: name, dependsOn: edges(all.get(name).needs) })),
  ],
};
// The serial number follows from what is listed: the same parts give the same document.
const digest = createHash('sha256').update(JSON.stringify(body)).digest('hex');
const uuid = digest.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-5$3-8$4-$5');
process.stdout.write(`${JSON.stringify({ $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${uuid}`, version: 1, ...body }, null, 2)}\n`);
