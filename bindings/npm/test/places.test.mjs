// The examples, each where it is meant to run.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { api, key, KID } from "./support.mjs";

const run = promisify(execFile);
const tools = createRequire(process.env.IVS_TOKEN_TEST_TOOLS);
const modules = join(process.env.IVS_TOKEN_TEST_TOOLS, "../node_modules");
const secret = { pem: key.toPem(), kid: KID };
const verifier = new api.Verifier({ keys: { [KID]: key.verifyingKey } });

// The examples beside the package that they import, and the frameworks from the tools.
const folder = mkdtempSync(join(tmpdir(), "ivs-token-places-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
cpSync("examples", folder, { recursive: true });
mkdirSync(join(folder, "node_modules"));
for (const name of readdirSync(modules).filter((name) => !name.startsWith("."))) symlinkSync(join(modules, name), join(folder, "node_modules", name));
for (const name of readdirSync("node_modules").filter((name) => name.startsWith("ivs-token"))) cpSync(join("node_modules", name), join(folder, "node_modules", name), { recursive: true });

/** Asks a server for tokens: rights are those of its own data, whatever the request says. */
async function asks(base) {
  const post = (stage, session, body) =>
    fetch(`${base}/stages/${stage}/token`, { method: "POST", headers: { ...(session && { authorization: `Bearer session-of-${session}` }), ...(body && { "content-type": "application/json" }) }, ...(body && { body: JSON.stringify(body) }) });
  const wanted = { userId: "ana", capabilities: ["PUBLISH", "SUBSCRIBE"] };
  const response = await post("lobby", "ben", wanted);
  assert.equal(response.status, 200, await response.clone().text());
  assert.equal(response.headers.get("cache-control"), "no-store");
  checked(await response.json());
  assert.equal((await post("lobby")).status, 401);
  assert.equal((await post("elsewhere", "ben")).status, 404);
}

function checked({ token, participantId }) {
  const who = verifier.verify(token);
  assert.deepEqual([who.userId, who.capabilities, who.attributes, who.participantId], ["ben", ["SUBSCRIBE"], { displayName: "Ben" }, participantId]);
}

/** Serves on a free port while something is done. */
async function serving(server, work) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const example = (name) => import(pathToFileURL(join(folder, name)));

test("Express", async () => {
  await serving(createServer((await example("express.mjs")).app(secret)), asks);
});

test("Fastify", async () => {
  const server = (await example("fastify.mjs")).app(secret);
  try {
    await asks(await server.listen({ host: "127.0.0.1", port: 0 }));
  } finally {
    await server.close();
  }
});

test("a Next.js route handler", async () => {
  Object.assign(process.env, { IVS_PRIVATE_KEY: secret.pem.replaceAll("\n", "\\n"), IVS_KEY_ARN: KID });
  const { POST } = await example("next-route.mjs");
  await serving(
    createServer(async (request, response) => {
      const answer = await POST(new Request("http://x", { headers: request.headers }), { params: Promise.resolve({ stage: request.url.split("/")[2] }) });
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    }),
    asks,
  );
});

test("AWS Lambda, bundled as CDK's NodejsFunction does, without the addon", async () => {
  const bundle = join(folder, "bundle");
  await tools("esbuild").build({ entryPoints: [join(folder, "lambda.mjs")], bundle: true, minify: true, platform: "node", target: "node20", outfile: join(bundle, "index.js"), logLevel: "silent", external: ["@aws-sdk/*"] });
  assert.deepEqual(readdirSync(bundle), ["index.js"]);
  // The runtime brings the SDK; nothing else is there.
  const deployed = mkdtempSync(join(tmpdir(), "ivs-token-lambda-"));
  try {
    cpSync(bundle, deployed, { recursive: true });
    mkdirSync(join(deployed, "node_modules/@aws-sdk/client-secrets-manager"), { recursive: true });
    writeFileSync(
      join(deployed, "node_modules/@aws-sdk/client-secrets-manager/index.js"),
      "exports.GetSecretValueCommand = class { constructor(input) { this.input = input; } };\n" +
        "exports.SecretsManagerClient = class { async send({ input }) { if (input.SecretId !== 'ivs') throw new Error('which?'); return { SecretString: process.env.TEST_KEY }; } };\n",
    );
    const call = `require("./index.js").handler(JSON.parse(process.env.EVENT)).then((answer) => console.log(JSON.stringify(answer)))`;
    const event = { headers: { authorization: "Bearer session-of-ben" }, pathParameters: { stage: "lobby" }, body: '{"capabilities":["PUBLISH"]}' };
    const env = { PATH: process.env.PATH, SECRET_ID: "ivs", IVS_KEY_ARN: KID, TEST_KEY: secret.pem, EVENT: JSON.stringify(event) };
    const { stdout } = await run(process.execPath, ["-e", call], { cwd: deployed, env });
    const answer = JSON.parse(stdout);
    assert.equal(answer.statusCode, 200);
    checked(JSON.parse(answer.body));
  } finally {
    rmSync(deployed, { recursive: true });
  }
});

test("a Cloudflare Worker, in workerd", async () => {
  const bundle = join(folder, "worker");
  await tools("esbuild").build({ entryPoints: [join(folder, "cloudflare-worker.mjs")], bundle: true, format: "esm", conditions: ["workerd"], outfile: join(bundle, "index.mjs"), external: ["*.wasm"], logLevel: "silent" });
  const { Miniflare } = tools("miniflare");
  const wasm = readFileSync(join(folder, "node_modules/ivs-token/dist/ivs_token.wasm"));
  const worker = new Miniflare({
    host: "127.0.0.1", port: 0, compatibilityDate: "2026-01-01",
    modules: [
      { type: "ESModule", path: "index.mjs", contents: readFileSync(join(bundle, "index.mjs"), "utf8") },
      { type: "CompiledWasm", path: "ivs_token.wasm", contents: wasm },
    ],
    bindings: { IVS_PRIVATE_KEY: secret.pem, IVS_KEY_ARN: KID },
  });
  try {
    await asks((await worker.ready).origin);
  } finally {
    await worker.dispose();
  }
});

/** A server of another runtime, started for as long as it is asked. */
async function served(command, args, said) {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, PORT: "0", NO_COLOR: "1", IVS_PRIVATE_KEY: secret.pem, IVS_KEY_ARN: KID, DENO_NO_UPDATE_CHECK: "1" } });
  let output = "";
  try {
    const base = await new Promise((resolve, reject) => {
      const listen = (chunk) => {
        output += chunk;
        const [, found] = output.match(said) ?? [];
        if (found) resolve(found);
      };
      child.stdout.on("data", listen);
      child.stderr.on("data", listen);
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`${command} ended with ${code}: ${output}`)));
    });
    await asks(base);
  } finally {
    child.kill();
  }
}

