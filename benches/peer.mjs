// One library for Node.js a process: see "The protocol" in README.md.
//
//     node peer.mjs PEER FOLDER     PEER is native, wasm, jsonwebtoken, jose, fast-jwt or node:crypto
//
// BENCH_MODULES names a package.json beside whose node_modules the libraries lie; ours comes from BENCH_OURS.
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [name, folder] = process.argv.slice(2);
const text = (file) => readFileSync(join(folder, file), "utf8");
const [pem, publicPem, kid] = ["private.pem", "public.pem", "kid.txt"].map(text);
const claims = JSON.parse(text("claims.json"));
const tokens = text("tokens.txt").split("\n");
let place = 0;
const nextToken = () => tokens[place++ % tokens.length];
const privateKey = crypto.createPrivateKey(pem);
const publicKey = crypto.createPublicKey(publicPem);
const tools = createRequire(process.env.BENCH_MODULES ?? import.meta.url);
const versionOf = (library) => JSON.parse(readFileSync(join(process.env.BENCH_MODULES, "../node_modules", library, "package.json"), "utf8")).version;

/** Ours, native or as WebAssembly. */
function ours(entry) {
  const { SigningKey, Stage, Verifier } = createRequire(join(process.env.BENCH_OURS, "package.json"))(`ivs-token/${entry}`);
  const key = SigningKey.fromPem(pem, { kid });
  const accelerated = SigningKey.fromPem(pem, { kid });
  accelerated.accelerate();
  const stage = new Stage({ arn: claims.resource, whipUrl: claims.whip_url });
  const verifier = new Verifier({ keys: { [kid]: key.verifyingKey } });
  const options = { userId: claims.user_id, attributes: claims.attributes, durationMinutes: 15 };
  const people = tokens.map(() => options);
  return {
    measures: [
      ["mint", "", () => stage.mint(key, options).token],
      ["mint", "accelerated", () => stage.mint(accelerated, options).token],
      ["mint", `accelerated, batch of ${people.length}`, () => stage.mintMany(accelerated, people), people.length],
      ["verify", "", () => verifier.verify(nextToken())],
      ["verify", `batch of ${tokens.length}`, () => verifier.verifyMany(tokens), tokens.length],
    ],
  };
}

const peers = {
  native: () => ours("native"),
  wasm: () => ours("wasm"),
  jsonwebtoken() {
    const library = tools("jsonwebtoken");
    return {
      version: versionOf("jsonwebtoken"),
      measures: [
        ["mint", "", () => library.sign(claims, privateKey, { algorithm: "ES384", keyid: kid })],
        ["mint", "a PEM each time", () => library.sign(claims, pem, { algorithm: "ES384", keyid: kid })],
        ["verify", "", () => library.verify(nextToken(), publicKey, { algorithms: ["ES384"] })],
      ],
    };
  },
  async jose() {
    const library = await import(pathToFileURL(tools.resolve("jose")).href);
    return {
      version: versionOf("jose"),
      measures: [
        ["mint", "", () => new library.SignJWT(claims).setProtectedHeader({ alg: "ES384", typ: "JWT", kid }).sign(privateKey)],
        ["verify", "", () => library.jwtVerify(nextToken(), publicKey)],
      ],
    };
  },
  "fast-jwt"() {
    const { createSigner, createVerifier } = tools("fast-jwt");
    const sign = createSigner({ algorithm: "ES384", key: pem, kid });
    const verify = createVerifier({ algorithms: ["ES384"], key: publicPem, cache: false });
    const cached = createVerifier({ algorithms: ["ES384"], key: publicPem, cache: 10_000 });
    return {
      version: versionOf("fast-jwt"),
      measures: [
        ["mint", "", () => sign(claims)],
        ["verify", "", () => verify(nextToken())],
        ["verify", "a hit in the cache", () => cached(nextToken())],
      ],
    };
  },
};

const { version, measures } = await peers[name]();
console.log(JSON.stringify({
  version,
  runtime: `Node.js ${process.versions.node}`,
  backend: ["native", "wasm"].includes(name) ? undefined : `OpenSSL ${process.versions.openssl}`,
  measures: measures.map(([what, how, , batch = 1]) => ({ what, how, batch })),
}));
for await (const line of createInterface({ input: process.stdin })) {
  const [which, calls] = line.split(" ").map(Number);
  const work = measures[which][2];
  const { user, system } = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) {
    const answer = work();
    if (answer instanceof Promise) await answer;
  }
  const after = process.cpuUsage();
  console.log((after.user + after.system - user - system) * 1000);
}
