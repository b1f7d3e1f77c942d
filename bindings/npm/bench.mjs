// Microseconds of CPU for minting and verifying, each the median of rounds in turn, so that whatever disturbs one disturbs all.
import crypto from "node:crypto";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const tools = createRequire(process.env.IVS_TOKEN_TEST_TOOLS);
const jsonwebtoken = tools("jsonwebtoken");
const { createSigner, createVerifier } = tools("fast-jwt");
const jose = await import(tools.resolve("jose"));
const native = await import("ivs-token/native");
const wasm = await import("ivs-token/wasm");

const kid = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
const arn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
const whipUrl = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
const { privateKey, publicKey } = crypto.generateKeyPairSync("ec", { namedCurve: "P-384" });
const pem = privateKey.export({ format: "pem", type: "pkcs8" });
const publicPem = publicKey.export({ format: "pem", type: "spki" });
const options = { userId: "ana", attributes: { displayName: "Ana" }, durationMinutes: 15 };

const claims = () => {
  const iat = Math.floor(Date.now() / 1000);
  return {
    exp: iat + 900, iat, jti: crypto.randomUUID(), user_id: "ana", resource: arn, topic: "oRmLNwuCeMlQ", events_url: "wss://global.events.live-video.net",
    whip_url: whipUrl, capabilities: { allow_publish: true, allow_subscribe: true }, attributes: { displayName: "Ana" }, version: "1.0",
  };
};
const header = Buffer.from(JSON.stringify({ alg: "ES384", typ: "JWT", kid })).toString("base64url");
const byHand = () => {
  const signed = `${header}.${Buffer.from(JSON.stringify(claims())).toString("base64url")}`;
  return `${signed}.${crypto.sign("sha384", signed, { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
};
const ours = ({ SigningKey, Stage, Verifier }, { accelerated } = {}) => {
  const key = SigningKey.fromPem(pem, { kid });
  if (accelerated) key.accelerate();
  const stage = new Stage({ arn, whipUrl });
  const verifier = new Verifier({ keys: { [kid]: key.verifyingKey } });
  return { mint: () => stage.mint(key, options).token, verify: (token) => verifier.verify(token).userId };
};
const fastSigner = createSigner({ algorithm: "ES384", key: pem, kid });
const fastVerifier = createVerifier({ algorithms: ["ES384"], key: publicPem, cache: false });
const peers = {
  "ivs-token, native": ours(native),
  "ivs-token, native, accelerated": ours(native, { accelerated: true }),
  "ivs-token, WebAssembly": ours(wasm),
  "ivs-token, WebAssembly, accelerated": ours(wasm, { accelerated: true }),
  "jsonwebtoken, PEM": { mint: () => jsonwebtoken.sign(claims(), pem, { algorithm: "ES384", keyid: kid }), verify: (token) => jsonwebtoken.verify(token, publicPem, { algorithms: ["ES384"] }) },
  "jsonwebtoken, KeyObject": { mint: () => jsonwebtoken.sign(claims(), privateKey, { algorithm: "ES384", keyid: kid }), verify: (token) => jsonwebtoken.verify(token, publicKey, { algorithms: ["ES384"] }) },
  "fast-jwt": { mint: () => fastSigner(claims()), verify: (token) => fastVerifier(token) },
  "node:crypto": {
    mint: byHand,
    verify: (token) => {
      const [head, payload, signature] = token.split(".");
      if (!crypto.verify("sha384", `${head}.${payload}`, { key: publicKey, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"))) throw new Error("refused");
      return JSON.parse(Buffer.from(payload, "base64url"));
    },
  },
  jose: { mint: () => new jose.SignJWT(claims()).setProtectedHeader({ alg: "ES384", typ: "JWT", kid }).sign(privateKey), verify: (token) => jose.jwtVerify(token, publicKey) },
};

/** Microseconds of CPU of one call. */
async function measured(work, calls) {
  const { user, system } = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) {
    const answer = work();
    if (answer instanceof Promise) await answer;
  }
  const after = process.cpuUsage();
  return (after.user + after.system - user - system) / calls;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const token = byHand();
const [rounds, calls] = [Number(process.env.ROUNDS ?? 31), 20];
const times = Object.fromEntries(Object.keys(peers).map((name) => [name, { mint: [], verify: [] }]));
for (let round = -6; round < rounds; round += 1) {
  // V8 compiles what is called often once more, on other threads: let them finish, or the first compilation is measured.
  if (round <= 0) await new Promise((resolve) => setTimeout(resolve, 300));
  for (const [name, { mint, verify }] of Object.entries(peers)) {
    for (const [what, work] of [["mint", mint], ["verify", () => verify(token)]]) {
      const time = await measured(work, calls);
      if (round >= 0) times[name][what].push(time);
    }
  }
}
console.log("µs of CPU                              mint   verify");
for (const [name, { mint, verify }] of Object.entries(times)) {
  times[name] = { mint: median(mint), verify: median(verify) };
  console.log(`${name.padEnd(35)}${times[name].mint.toFixed(0).padStart(8)}${times[name].verify.toFixed(0).padStart(9)}`);
}

/** How long an import takes, beyond starting Node.js, in milliseconds: the least of several. */
function imported(entry) {
  const code = (work) => `const start = performance.now(); ${work}; console.log(performance.now() - start)`;
  const once = () => Number(execFileSync(process.execPath, ["--input-type=module", "-e", code(`await import("${entry}")`)], { cwd: import.meta.dirname, encoding: "utf8" }));
  return Math.min(...Array.from({ length: 9 }, once));
}
// The least that a call does: asks how many tokens a verifier remembers.
const idle = new native.Verifier({ keys: { [kid]: publicPem } });
const overhead = await measured(() => idle.cached, 100_000);

const base = times["jsonwebtoken, KeyObject"];
const ratio = (name, what) => base[what] / times[name][what];
let met = true;
for (const [what, value, target, isAtLeast] of [
  ["native mint beside jsonwebtoken with a KeyObject", ratio("ivs-token, native", "mint"), 9, true],
  ["the same, accelerated", ratio("ivs-token, native, accelerated", "mint"), 9, true],
  ["native verify beside jsonwebtoken with a KeyObject", ratio("ivs-token, native", "verify"), 14, true],
  ["WebAssembly mint beside jsonwebtoken with a KeyObject", ratio("ivs-token, WebAssembly", "mint"), 1.3, true],
  ["the same, accelerated", ratio("ivs-token, WebAssembly, accelerated", "mint"), 1.3, true],
  ["WebAssembly verify beside jsonwebtoken with a KeyObject", ratio("ivs-token, WebAssembly", "verify"), 3.5, true],
  ["import of native, ms", imported("ivs-token/native"), 15, false],
  ["import of WebAssembly, ms", imported("ivs-token/wasm"), 40, false],
  ["an empty native call, µs", overhead, 3, false],
]) {
  const holds = isAtLeast ? value >= target : value <= target;
  met &&= holds;
  console.log(`${holds ? "met   " : "MISSED"} ${what}: ${value.toFixed(1)} (${isAtLeast ? "at least" : "at most"} ${target})`);
}
process.exitCode = met ? 0 : 1;
