// Tokens of each kind for other programs, and from them: what tests/c/tokens.c does, by the npm package.
//
//     tokens.mjs ENTRY mint PRIVATE_KEY       prints a participant, a connection and a playback token, each on a line
//     tokens.mjs ENTRY verify PUBLIC_KEY NOW  reads three such lines, and verifies them as at that second since 1970
//
// ENTRY is an entry of the package, ivs-token/native or ivs-token/wasm, as seen from the folder in which this runs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const KID = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
const PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";
const STAGE_ARN = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
const CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh";
const WHIP_URL = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
const ORIGIN = "https://example.com";

const [entry, what, file, seconds] = process.argv.slice(2);
const { ConnectionToken, PlaybackToken, SigningKey, Stage, Verifier, VerifyingKey } = createRequire(`${process.cwd()}/package.json`)(entry);
const pem = readFileSync(file, "utf8");

if (what === "mint") {
  const key = SigningKey.fromPem(pem, { kid: KID });
  const stage = new Stage({ arn: STAGE_ARN, whipUrl: WHIP_URL });
  console.log(stage.mint(key, { userId: "Zoë", attributes: { seat: "12" } }).token);
  console.log(ConnectionToken.mint(key, { tokenId: "line-1" }).token);
  console.log(PlaybackToken.mint(key, CHANNEL_ARN, { viewerId: "ana", origins: [ORIGIN], strictOriginEnforcement: true }).token);
} else {
  const key = VerifyingKey.fromPem(pem);
  const verifier = new Verifier({ keys: { [KID]: key }, playbackKeys: { [PLAYBACK_KID]: key }, stage: STAGE_ARN });
  const now = new Date(Number(seconds) * 1000);
  const [participant, connection, playback] = readFileSync(0, "utf8").split("\n");
  const who = verifier.verify(participant, { now });
  assert.deepEqual([who.userId, { ...who.attributes }], ["Zoë", { seat: "12" }]);
  assert.equal(verifier.verifyConnection(connection, { now }).tokenId, "line-1");
  assert.equal(verifier.verifyPlayback(playback, { now, origin: ORIGIN, channelArn: CHANNEL_ARN }).viewerId, "ana");
}
