import assert from "node:assert/strict";
import crypto from "node:crypto";
import { test } from "node:test";
import { api, CHANNEL_ARN, EVENTS_URL, key, KID, later, NOW, PLAYBACK_KID, stage, STAGE_ARN, thrown, verifier, WHIP_URL } from "./support.mjs";

const { ConnectionToken, PlaybackToken, Verifier, checkExchange, exchange, inspect, playbackUrl } = api;

test("the binding that was asked for does the work", () => {
  const wanted = { "ivs-token/native": "native", "ivs-token/wasm": "wasm" }[process.env.IVS_TOKEN_TEST_ENTRY];
  if (wanted) assert.equal(api.binding.kind, wanted);
  assert.match(api.binding.version, /^\d+\.\d+\.\d+$/);
});

test("a participant token says what was asked for", () => {
  const minted = stage.mint(key, { userId: "José 😀", attributes: { "é": "ü", ["__proto__"]: "x" }, capabilities: ["SUBSCRIBE"], durationMinutes: 15, participantId: "p-1", now: NOW });
  assert.match(minted.token, /^[\w-]+\.[\w-]+\.[\w-]{128}$/);
  assert.equal(String(minted), minted.token);
  const [header, payload] = minted.token.split(".").map((part) => Buffer.from(part, "base64url").toString("latin1"));
  assert.deepEqual(JSON.parse(header), { alg: "ES384", typ: "JWT", kid: KID });
  // eslint-disable-next-line no-control-regex
  assert.match(payload, /^[\x20-\x7e]+$/, "the web client garbles what is not ASCII");
  const said = JSON.parse(payload);
  assert.equal(said.exp - said.iat, 900);
  assert.equal(said.iat, NOW.getTime() / 1000);
  assert.deepEqual(said.capabilities, { allow_subscribe: true });
  assert.equal(said.topic, "oRmLNwuCeMlQ");
  const who = verifier.verify(minted.token, { now: later(899) });
  for (const token of [minted, who]) {
    assert.equal(token.userId, "José 😀");
    assert.deepEqual(Object.entries(token.attributes).sort(), [["__proto__", "x"], ["é", "ü"]].sort());
    assert.deepEqual(token.capabilities, ["SUBSCRIBE"]);
    assert.equal(token.participantId, "p-1");
    assert.equal(token.stageArn, STAGE_ARN);
    assert.deepEqual(token.issuedAt, NOW);
    assert.deepEqual(token.expiresAt, later(900));
  }
  assert.deepEqual(who.endpoints, { whip: WHIP_URL, events: EVENTS_URL });
  assert.equal(who.kid, KID);
  assert.deepEqual(JSON.parse(JSON.stringify(minted)), {
    token: minted.token, participantId: "p-1", userId: "José 😀", attributes: JSON.parse('{"é":"ü","__proto__":"x"}'), capabilities: ["SUBSCRIBE"], duration: 15,
    expirationTime: later(900).toISOString(),
  });
});

test("defaults are those of CreateParticipantToken", () => {
  // Tokens have whole seconds.
  const before = Math.floor(Date.now() / 1000) * 1000;
  const minted = stage.mint(key);
  const after = Date.now();
  assert.ok(before <= minted.issuedAt && minted.issuedAt <= after);
  assert.equal(minted.expiresAt - minted.issuedAt, 12 * 3600 * 1000);
  assert.deepEqual(minted.capabilities, ["PUBLISH", "SUBSCRIBE"]);
  assert.equal(minted.userId, undefined);
  assert.notEqual(stage.mint(key).participantId, minted.participantId);
});

