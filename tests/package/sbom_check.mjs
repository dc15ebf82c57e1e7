// sbom_check.mjs FILE PROGRAM: the required fields of CycloneDX 1.6, and that it lists what the program loads.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const bom = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const needed = [...execFileSync('readelf', ['-dW', process.argv[3]], { encoding: 'utf8' }).matchAll(/\(NEEDED\).*\[(.*)\]/g)];

assert.equal(bom.bomFormat, 'CycloneDX');
assert.equal(bom.specVersion, '1.6');
assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
assert.match(bom.metadata.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
assert.equal(bom.metadata.component.version, process.env.VERSION);

const refs = new Set([bom.metadata.component['bom-ref'], ...bom.components.map((c) => c['bom-ref'])]);
assert.equal(refs.size, bom.components.length + 1, 'a bom-ref is used twice');
for (const c of bom.components) {
  assert.ok(c.type === 'library' && c.name, `a component without type or name: ${JSON.stringify(c)}`);
  assert.match(c.purl, /^pkg:deb\/debian\/[^@]+@[^?]+\?arch=/, `${c.name} has no package`);
  assert.ok(c.version && c.licenses.length > 0, `${c.name} has no version or no licence`);
  for (const { license } of c.licenses) assert.ok(license.id || license.name, `an empty licence of ${c.name}`);
}
for (const [, name] of needed) assert.ok(refs.has(name), `${name} is needed but not listed`);
for (const name of ['libcurl', 'libxml2', 'libwebsockets', 'libsqlite3', 'libcjson', 'libcrypto', 'libz'])
  assert.ok(bom.components.some((c) => c.name.startsWith(`${name}.so`)), `${name} is not listed`);
for (const { ref, dependsOn } of bom.dependencies) for (const other of [ref, ...dependsOn]) assert.ok(refs.has(other), `${other} is no bom-ref`);
assert.equal(bom.dependencies.length, refs.size);
