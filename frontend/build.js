// Rebuilds what static/ holds and writes down where it came from: `npm ci && npm run build`.
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

import { build } from "esbuild";
import { compile } from "sass";

const OUT = "../static";
const modules = (path) => `node_modules/${path}`;
const version = (name) => JSON.parse(readFileSync(modules(`${name}/package.json`))).version;

const BANNER = `/*! Contains GOV.UK Frontend ${version("govuk-frontend")}, MIT, (c) Crown Copyright (Government Digital Service) */\n`;

const { css } = compile("sass/portal.scss", { style: "compressed", quietDeps: true });
writeFileSync(`${OUT}/css/portal.css`, BANNER + css.replace(/^\uFEFF/, "") + "\n");

await build({
  entryPoints: ["js/portal.js"],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  banner: { js: BANNER.trim() },
  outfile: `${OUT}/js/portal.js`,
});
copyFileSync("js/supported.js", `${OUT}/js/supported.js`);
copyFileSync("js/passkeys.js", `${OUT}/js/passkeys.js`);
copyFileSync(modules("htmx.org/dist/htmx.min.js"), `${OUT}/js/htmx.min.js`);
copyFileSync(modules("axe-core/axe.min.js"), "../tests/browser/axe.min.js");

const rows = [
  ["static/css/portal.css", "govuk-frontend, and frontend/sass", version("govuk-frontend"), "MIT"],
  ["static/js/portal.js", "govuk-frontend, and frontend/js", version("govuk-frontend"), "MIT"],
  ["static/js/htmx.min.js", "htmx.org", version("htmx.org"), "0BSD"],
  ["tests/browser/axe.min.js", "axe-core (tests only)", version("axe-core"), "MPL-2.0"],
].map(([file, source, number, license]) => {
  const sum = createHash("sha256").update(readFileSync(`../${file}`)).digest("hex");
  return `| ${file} | ${source} | ${number} | ${license} | ${sum} |`;
});
writeFileSync(
  `${OUT}/VENDORED.md`,
  `# Built and vendored files

Written by \`npm run build\` in \`frontend/\`. Running the portal needs no Node: these files are
committed as they are served. The licenses' texts stand in \`static/licenses/\`.

| file | made from | version | license | sha256 |
|---|---|---|---|---|
${rows.join("\n")}
`,
);
