// npm packages that the tests here use. They are installed beside the build, not in the sources.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const store = resolve(process.env.AXE_BUILD ?? join(here, "../../build/axe"));

function isInstalled() {
  try {
    return readFileSync(join(store, "package-lock.json"), "utf8") === readFileSync(join(here, "package-lock.json"), "utf8") &&
      !!readFileSync(join(store, "installed"));
  } catch {
    return false;
  }
}

function install() {
  mkdirSync(store, { recursive: true });
  for (const name of ["package.json", "package-lock.json", ".npmrc"]) cpSync(join(here, name), join(store, name));
  execFileSync("npm", ["ci", "--silent", "--no-audit", "--no-fund", "--prefix", store], { stdio: "inherit" });
  cpSync(join(here, "package.json"), join(store, "installed"));
}

// The path of a file of a package.
export function packageFile(name) {
  if (!isInstalled()) install();
  return createRequire(join(store, "package.json")).resolve(name);
}

// A function that returns the faults of a value by a JSON Schema (2020-12), as texts.
export function validator(schema) {
  const { default: Ajv } = createRequire(packageFile("ajv/dist/2020.js"))("./2020.js");
  const validate = new Ajv({ strict: true, strictTypes: false, allErrors: true, allowUnionTypes: true }).compile(schema);
  return (value) => (validate(value) ? [] : validate.errors.map((e) => `${e.instancePath || "the whole"} ${e.message}`));
}
