// What the tests share. They run in a folder in which the packed package is installed: see scripts/test-node.
import { readFileSync } from "node:fs";

/** The package, through the binding that is to be tested. */
export const entry = process.env.IVS_TOKEN_TEST_ENTRY ?? "ivs-token";
export const api = await import(entry);

export const KID = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0-4df3-8941-ca7d38acca1a";
export const STAGE_ARN = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
export const WHIP_URL = "https://453fdfd2ad24df.global-bm.whip.live-video.net";
export const EVENTS_URL = "wss://global.events.live-video.net";
export const CHANNEL_ARN = "arn:aws:ivs:us-west-2:123456789012:channel/AbCdEfGh";
export const PLAYBACK_KID = "arn:aws:ivs:us-west-2:123456789012:playback-key/f99cde61";
export const NOW = new Date("2026-11-21T09:17:25Z");

export const key = api.SigningKey.generate({ kid: KID });
export const stage = new api.Stage({ arn: STAGE_ARN, whipUrl: WHIP_URL });
export const verifier = new api.Verifier({ keys: { [KID]: key.verifyingKey } });

/** The time, so many seconds after NOW. */
export const later = (seconds) => new Date(NOW.getTime() + seconds * 1000);

/** The vectors that every binding is tested with. */
export const vectors = (name) => JSON.parse(readFileSync(new URL(`${process.env.IVS_TOKEN_TEST_VECTORS}/${name}.json`, "file:///"), "utf8"));

/** What a function throws. */
export function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
