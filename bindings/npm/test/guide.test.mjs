// The JavaScript of the guide: all of a page as one module, which begins with the names of the quickstart. What it prints is what the
// comments behind its calls of console.log say.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);
const tools = join(process.env.IVS_TOKEN_TEST_TOOLS, "../node_modules");
// The package, and what its users come from.
const folder = mkdtempSync(join(tmpdir(), "ivs-token-guide-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, "node_modules/@aws-sdk"), { recursive: true });
for (const name of ["jsonwebtoken", "@aws-sdk/client-ivs-realtime"]) symlinkSync(join(tools, name), join(folder, "node_modules", name));
for (const name of readdirSync("node_modules").filter((name) => name.startsWith("ivs-token"))) cpSync(join("node_modules", name), join(folder, "node_modules", name), { recursive: true });

// The manual shows fragments, and the page of the local IVS needs its server: these are only parsed. The quickstart, and the README beside it, read files.
const other = ["node.md", "local.md", "quickstart.md", "README.md", "vault.md"];
const blocks = (page) => [...readFileSync(join("docs", page), "utf8").matchAll(/^( *)```js\n([^]*?)^\1```$/gm)].map(([, , body]) => body).filter((body) => !body.includes("--8<--"));
const pages = readdirSync("docs", { recursive: true }).filter((page) => page.endsWith(".md") && !other.includes(page) && blocks(page).length > 0);

const beginning = `
import * as begin from "ivs-token";
const kid = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
const stageArn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
const whipUrl = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
const key = begin.SigningKey.generate({ kid });
const privatePem = key.toPem();
const publicPem = key.verifyingKey.toPem();
const stage = new begin.Stage({ arn: stageArn, whipUrl });
`;

test("the guide is found", () => assert.ok(pages.length > 7, pages.join()));

for (const page of pages) {
  test(`the JavaScript of ${page}`, async () => {
    const program = blocks(page).join("\n");
    // A page may make these itself.
    const own = (name, value) => (new RegExp(`^ *const (${name}|\\{[^}]*\\b${name}\\b[^}]*\\}) =`, "m").test(program) ? "" : `const ${name} = ${value};\n`);
    const given = own("token", 'stage.mint(key, { userId: "ana" }).token') + own("verifier", "new begin.Verifier({ keys: { [kid]: publicPem }, stage })");
    // Imports are read before all else, wherever they stand; a name that two blocks import is imported once.
    const imported = new Map();
    const body = program.replace(/^ *import (?:\{ (.*) \}|(\w+)) from "(.*)";$/gm, (_, names, whole, from) => {
      for (const name of names?.split(", ") ?? [`default as ${whole}`]) imported.set(name, from);
      return "";
    });
    const imports = [...imported].map(([name, from]) => `import { ${name} } from ${JSON.stringify(from)};\n`).join("");
    const file = join(folder, `${page.replace(/\W/g, "-")}.mjs`);
    writeFileSync(file, imports + beginning + given + body);
    const { stdout } = await run(process.execPath, [file]);
    const expected = [...program.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said);
    assert.deepEqual(stdout.split("\n").slice(0, -1), expected);
  });
}

for (const page of ["node.md", "local.md"]) {
  test(`the fragments of ${page} are JavaScript`, async () => {
    assert.ok(blocks(page).length > 0);
    for (const [number, fragment] of blocks(page).entries()) {
      const file = join(folder, `fragment-${page}-${number}.mjs`);
      writeFileSync(file, fragment);
      await run(process.execPath, ["--check", file]);
    }
  });
}

test("the quickstarts in JavaScript, with the files that the shell makes", async () => {
  const { SigningKey } = await import("ivs-token");
  const key = SigningKey.generate();
  const stage = { stage: { arn: "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ", endpoints: { events: "wss://global.events.live-video.net", whip: "https://453fdfd2ad24df.global-bm.whip.live-video.net" } } };
  const files = { "private.pem": key.toPem(), "public.pem": key.verifyingKey.toPem(), "stage.json": JSON.stringify(stage), "quickstart.mjs": blocks("quickstart.md").map((body) => body.replace(/^ {4}/gm, "")).join("\n"), "readme.mjs": blocks("README.md").join("\n") };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const { stdout } = await run(process.execPath, ["quickstart.mjs"], { cwd: folder });
  assert.match(stdout, /^[A-Za-z0-9]{22} may join until .*\nana\n$/);
  assert.equal((await run(process.execPath, ["readme.mjs"], { cwd: folder })).stdout, "ana\n");
});
