import assert from "node:assert/strict";
import { test } from "node:test";
import { api, CHANNEL_ARN, key, KID, NOW, PLAYBACK_KID, stage, STAGE_ARN } from "./support.mjs";

const { ConnectionToken, InMemoryRevocations, PlaybackToken, Verdict, Verifier } = api;
const keys = { [KID]: key.verifyingKey };
const playbackKeys = { [PLAYBACK_KID]: key.verifyingKey };

test("revocations in memory", async () => {
  const revocations = new InMemoryRevocations();
  const verifier = new Verifier({ keys, playbackKeys, revocations });
  const minted = stage.mint(key);
  verifier.verify(minted);
  revocations.disconnectParticipant(stage, minted.participantId, "rude");
  for (const refused of [() => verifier.verify(minted), () => verifier.verifyAsync(minted)]) {
    await assert.rejects(async () => refused(), { name: "RevokedError", code: "PARTICIPANT_DISCONNECTED", message: /rude/ });
  }
  const other = stage.mint(key);
  revocations.deleteStage(STAGE_ARN);
  assert.throws(() => verifier.verify(other), { code: "STAGE_DELETED" });
  const connection = ConnectionToken.mint(key);
  revocations.revokeConnectionToken(connection.tokenId);
  assert.throws(() => verifier.verifyConnection(connection), { code: "CONNECTION_TOKEN_REVOKED" });
  revocations.revokeViewerSessions(CHANNEL_ARN, "v", 3);
  const viewer = (version) => PlaybackToken.mint(key, CHANNEL_ARN, { viewerId: "v", viewerSessionVersion: version });
  assert.throws(() => verifier.verifyPlayback(viewer(3)), { code: "VIEWER_SESSION_REVOKED" });
  verifier.verifyPlayback(viewer(4));
  assert.equal(revocations.size, 4);
  revocations.sweep();
  assert.throws(() => revocations.disconnectParticipant("x", "y"), { name: "InvalidClaimError", field: "stage" });
});

/** A store as an application writes one, over what answers later. */
class Store {
  asked = [];
  verdict = Verdict.NOT_REVOKED;
  spent = new Set();
  async checkParticipant(stageArn, participantId) {
    this.asked.push([stageArn, participantId]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    return typeof this.verdict === "function" ? this.verdict(participantId) : this.verdict;
  }
  async checkPlayback(channelArn, { singleUseUuid, rememberForSeconds, viewerId, viewerSessionVersion }) {
    this.asked.push([channelArn, viewerId, viewerSessionVersion, rememberForSeconds]);
    if (this.spent.has(singleUseUuid)) return Verdict.ALREADY_USED;
    this.spent.add(singleUseUuid);
    return Verdict.NOT_REVOKED;
  }
}

test("a store written in JavaScript answers later", async () => {
  const store = new Store();
  const verifier = new Verifier({ keys, playbackKeys, revocations: store, cache: 10 });
  const minted = stage.mint(key);
  assert.equal((await verifier.verifyAsync(minted)).participantId, minted.participantId);
  assert.deepEqual(store.asked, [[STAGE_ARN, minted.participantId]]);
  store.verdict = Verdict.participantDisconnected("rude");
  await assert.rejects(verifier.verifyAsync(minted), { name: "RevokedError", code: "PARTICIPANT_DISCONNECTED", message: /rude/ });
  store.verdict = Verdict.STAGE_DELETED;
  await assert.rejects(verifier.verifyAsync(minted), { code: "STAGE_DELETED" });
  // A bad token is refused before the store is asked.
  const before = store.asked.length;
  await assert.rejects(verifier.verifyAsync("x"), { name: "MalformedTokenError" });
  assert.equal(store.asked.length, before);
  assert.throws(() => verifier.verify(minted), /call verifyAsync/);
  assert.throws(() => verifier.verifyMany([minted]), /call verifyManyAsync/);
});

test("a store that fails lets nothing through", async () => {
  const store = new Store();
  const verifier = new Verifier({ keys, playbackKeys, revocations: store });
  const minted = stage.mint(key);
  const down = new Error("the database is down");
  for (const [verdict, words, cause] of [
    [() => { throw down; }, /Error: the database is down/, down],
    [undefined, /gave no Verdict/],
    [true, /gave no Verdict/],
    [{ verdict: "stageDeleted" }, /gave no Verdict/],
    [Verdict.ALREADY_USED, /not about such a token/],
    [Verdict.participantDisconnected("x".repeat(129)), /128/],
  ]) {
    store.verdict = verdict;
    await assert.rejects(verifier.verifyAsync(minted), (error) => {
      assert.equal(error.name, "RevocationUnknownError");
      assert.match(error.message, words);
      if (cause) assert.equal(error.cause, cause);
      return true;
    });
  }
  await assert.rejects(verifier.verifyConnectionAsync(ConnectionToken.mint(key)), { name: "RevocationUnknownError", message: /no method checkConnection/ });
});

test("many tokens are asked about at once", async () => {
  const store = new Store();
  const verifier = new Verifier({ keys, revocations: store });
  const minted = stage.mintMany(key, [{}, {}, {}, {}]);
  store.verdict = (id) => (id === minted[2].participantId ? Verdict.participantDisconnected() : Verdict.NOT_REVOKED);
  const texts = [minted[0].token, "x", minted[2].token, minted[3].token];
  const outcome = (list) => list.map((one) => one.code ?? one.participantId);
  const expected = [minted[0].participantId, "TOKEN_INVALID", "PARTICIPANT_DISCONNECTED", minted[3].participantId];
  assert.deepEqual(outcome(await verifier.verifyManyAsync(texts)), expected);
  store.checkParticipants = (participants) => participants.map(({ participantId }) => store.verdict(participantId));
  assert.deepEqual(outcome(await verifier.verifyManyAsync(texts, { threads: 2 })), expected);
  store.checkParticipants = () => [];
  assert.deepEqual((await verifier.verifyManyAsync(texts)).map(({ name }) => name).filter((name) => name === "RevocationUnknownError").length, 3);
});

test("a token that is good once is spent once, whoever comes together", async () => {
  const store = new Store();
  const verifier = new Verifier({ playbackKeys, revocations: store });
  const minted = PlaybackToken.mint(key, CHANNEL_ARN, { singleUse: true, viewerId: "v", viewerSessionVersion: 7, now: NOW });
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => verifier.verifyPlaybackAsync(minted, { now: NOW })));
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  assert.ok(outcomes.every(({ status, reason }) => status === "fulfilled" || reason.name === "AlreadyUsedError"));
  assert.deepEqual(store.asked[0], [CHANNEL_ARN, "v", 7n, 4200]);
});