test("a lifetime is given in one of three ways, and milliseconds are refused", () => {
  const lasts = (options) => stage.mint(key, { now: NOW, ...options }).expiresAt - NOW;
  assert.equal(lasts({ durationMinutes: 20160 }), 14 * 86_400_000);
  assert.equal(lasts({ durationSeconds: 1 }), 1000);
  assert.equal(lasts({ expiresAt: later(60) }), 60_000);
  assert.equal(lasts({ expiresAt: later(60).getTime() / 1000 }), 60_000);
  for (const [options, words] of [
    [{ expiresAt: later(60).getTime() }, /milliseconds since 1970.*give seconds/],
    [{ durationSeconds: 3_600_000 }, /looks like milliseconds: give 3600/],
    [{ durationMinutes: 3_600_000 }, /looks like milliseconds: give 60/],
  ]) {
    const error = thrown(() => lasts(options));
    assert.ok(error instanceof api.InvalidClaimError);
    assert.equal(error.code, "LOOKS_LIKE_MILLISECONDS");
    assert.equal(error.field, Object.keys(options)[0]);
    assert.match(error.message, words);
  }
  for (const options of [{ durationMinutes: 0 }, { durationMinutes: -1 }, { durationMinutes: NaN }, { durationMinutes: 20161 }, { expiresAt: NOW }, { expiresAt: new Date(NaN) }]) {
    assert.ok(thrown(() => lasts(options)) instanceof api.InvalidClaimError, JSON.stringify(options));
  }
  assert.match(thrown(() => lasts({ durationMinutes: 1, durationSeconds: 60 })).message, /not both/);
});

test("what breaks a limit is an error of its own", () => {
  for (const [options, field, code] of [
    [{ userId: "x".repeat(129) }, "userId", "INVALID_USER_ID"],
    [{ userId: "\ud800" }, "userId", "NOT_UNICODE"],
    [{ attributes: { a: "x".repeat(1024) } }, "attributes", "INVALID_ATTRIBUTES"],
    [{ participantId: "a b" }, "participantId", "INVALID_PARTICIPANT_ID"],
    [{ capabilities: "DANCE" }, "capabilities", undefined],
  ]) {
    const error = thrown(() => stage.mint(key, options));
    assert.equal(error.name, "InvalidClaimError");
    assert.ok(error instanceof api.IvsTokenError && error instanceof Error);
    assert.equal(error.field, field);
    if (code) assert.equal(error.code, code);
  }
  const error = thrown(() => stage.mint(key, { userId: "x".repeat(129) }));
  assert.deepEqual([error.actual, error.limit], [129, 128]);
  assert.equal(thrown(() => stage.mint(api.SigningKey.generate())).name, "MintError");
  const elsewhere = key.withKid("arn:aws:ivs:us-west-2:210987654321:public-key/x");
  assert.equal(thrown(() => stage.mint(elsewhere)).name, "MintError");
});

test("values of the wrong type are TypeErrors that name the option", () => {
  for (const [options, words] of [
    [{ userId: 5 }, /userId must be a string, not number/],
    [{ attributes: ["a"] }, /attributes must be an object of strings, not an array/],
    [{ attributes: { a: 1 } }, /each value of attributes must be a string/],
    [{ capabilities: 1 }, /capabilities must be an array/],
    [{ durationMinutes: "15" }, /durationMinutes must be a number, not string/],
    [{ duration: 15 }, /no member "duration": it has .*durationMinutes/],
    [null, /options must be an object, not null/],
  ]) {
    const error = thrown(() => stage.mint(key, options));
    assert.ok(error instanceof TypeError, String(error));
    assert.match(error.message, words);
  }
  for (const wrong of [undefined, null, {}, "pem", stage]) assert.throws(() => stage.mint(wrong), /key must be a SigningKey/);
  for (const wrong of [undefined, null, 5, {}]) assert.throws(() => verifier.verify(wrong), /a token must be a string/);
});

