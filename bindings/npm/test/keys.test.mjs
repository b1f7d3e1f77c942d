import assert from "node:assert/strict";
import crypto from "node:crypto";
import { test } from "node:test";
import { inspect as show } from "node:util";
import { api, key, KID, later, NOW, stage, thrown, vectors } from "./support.mjs";

const { KeyRing, SigningKey, Verifier, VerifyingKey } = api;

test("a private key is never shown", () => {
  const pem = key.toPem();
  const jwk = crypto.createPrivateKey(pem).export({ format: "jwk" });
  const secrets = [pem.split("\n")[1], jwk.d];
  const shown = [show(key, { depth: null, showHidden: true }), JSON.stringify(key), show(structuredClone(key), { showHidden: true }), String(key), show(new KeyRing())];
  for (const text of shown) for (const secret of secrets) assert.ok(!text.includes(secret), text);
  assert.deepEqual(Object.keys(structuredClone(key)), []);
  // Nor is a token logged by accident.
  const minted = stage.mint(key);
  assert.ok(!show(minted, { depth: null }).includes(minted.token) && !show([{ minted }], { depth: null }).includes(minted.token));
});

/** The WebAssembly module does without what opens encrypted keys, and says so. */
const ENCRYPTED = api.binding.kind === "native";

test("the WebAssembly module says that it opens no encrypted keys", { skip: ENCRYPTED }, () => {
  const { keys, passphrase } = vectors("keys");
  const { base64 } = keys.find(({ name }) => name === "pkcs8-scrypt.pem");
  assert.equal(thrown(() => SigningKey.fromAny(Buffer.from(base64, "base64"), { passphrase })).code, "KEY_ENCRYPTION_NOT_BUILT");
});

test("the name of a file is no key, and the error says so", () => {
  for (const path of ["private.pem", "/run/secrets/key.pem", "C:\\keys\\private.PEM"]) {
    for (const read of [() => SigningKey.fromPem(path), () => SigningKey.fromAny(path), () => VerifyingKey.fromPem(path)]) {
      const error = thrown(read);
      assert.equal(error.code, "KEY_NOT_A_KEY");
      assert.match(error.message, /^this is the name of a file, not a key: /);
      assert.ok(!error.message.includes(path));
    }
  }
  assert.match(thrown(() => SigningKey.fromPem("nonsense")).message, /^this is not a key/);
});

