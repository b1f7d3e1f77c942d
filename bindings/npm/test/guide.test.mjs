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

// The fragments of the manual run below, each by itself. Those of the page of the local IVS need its server, and scripts/test-local runs
// them. The quickstart, and the README beside it, read files.
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

// What a fragment of the manual takes from the program around it, and what is true after it.
const manual = [
  { has: "binding.kind", says: /^(native|wasm)\n$/ },
  {
    has: "process.env.IVS_PRIVATE_KEY",
    before: 'process.env.IVS_PRIVATE_KEY = privatePem.replaceAll("\\n", "\\\\n"); process.env.IVS_KEY_ARN = kid;',
    after: "assert.equal(key.kid, kid); assert.equal(key.verifyingKey.toPem(), publicPem);",
  },
  {
    has: "GetStageCommand",
    before: `const arn = stageArn, answers = [], response = { json: (answer) => answers.push(answer) };
      class GetStageCommand { constructor(input) { this.input = input; } }
      const client = { send: async ({ input }) => ({ stage: { arn: input.arn, endpoints: { whip: whipUrl, events: "wss://global.events.live-video.net" } } }) };`,
    after: "const who = verifier.verify(answers[0].token); assert.equal(who.userId, 'ana'); assert.equal(who.participantId, answers[0].participantId);",
  },
  // Its token is an old one, so that it prints what it says.
  {
    has: "VerificationError",
    before: 'token = stage.mint(key, { userId: "ana", durationMinutes: 1, now: new Date(Date.now() - 3_600_000) }).token; const publicKeyPem = publicPem; console.warn = console.log;',
    says: /^TOKEN_EXPIRED EXPIRED\n$/,
  },
  {
    has: "checkParticipant",
    before: 'const keys = { [kid]: publicPem }, asked = []; const db = { get: async (...row) => { asked.push(row); return asked.length > 1 ? { reason: "spam" } : undefined; } };',
    after: `assert.deepEqual(asked, [["disconnected", stageArn, begin.inspect(token).claims.jti]]);
      await assert.rejects(verifier.verifyAsync(token), { code: "PARTICIPANT_DISCONNECTED" });`,
  },
  { has: "new IVSRealTime(", after: "assert.equal(participantToken.userId, 'ana'); assert.equal(verifier.verify(participantToken.token).userId, 'ana');" },
];

for (const [number, { has, before = "", after = "", says = /^$/ }] of manual.entries()) {
  test(`the fragment of node.md with ${has}`, async () => {
    const fragments = blocks("node.md");
    assert.equal(fragments.length, manual.length);
    const fragment = fragments[number];
    assert.ok(fragment.includes(has), fragment);
    // Imports stand at the top, and what the fragment does not import itself is imported for it.
    const imports = fragment.match(/^import .*$/gm) ?? [];
    const given = ["SigningKey", "Stage", "Verifier", "VerificationError", "Verdict"].filter((name) => !imports.join().includes(name));
    const program = `import assert from "node:assert/strict";
      ${imports.join("\n")}
      import { ${given.join(", ")} } from "ivs-token";
      ${beginning}
      let token = stage.mint(key, { userId: "ana" }).token;
      const verifier = new begin.Verifier({ keys: { [kid]: publicPem }, stage });
      ${before}
      {
        ${fragment.replace(/^import .*$/gm, "")}
        ${after}
      }`;
    const file = join(folder, `manual-${number}.mjs`);
    writeFileSync(file, program);
    assert.match((await run(process.execPath, [file])).stdout, says);
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