test("many tokens at once", async () => {
  const participants = Array.from({ length: 70 }, (_, index) => ({ userId: `user-${index}`, durationMinutes: 5 }));
  for (const tokens of [
    stage.mintMany(key, participants, { now: NOW }),
    stage.mintMany(key, participants, { now: NOW, threads: 3 }),
    await stage.mintManyAsync(key, participants, { now: NOW, threads: 2 }),
  ]) {
    assert.deepEqual(tokens.map(({ userId }) => userId), participants.map(({ userId }) => userId));
    const texts = tokens.map(({ token }) => token);
    texts[3] = texts[3].slice(0, -4) + "AAAA";
    for (const answers of [verifier.verifyMany(texts, { now: NOW, threads: 2 }), await verifier.verifyManyAsync(texts, { now: NOW })]) {
      assert.equal(answers[3].code, "TOKEN_INVALID_SIGNATURE");
      assert.ok(answers[3] instanceof api.VerificationError);
      assert.deepEqual(answers.flatMap((one) => one.userId ?? []), participants.filter((_, index) => index !== 3).map(({ userId }) => userId));
    }
  }
  assert.deepEqual(stage.mintMany(key, []), []);
  const error = thrown(() => stage.mintMany(key, [{}, { userId: "x".repeat(129) }]));
  assert.deepEqual([error.code, error.index], ["INVALID_USER_ID", 1]);
  assert.equal(thrown(() => stage.mintMany(key, [{}, {}, { durationMinutes: -1 }])).index, 2);
  await assert.rejects(stage.mintManyAsync(key, [{ userId: "x".repeat(129) }]), { code: "INVALID_USER_ID", index: 0 });
});

test("what an accelerated key signs, one or many, node:crypto verifies, and the engine tells it from what is not signed", () => {
  const fast = api.SigningKey.generate({ kid: KID });
  fast.accelerate();
  assert.ok(fast.isAccelerated);
  const publicKey = { key: fast.verifyingKey.toPem(), dsaEncoding: "ieee-p1363" };
  const engine = new Verifier({ keys: { [KID]: fast.verifyingKey } });
  // So many that some are signed and verified side by side, and others alone.
  const minted = [stage.mint(fast, { now: NOW }), ...stage.mintMany(fast, Array.from({ length: 27 }, () => ({})), { now: NOW })];
  const tokens = minted.map(({ token }) => token);
  assert.equal(new Set(tokens.map((token) => token.split(".")[2])).size, tokens.length);
  const bad = tokens.map((token, index) => {
    const [header, payload, signature] = token.split(".");
    const bytes = Buffer.from(signature, "base64url");
    assert.ok(crypto.verify("sha384", `${header}.${payload}`, publicKey, bytes));
    const bit = (index * 768) / tokens.length;
    bytes[bit >> 3] ^= 1 << (bit & 7);
    return `${header}.${payload}.${bytes.toString("base64url")}`;
  });
  const mixed = tokens.flatMap((token, index) => [token, bad[index]]);
  for (const [index, answer] of engine.verifyMany(mixed, { now: NOW }).entries()) {
    assert.equal(answer.code, index % 2 === 0 ? undefined : "TOKEN_INVALID_SIGNATURE");
    if (index % 2 === 0) assert.equal(engine.verify(mixed[index], { now: NOW }).participantId, answer.participantId);
    else assert.equal(thrown(() => engine.verify(mixed[index], { now: NOW })).code, "TOKEN_INVALID_SIGNATURE");
  }
});

test("a refused token says why", () => {
  const { token } = stage.mint(key, { now: NOW, capabilities: "SUBSCRIBE", durationMinutes: 1 });
  const refused = (options, text = token) => thrown(() => verifier.verify(text, { now: NOW, ...options }));
  const expired = refused({ now: later(60) });
  assert.deepEqual([expired.name, expired.code, expired.expiredAt], ["ExpiredTokenError", "TOKEN_EXPIRED", later(60)]);
  assert.equal(refused({ now: later(-61) }).name, "NotYetValidError");
  const other = "arn:aws:ivs:us-west-2:123456789012:stage/other";
  const stageError = refused({ stage: other });
  assert.deepEqual([stageError.name, stageError.expected, stageError.found], ["WrongStageError", other, STAGE_ARN]);
  assert.deepEqual([refused({ capabilities: "PUBLISH" }).name, refused({ capabilities: ["PUBLISH"] }).missing], ["InsufficientCapabilitiesError", "PUBLISH"]);
  assert.equal(refused({ userId: "ana" }).name, "WrongUserError");
  assert.equal(refused({}, "").code, "TOKEN_MISSING");
  assert.equal(refused({}, "\ud800").name, "MalformedTokenError");
  assert.equal(thrown(() => verifier.verify("é.é.é")).name, "MalformedTokenError");
  const stranger = api.SigningKey.generate({ kid: KID.replace(/.$/, "0") });
  const unknown = refused({}, stage.mint(stranger, { now: NOW }).token);
  assert.deepEqual([unknown.name, unknown.kid], ["UnknownKeyError", stranger.kid]);
  assert.equal(refused({}, stage.mint(stranger.withKid(KID), { now: NOW }).token).name, "InvalidSignatureError");
  assert.equal(refused({}, ConnectionToken.mint(key, { now: NOW }).token).name, "WrongKindError");
});