test("keys come in every form, and from node:crypto", () => {
  const object = crypto.createPrivateKey(key.toPem());
  const jwk = object.export({ format: "jwk" });
  const sec1 = object.export({ format: "pem", type: "sec1" });
  for (const read of [
    SigningKey.fromPem(sec1, { kid: KID }),
    SigningKey.fromPem(Buffer.from(sec1), { kid: KID }),
    SigningKey.fromPem(sec1.replace(/\n/g, "\\n"), { kid: KID }),
    SigningKey.fromPem(`"${Buffer.from(sec1).toString("base64")}"`, { kid: KID }),
    SigningKey.fromDer(object.export({ format: "der", type: "pkcs8" }), { kid: KID }),
    SigningKey.fromJwk(jwk, { kid: KID }),
    SigningKey.fromJwk(JSON.stringify(jwk), { kid: KID }),
    SigningKey.fromAny(object, { kid: KID }),
    ...(ENCRYPTED ? [SigningKey.fromPem(key.toPem({ passphrase: "geheim ü" }), { kid: KID, passphrase: "geheim ü" })] : []),
  ]) {
    assert.ok(read.verifyingKey.equals(key.verifyingKey));
    assert.equal(read.kid, KID);
  }
  const open = crypto.createPublicKey(object);
  for (const read of [VerifyingKey.fromAny(open), VerifyingKey.fromDer(open.export({ format: "der", type: "spki" })), VerifyingKey.fromJwk(open.export({ format: "jwk" })), VerifyingKey.fromPem(key.verifyingKey.toPem())]) {
    assert.ok(read.equals(key.verifyingKey));
    assert.deepEqual(Buffer.from(read.toDer()), open.export({ format: "der", type: "spki" }));
  }
  const { token } = stage.mint(key);
  const [header, payload, signature] = token.split(".");
  assert.ok(crypto.verify("sha384", `${header}.${payload}`, { key: open, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")));
});

test("a key that is none is refused by what it is", () => {
  const p256 = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "pem", type: "pkcs8" });
  const error = thrown(() => SigningKey.fromPem(p256, { kid: KID }));
  assert.deepEqual([error.name, error.code], ["InvalidKeyError", "KEY_WRONG_CURVE"]);
  assert.ok(!error.message.includes(p256.split("\n")[1]));
  for (const wrong of [undefined, null, 5, crypto.createSecretKey(Buffer.from("x"))]) assert.throws(() => SigningKey.fromAny(wrong), TypeError);
  assert.throws(() => SigningKey.fromPem("\ud800"), { name: "InvalidKeyError" });
  assert.throws(() => SigningKey.generate({ kid: "x" }), { name: "InvalidClaimError", field: "kid" });
  assert.throws(() => new SigningKey(), /is made by/);
  assert.throws(() => new Verifier({ keys: {} }), { name: "IvsTokenError" });
});

test("the keys of the shared vectors", () => {
  const { keys, passphrase } = vectors("keys");
  assert.ok(keys.length > 30);
  for (const { name, base64, private: asPrivate, public: asPublic } of keys) {
    const bytes = Buffer.from(base64, "base64");
    const outcome = (read) => {
      try {
        return { thumbprint: read() };
      } catch (error) {
        assert.equal(error.name, "InvalidKeyError");
        return { code: error.code };
      }
    };
    // Where it is not built in, encryption is all that there is to say.
    const isUnreadable = !ENCRYPTED && outcome(() => SigningKey.fromAny(bytes, { passphrase }).kid).code === "KEY_ENCRYPTION_NOT_BUILT";
    if (isUnreadable) continue;
    assert.deepEqual(outcome(() => SigningKey.fromAny(bytes, { passphrase }).verifyingKey.thumbprint), asPrivate, name);
    assert.deepEqual(outcome(() => VerifyingKey.fromAny(bytes).thumbprint), asPublic, name);
  }
});

test("a ring of keys is followed by its verifier", () => {
  const ring = new KeyRing();
  const ringVerifier = new Verifier({ keys: ring });
  const next = SigningKey.generate();
  const nextKid = KID.replace(/.$/, "9");
  ring.import(KID, key.verifyingKey, { name: "first", tags: { team: "live" } });
  ring.signWith(KID, key);
  const old = stage.mint(ring.signingKey, { now: NOW });
  assert.equal(ringVerifier.verify(old, { now: NOW }).kid, KID);
  assert.equal(ring.rotate(nextKid, next, { oldUntil: later(60) }), KID);
  assert.equal(ring.signingKey.kid, nextKid);
  ringVerifier.verify(old, { now: later(59) });
  const error = thrown(() => ringVerifier.verify(old, { now: later(60) }));
  assert.deepEqual([error.name, error.retiredAt, error.kid], ["RetiredKeyError", later(60), KID]);
  const held = ring.get(KID);
  assert.deepEqual([held.name, held.tags, held.retiredAt, ring.size], ["first", { team: "live" }, later(60), 2]);
  ring.reinstate(KID);
  ringVerifier.verify(old, { now: later(60) });
  ring.retire(KID, later(60));
  assert.deepEqual(ring.deleteRetired({ now: later(60) }), [KID]);
  assert.equal(ring.get(KID), undefined);
  const copy = new KeyRing();
  assert.equal(copy.importJson(ring.toJwks()), 1);
  assert.deepEqual(copy.keys().map(({ arn }) => arn), [nextKid]);
  assert.throws(() => ring.delete(KID), { name: "KeyRingError" });
  assert.throws(() => ring.import(KID, "x"), { name: "InvalidKeyError" });
});