const deno = join(modules, "@deno/linux-x64-glibc/deno");
test("Deno", { skip: !existsSync(deno) && "npm has no Deno for this platform" }, async () => {
  await served(deno, ["run", "--node-modules-dir=manual", "--no-lock", "--allow-net=127.0.0.1", "--allow-env", "--no-prompt", "deno.mjs"], /(http:\/\/127\.0\.0\.1:\d+)/);
});

const bun = join(modules, "@oven/bun-linux-x64-baseline/bin/bun");
test("Bun, with the addon", { skip: !existsSync(bun) && "npm has no Bun for this platform" }, async () => {
  await served(bun, ["bun.mjs"], /(http:\/\/127\.0\.0\.1:\d+)/);
  const script = 'import { binding } from "ivs-token"; console.log(binding.kind)';
  writeFileSync(join(folder, "kind.mjs"), script);
  assert.equal((await run(bun, ["kind.mjs"], { cwd: folder })).stdout, "native\n");
});

const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
test("a page that inspects and verifies, in a browser", { skip: !chromium && "there is no Chromium" }, async () => {
  const { token } = new api.Stage({ arn: "arn:aws:ivs:us-west-2:123456789012:stage/x", whipUrl: "https://whip.example" }).mint(key, { userId: "ana" });
  const page = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const type = path.endsWith(".mjs") ? "text/javascript" : "text/html";
    if (path !== "/browser.html" && !path.startsWith("/node_modules/ivs-token/dist/")) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": type }).end(readFileSync(join(folder, path)));
  });
  await serving(page, async (base) => {
    const hash = new URLSearchParams({ token, key: key.verifyingKey.toPem(), kid: KID });
    const profile = mkdtempSync(join(tmpdir(), "ivs-token-chromium-"));
    try {
      const args = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, "--virtual-time-budget=20000", "--dump-dom", `${base}/browser.html#${hash}`];
      const { stdout } = await run(chromium, args, { maxBuffer: 2 ** 24 });
      assert.match(stdout, /This is a participant token/);
      assert.match(stdout, /Verified: \{.*"userId":"ana"/);
    } finally {
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
