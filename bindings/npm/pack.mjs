// Packs the npm packages: node pack.mjs FOLDER [ADDON [--addon-only]], where ADDON is the library that cargo built for this platform.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const [, , folder, addon, only] = process.argv;
const out = resolve(folder);
mkdirSync(out, { recursive: true });
const whole = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
// On Windows npm is a script, which only a shell runs; and a shell takes a path apart at its spaces.
const isWindows = process.platform === "win32";
const pack = (from) => {
  const destination = isWindows ? `"${out}"` : out;
  const words = ["pack", "--silent", "--ignore-scripts", "--pack-destination", destination];
  return execFileSync("npm", words, { cwd: from, encoding: "utf8", shell: isWindows }).trim();
};

const licenses = ["LICENSE-APACHE", "LICENSE-MIT"];
for (const name of licenses) copyFileSync(join(here, "../..", name), join(here, name));
if (only !== "--addon-only") console.log(pack(here));

if (addon !== undefined) {
  const { platform, arch } = process;
  const isMusl = platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;
  const libc = platform === "linux" ? (isMusl ? "musl" : "glibc") : undefined;
  const name = `ivs-token-${platform}-${arch}${libc === undefined ? "" : libc === "musl" ? "-musl" : "-gnu"}`;
  const made = mkdtempSync(join(tmpdir(), "ivs-token-"));
  copyFileSync(addon, join(made, "ivs_token.node"));
  for (const license of licenses) copyFileSync(join(here, "../..", license), join(made, license));
  const { version, license, repository, engines } = whole;
  const described = {
    name,
    version,
    description: `The addon of ivs-token for ${platform} on ${arch}`,
    license,
    repository,
    engines,
    main: "index.js",
    files: ["index.js", "ivs_token.node", ...licenses],
    os: [platform],
    cpu: [arch],
    ...(libc === undefined ? {} : { libc: [libc] }),
  };
  writeFileSync(join(made, "package.json"), `${JSON.stringify(described, null, 2)}\n`);
  // Not by a plain require, which bundlers follow to a file that they have no loader for. In a bundle the file is elsewhere:
  // then this fails, and ivs-token does its work in WebAssembly.
  writeFileSync(join(made, "index.js"), `"use strict";\nmodule.exports = require("node:module").createRequire(__filename)("./ivs_token.node");\n`);
  console.log(pack(made));
  rmSync(made, { recursive: true });
}
