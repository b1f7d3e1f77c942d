// Bun: bun bun.mjs
import { keyFrom, mintFor, userOf } from "./tokens.mjs";

const key = keyFrom(process.env.IVS_PRIVATE_KEY, process.env.IVS_KEY_ARN);

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: Number(process.env.PORT ?? 8000),
  fetch(request) {
    const [, stage] = new URL(request.url).pathname.match(/^\/stages\/([^/]+)\/token$/) ?? [];
    if (request.method !== "POST" || !stage) return Response.json({ error: "not found" }, { status: 404 });
    const userId = userOf(request.headers.get("authorization"));
    if (!userId) return Response.json({ error: "sign in first" }, { status: 401 });
    const minted = mintFor(key, userId, stage);
    if (!minted) return Response.json({ error: "you are no member of this stage" }, { status: 404 });
    return Response.json({ token: minted.token, participantId: minted.participantId, expiresAt: minted.expiresAt }, { headers: { "cache-control": "no-store" } });
  },
});
console.log(`Listening on http://127.0.0.1:${server.port}`);
