// What every example here shares: who may do what is decided from the server's own data. The request only says who is asking.
import { SigningKey, Stage } from "ivs-token";

/** Your database: which stages there are, and what each user may do there. */
const stages = new Map([
  ["lobby", new Stage({ arn: "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ", whipUrl: "https://453fdfd2ad24df.global-bm.whip.live-video.net" })],
]);
const members = new Map([
  ["lobby/ana", { name: "Ana", capabilities: ["PUBLISH", "SUBSCRIBE"] }],
  ["lobby/ben", { name: "Ben", capabilities: ["SUBSCRIBE"] }],
]);

/** Your sessions: the user of a request's header `Authorization`, or nobody. */
const sessions = new Map([["Bearer session-of-ana", "ana"], ["Bearer session-of-ben", "ben"]]);

/** The user who is signed in. */
export const userOf = (authorization) => sessions.get(authorization ?? "");

/** The key that signs, read once. */
export const keyFrom = (pem, kid) => SigningKey.fromPem(pem, { kid });

/** A token for a user on a stage, or nothing if the user is no member of it. */
export function mintFor(key, userId, stageName) {
  const stage = stages.get(stageName);
  const member = members.get(`${stageName}/${userId}`);
  if (!stage || !member) return undefined;
  return stage.mint(key, {
    userId,
    attributes: { displayName: member.name },
    capabilities: member.capabilities,
    durationMinutes: 15,
  });
}
