import assert from "node:assert/strict";
import { test } from "node:test";
import { api, thrown, vectors } from "./support.mjs";

const { checkExchange, Verifier } = api;

test("the tokens of the shared vectors, good and hostile", () => {
  const { keys, now, tokens } = vectors("tokens");
  const options = { now: new Date(now * 1000) };
  const verifier = new Verifier({ keys });
  assert.ok(tokens.length > 100);
  const outcome = (work) => {
    try {
      return { participantId: work().participantId };
    } catch (error) {
      assert.ok(error instanceof api.VerificationError, String(error));
      return { code: error.code, reason: error.reason };
    }
  };
  const many = verifier.verifyMany(tokens.map(({ token }) => token), options);
  for (const [index, { name, token, ...expected }] of tokens.entries()) {
    assert.deepEqual(outcome(() => verifier.verify(token, options)), expected, name);
    assert.deepEqual(outcome(() => { if (many[index] instanceof Error) throw many[index]; return many[index]; }), expected, name);
    api.inspect(token, options);
  }
});

test("the exchanges of the shared vectors", () => {
  const { keys, now, old, exchanges } = vectors("exchanges");
  const options = { now: new Date(now * 1000) };
  const verifier = new Verifier({ keys });
  const before = verifier.verify(old, options);
  for (const { name, new: text, claims } of exchanges) {
    const after = verifier.verify(text, options);
    if (claims.length === 0) checkExchange(before, after);
    else assert.deepEqual(thrown(() => checkExchange(before, after)).claims, claims, name);
  }
});
