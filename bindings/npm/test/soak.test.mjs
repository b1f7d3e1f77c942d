import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { setImmediate as turn } from "node:timers/promises";
import { test } from "node:test";
import { api, key, KID, stage, thrown, verifier } from "./support.mjs";

const fc = createRequire(process.env.IVS_TOKEN_TEST_TOOLS)("fast-check");

test("whatever is minted is verified as it was meant", () => {
  const word = fc.string({ unit: "grapheme", maxLength: 30 });
  const options = fc.record({
    userId: fc.option(word.filter((text) => [...text].length > 0 && [...text].length <= 128), { nil: undefined }),
    attributes: fc.dictionary(word, word, { maxKeys: 4 }),
    capabilities: fc.constantFrom([], ["PUBLISH"], ["SUBSCRIBE"], ["PUBLISH", "SUBSCRIBE"]),
    durationSeconds: fc.integer({ min: 60, max: 1_209_600 }),
  });
  fc.assert(
    fc.property(options, (given) => {
      let minted;
      try {
        minted = stage.mint(key, given);
      } catch (error) {
        assert.equal(error.name, "InvalidClaimError");
        return;
      }
      const who = verifier.verify(minted.token);
      for (const said of [minted, who]) {
        assert.equal(said.userId, given.userId);
        assert.deepEqual({ ...said.attributes }, { ...given.attributes });
        assert.deepEqual(said.capabilities, given.capabilities);
        assert.equal(said.expiresAt - said.issuedAt, given.durationSeconds * 1000);
      }
    }),
    { numRuns: 150 },
  );
});

test("any text is a token that is refused, or a text that is inspected", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      assert.ok(thrown(() => verifier.verify(text)) instanceof api.VerificationError);
      assert.equal(typeof api.inspect(text).kind, "string");
    }),
    { numRuns: 300 },
  );
});

// A million in a run that is asked for it: IVS_TOKEN_TEST_CALLS=1000000
const CALLS = Number(process.env.IVS_TOKEN_TEST_CALLS ?? 30_000);

test("memory stays flat", async () => {
  const cached = new api.Verifier({ keys: { [KID]: key.verifyingKey }, cache: 1000 });
  const { token } = stage.mint(key, { attributes: { a: "x".repeat(900) } });
  const some = async (calls) => {
    for (let call = 0; call < calls; call += 1) {
      cached.verify(token).userId;
      thrown(() => verifier.verify("x".repeat(2000)));
      if (call % 100 === 0) {
        stage.mint(key.withKid(KID), { userId: "ü".repeat(100) }).participantId;
        new api.InMemoryRevocations().size;
        await turn();
      }
    }
    globalThis.gc?.();
    await turn();
    globalThis.gc?.();
  };
  // The memory of a WebAssembly module never shrinks, so its size says exactly what was asked for. An addon's is the system's to tell.
  const wasm = api.binding.kind === "wasm";
  const used = () => {
    const { rss, heapUsed, external } = process.memoryUsage();
    return wasm ? heapUsed + external : rss;
  };
  // JavaScript frees stores late, so that many are in use at once: more of them in a row than there will be later.
  for (let made = 0; made < 4000; made += 1) {
    new api.InMemoryRevocations().size;
    if (made % 10 === 0) await turn();
  }
  // And until it has settled.
  let before = 0;
  for (let round = 0; round < 12 && used() - before > 2 ** 20; round += 1) {
    before = used();
    await some(CALLS / 6);
  }
  before = used();
  await some(CALLS);
  const grown = used() - before;
  // Ten bytes a call would be a leak; the rest is noise, of which there is more in what the system tells.
  assert.ok(grown < 10 * CALLS + (wasm ? 2 : 16) * 2 ** 20, `${grown} bytes more`);
});