test("connection tokens", () => {
  const minted = ConnectionToken.mint(key, { tokenId: "c-1", durationMinutes: 40320, now: NOW });
  const { region, accountId, tokenId, expiresAt } = verifier.verifyConnection(minted, { now: NOW });
  assert.deepEqual({ region, accountId, tokenId, expiresAt }, { region: "us-west-2", accountId: "123456789012", tokenId: "c-1", expiresAt: later(28 * 86_400) });
  assert.deepEqual([minted.region, minted.accountId], ["us-west-2", "123456789012"]);
  assert.throws(() => verifier.verify(minted, { now: NOW }), { name: "WrongKindError" });
});

test("a connection token leads to the server of a stage on this machine", () => {
  const leads = (token) => JSON.parse(Buffer.from(token.token.split(".")[1], "base64url")).events_url;
  const here = new api.Stage({ arn: STAGE_ARN, whipUrl: "http://localhost:8788", eventsUrl: "ws://localhost:8788" });
  const minted = ConnectionToken.mint(key, { serverOf: here });
  assert.equal(leads(minted), "ws://localhost:8788");
  assert.equal(verifier.verifyConnection(minted).tokenId, minted.tokenId);
  const service = leads(ConnectionToken.mint(key));
  const elsewhere = new api.Stage({ arn: STAGE_ARN, whipUrl: "https://whip.example", eventsUrl: "wss://us-west-2.events.live-video.net" });
  for (const serverOf of [elsewhere, undefined]) assert.equal(leads(ConnectionToken.mint(key, { serverOf })), service);
  assert.notEqual(service, "ws://localhost:8788");
  for (const serverOf of ["ws://localhost:8788", null, key, { arn: STAGE_ARN }]) {
    assert.throws(() => ConnectionToken.mint(key, { serverOf }), { name: "TypeError", message: /^serverOf must be a Stage, not / });
  }
});

test("playback tokens", () => {
  const playback = new Verifier({ playbackKeys: { [PLAYBACK_KID]: key.verifyingKey }, revocations: new api.InMemoryRevocations() });
  const minted = PlaybackToken.mint(key, CHANNEL_ARN, {
    now: NOW, origins: ["https://*.example.com"], strictOriginEnforcement: true, singleUse: true, viewerId: "v", viewerSessionVersion: 2n ** 62n, maximumResolution: "HD",
  });
  const origin = "https://www.example.com";
  assert.throws(() => playback.verifyPlayback(minted, { now: NOW, origin: "https://example.org" }), { name: "OriginNotAllowedError" });
  assert.throws(() => playback.verifyPlayback(minted, { now: NOW, origin, channelArn: CHANNEL_ARN + "x" }), { name: "WrongChannelError" });
  const seen = playback.verifyPlayback(minted, { now: NOW, origin, channelArn: CHANNEL_ARN });
  assert.deepEqual([seen.viewerSessionVersion, seen.viewerId, seen.maximumResolution, seen.singleUseUuid], [2n ** 62n, "v", "HD", minted.singleUseUuid]);
  assert.deepEqual([seen.allowsOrigin(origin), seen.allowsOrigin("https://example.org"), seen.allowsOrigin()], [true, false, false]);
  assert.throws(() => playback.verifyPlayback(minted, { now: NOW, origin }), { name: "AlreadyUsedError" });
  assert.equal(seen.kid, PLAYBACK_KID);
  const nameless = new Verifier({ playbackKeys: { [CHANNEL_ARN]: key.verifyingKey } });
  const found = nameless.verifyPlayback(minted, { now: NOW, origin, channelArn: CHANNEL_ARN });
  assert.deepEqual([found.kid, found.viewerId], [undefined, "v"]);
  assert.throws(() => new Verifier({ playbackKeys: { [KID]: key.verifyingKey } }), { name: "InvalidClaimError" });
  assert.throws(() => PlaybackToken.mint(key, CHANNEL_ARN, { singleUse: "x" }), { name: "InvalidClaimError" });
  const base = "https://b37c565f6d790a14a0e78afaa6808a80.us-west-2.playback.live-video.net/api/video/v1/a.m3u8";
  assert.equal(minted.url(base), `${base}?token=${minted.token}`);
  assert.throws(() => playbackUrl("ftp://example.com", "x"), { name: "InvalidClaimError", field: "url" });
});

