// Builds the zoo's pages: npm ci and esbuild, all in a directory outside the source tree (ZOO_BUILD, by default
// build/zoo at the top). The packages are installed again only when package-lock.json has changed.
//
//   node build.mjs

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const build = resolve(process.env.ZOO_BUILD || join(here, "../../build/zoo"));
const stamp = join(build, "installed");

mkdirSync(build, { recursive: true });
const lock = readFileSync(join(here, "package-lock.json"), "utf8") + readFileSync(join(here, "package.json"), "utf8");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
  rmSync(stamp, { force: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc"]) cpSync(join(here, file), join(build, file));
  const npm = spawnSync("npm", ["ci", "--loglevel=error"], { cwd: build, stdio: ["ignore", "inherit", "inherit"] });
  if (npm.status !== 0) {
    console.error("npm ci failed");
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

// The sources are built from a copy beside node_modules, where every tool finds the packages in the usual way.
const source = join(build, "source");
const site = join(build, "site");
for (const old of [source, site]) rmSync(old, { recursive: true, force: true });
mkdirSync(source);
cpSync(join(here, "settings.mjs"), join(source, "settings.mjs"));
cpSync(join(here, "pages"), join(source, "pages"), { recursive: true });

const emptyIcons = {
  name: "empty-icons",
  setup(builder) {
    builder.onResolve({ filter: /^@carbon\/icons\// }, ({ path }) => ({ path, namespace: "empty-icon" }));
    builder.onLoad({ filter: /.*/, namespace: "empty-icon" }, () => ({
      contents: `export default { elem: "svg", attrs: { viewBox: "0 0 16 16" }, content: [], name: "empty", size: 16 };`,
    }));
  },
};

const esbuild = await import(pathToFileURL(createRequire(join(build, "package.json")).resolve("esbuild")));
const entries = readdirSync(join(source, "pages"), { withFileTypes: true })
  .filter((e) => e.isFile())
  .map((e) => ({ in: join(source, "pages", e.name), out: join(basename(e.name, extname(e.name)), "main") }));

const result = await esbuild.build({
  absWorkingDir: build,
  entryPoints: entries,
  outdir: site,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  jsx: "automatic",
  // the build of Vue that compiles the templates written in the pages
  alias: { vue: "vue/dist/vue.esm-bundler.js" },
  define: {
    "process.env": "{}",
    "process.env.NODE_ENV": '"production"',
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  external: ["/assets/*"], // fonts and pictures that a style sheet expects of its server
  loader: { ".png": "empty", ".gif": "empty", ".woff": "dataurl", ".woff2": "dataurl", ".ttf": "dataurl", ".svg": "dataurl" },
  plugins: [emptyIcons],
  metafile: true,
  logLevel: "error", logLimit: 0,
}).catch(() => process.exit(1)); // esbuild has printed why
const bytes = Object.values(result.metafile.outputs).reduce((sum, o) => sum + o.bytes, 0);
console.log(`${entries.length} pages, ${(bytes / 1e6).toFixed(1)} MB`);
