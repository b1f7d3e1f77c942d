// Next.js: app/stages/[stage]/token/route.js. It is a plain handler of requests, and works with Node.js and at the edge.
import { keyFrom, mintFor, userOf } from "./tokens.mjs";

let key;

export async function POST(request, { params }) {
  const userId = userOf(request.headers.get("authorization"));
  if (!userId) return Response.json({ error: "sign in first" }, { status: 401 });
  key ??= keyFrom(process.env.IVS_PRIVATE_KEY, process.env.IVS_KEY_ARN);
  const minted = mintFor(key, userId, (await params).stage);
  if (!minted) return Response.json({ error: "you are no member of this stage" }, { status: 404 });
  return Response.json({ token: minted.token, participantId: minted.participantId, expiresAt: minted.expiresAt }, { headers: { "cache-control": "no-store" } });
}