test("exchange keeps who, where and until when", () => {
  const old = stage.mint(key, { userId: "ana", capabilities: "SUBSCRIBE", durationMinutes: 60, now: NOW });
  for (const token of [old, verifier.verify(old, { now: NOW })]) {
    const next = exchange(token, key, { capabilities: ["PUBLISH", "SUBSCRIBE"], now: later(10) });
    assert.deepEqual([next.participantId, next.userId, next.expiresAt, next.issuedAt], [old.participantId, "ana", old.expiresAt, later(10)]);
    assert.deepEqual(next.capabilities, ["PUBLISH", "SUBSCRIBE"]);
    checkExchange(token, next);
    assert.deepEqual(thrown(() => checkExchange(token, stage.mint(key))).claims, ["jti"]);
  }
  assert.throws(() => exchange(old.token, key), /verify a text first/);
});

test("inspect never fails", () => {
  const { token } = stage.mint(key, { now: NOW });
  const good = inspect(token, { now: NOW });
  assert.deepEqual([good.kind, good.problems, good.expiresAt, good.header.kid, good.claims.exp], ["participant", [], later(43_200), KID, later(43_200).getTime() / 1000]);
  assert.equal(inspect(token, { now: later(43_200) }).problems.length, 1);
  const pasted = inspect(`"https://example.com/?token=${token}"`, { now: NOW });
  assert.deepEqual([pasted.kind, pasted.problems.length], ["participant", 2]);
  assert.equal(inspect("nonsense \ud800").kind, "not-a-token");
  assert.match(good.text, /participant token/);
});

test("a cache remembers good tokens and still looks at the time", () => {
  const cached = new Verifier({ keys: { [KID]: key.verifyingKey }, cache: 10 });
  const { token } = stage.mint(key, { now: NOW, durationMinutes: 1 });
  cached.verify(token, { now: NOW });
  cached.verify(token, { now: NOW });
  assert.equal(cached.cached, 1);
  assert.throws(() => cached.verify(token, { now: later(60) }), { name: "ExpiredTokenError" });
});

test("a stage comes from what GetStage answers", () => {
  const response = { stage: { arn: STAGE_ARN, name: "x", endpoints: { whip: WHIP_URL, events: EVENTS_URL } }, $metadata: {} };
  for (const from of [response, JSON.stringify(response)]) assert.deepEqual({ ...api.Stage.fromResponse(from).toJSON() }, { ...stage.toJSON() });
  assert.throws(() => api.Stage.fromResponse({}), { name: "InvalidClaimError" });
  assert.throws(() => new api.Stage({ arn: STAGE_ARN, whipUrl: "http://example.com" }), { name: "InvalidClaimError", field: "whipUrl" });
  assert.throws(() => new api.Stage({ arn: "x", whipUrl: WHIP_URL }), { name: "InvalidClaimError", field: "arn" });
});
