// The package as npm installs it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { api, key, KID, stage } from "./support.mjs";

const run = promisify(execFile);
const tools = join(process.env.IVS_TOKEN_TEST_TOOLS, "../node_modules");
const require = createRequire(import.meta.url);

/** A folder in which only the package itself is installed, without an addon. */
const bare = mkdtempSync(join(tmpdir(), "ivs-token-bare-"));
after(() => rmSync(bare, { recursive: true }));
cpSync("node_modules/ivs-token", join(bare, "node_modules/ivs-token"), { recursive: true });
const inBare = (code) => run(process.execPath, ["--input-type=module", "-e", code], { cwd: bare });

const snippet = (file, number = 0) => [...readFileSync(file, "utf8").matchAll(/```js\n(.*?)```/gs)][number][1];

test("the lines of the README lead to a verified token, with an addon and without", async () => {
  const lines = snippet("README.md");
  assert.equal((await run(process.execPath, ["--input-type=module", "-e", lines])).stdout, "ana\n");
  assert.equal((await inBare(lines)).stdout, "ana\n");
});

test("without an addon WebAssembly does the work, and who asks for the addon is told what to install", async () => {
  assert.equal((await inBare('import { binding } from "ivs-token"; console.log(binding.kind)')).stdout, "wasm\n");
  await assert.rejects(inBare('await import("ivs-token/native")'), ({ stderr }) => {
    assert.match(stderr, /BindingError: .*run npm install ivs-token-[a-z0-9-]+/);
    return true;
  });
});

test("import and require give the same classes", () => {
  const required = require("ivs-token");
  const names = (object) => Object.keys(object).filter((name) => name !== "default" && name !== "module.exports").sort();
  assert.deepEqual(names(api), names(required));
  assert.equal(api.SigningKey, required.SigningKey);
  for (const entry of ["ivs-token/native", "ivs-token/wasm"]) assert.deepEqual(names(require(entry)), names(required));
});

test("no script runs when it is installed, and nothing else is needed", () => {
  const { scripts, dependencies, optionalDependencies } = JSON.parse(readFileSync("node_modules/ivs-token/package.json", "utf8"));
  assert.deepEqual(Object.keys(scripts ?? {}).filter((name) => /install|prepare/.test(name)), []);
  assert.equal(dependencies, undefined);
  assert.equal(Object.keys(optionalDependencies).length, 8);
  assert.deepEqual(readdirSync("node_modules/ivs-token").sort(), ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "dist", "package.json"]);
});

test("the types hold under strict, for ES modules and CommonJS", async () => {
  const typed = `
import { type Capability, IVSRealTime, KeyRing, type RevocationStore, SigningKey, Stage, Verdict, VerificationError, Verifier, VerifiedToken } from "ivs-token";
const key: SigningKey = SigningKey.fromPem("x", { kid: "y", passphrase: new Uint8Array() });
const stage = new Stage({ arn: "x", whipUrl: "y" });
const minted = stage.mint(key, { userId: "ana", capabilities: ["PUBLISH"], expiresAt: new Date() });
const token: string = minted.token;
const end: Date = minted.expiresAt;
const store: RevocationStore = { checkParticipant: async () => Verdict.NOT_REVOKED };
const who: VerifiedToken = await new Verifier({ keys: new KeyRing(), revocations: store }).verifyAsync(token);
const can: Capability[] = who.capabilities;
const many: (VerifiedToken | VerificationError)[] = new Verifier({ keys: { a: "pem" } }).verifyMany([token]);
const answer: { participantToken: { expirationTime: Date } } = await new IVSRealTime({ signingKey: key, stages: [stage] }).send({ input: { stageArn: "x" } });
// @ts-expect-error a capability that there is not
stage.mint(key, { capabilities: ["DANCE"] });
// @ts-expect-error an option that there is not
stage.mint(key, { duration: 5 });
// @ts-expect-error only a Verifier makes one
new VerifiedToken("x");
// @ts-expect-error a token is no key
stage.mint(token);
export { can, end, many, answer };
`;
  writeFileSync(join(bare, "typed.mts"), typed);
  writeFileSync(join(bare, "typed.cts"), `import ivs = require("ivs-token");\nconst stage: ivs.Stage = ivs.Stage.fromResponse("{}");\nexport = stage;\n`);
  writeFileSync(join(bare, "package.json"), '{ "type": "module" }');
  const args = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--target", "es2022", "--types", "", "--lib", "es2023,dom", "--module", "nodenext", "--moduleResolution", "nodenext", "typed.mts", "typed.cts"];
  await run(process.execPath, [join(tools, "typescript/bin/tsc"), ...args], { cwd: bare }).catch(({ stdout }) => assert.fail(stdout));
});

test("what one binding mints the other verifies, and what one says is what the other says", async () => {
  const [native, wasm] = await Promise.all([import("ivs-token/native"), import("ivs-token/wasm")]);
  assert.deepEqual([native.binding.kind, wasm.binding.kind], ["native", "wasm"]);
  const pem = key.verifyingKey.toPem();
  for (const [one, other] of [[native, wasm], [wasm, native]]) {
    const signs = one.SigningKey.fromPem(key.toPem(), { kid: KID });
    const { token } = new one.Stage(stage.toJSON()).mint(signs, { userId: "José" });
    assert.equal(new other.Verifier({ keys: { [KID]: pem } }).verify(token).userId, "José");
    // A handle of one is none of the other.
    assert.throws(() => new other.Stage(stage.toJSON()).mint(signs), /must be a SigningKey/);
  }
});
