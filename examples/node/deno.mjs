// Deno, and Supabase edge functions: deno run --allow-net --allow-env deno.mjs
import { keyFrom, mintFor, userOf } from "./tokens.mjs";

const key = keyFrom(Deno.env.get("IVS_PRIVATE_KEY"), Deno.env.get("IVS_KEY_ARN"));

Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.env.get("PORT") ?? 8000) }, (request) => {
  const [, stage] = new URL(request.url).pathname.match(/^\/stages\/([^/]+)\/token$/) ?? [];
  if (request.method !== "POST" || !stage) return Response.json({ error: "not found" }, { status: 404 });
  const userId = userOf(request.headers.get("authorization"));
  if (!userId) return Response.json({ error: "sign in first" }, { status: 401 });
  const minted = mintFor(key, userId, stage);
  if (!minted) return Response.json({ error: "you are no member of this stage" }, { status: 404 });
  return Response.json({ token: minted.token, participantId: minted.participantId, expiresAt: minted.expiresAt }, { headers: { "cache-control": "no-store" } });
});
