// Cloudflare Workers: POST /stages/lobby/token. The key is a secret: wrangler secret put IVS_PRIVATE_KEY
import { keyFrom, mintFor, userOf } from "./tokens.mjs";

let key;

export default {
  async fetch(request, env) {
    const [, stage] = new URL(request.url).pathname.match(/^\/stages\/([^/]+)\/token$/) ?? [];
    if (request.method !== "POST" || !stage) return Response.json({ error: "not found" }, { status: 404 });
    const userId = userOf(request.headers.get("authorization"));
    if (!userId) return Response.json({ error: "sign in first" }, { status: 401 });
    key ??= keyFrom(env.IVS_PRIVATE_KEY, env.IVS_KEY_ARN);
    const minted = mintFor(key, userId, stage);
    if (!minted) return Response.json({ error: "you are no member of this stage" }, { status: 404 });
    return Response.json({ token: minted.token, participantId: minted.participantId, expiresAt: minted.expiresAt }, { headers: { "cache-control": "no-store" } });
  },
};
