// Fastify: POST /stages/lobby/token
import fastify from "fastify";
import { keyFrom, mintFor, userOf } from "./tokens.mjs";

export function app({ pem, kid }) {
  const key = keyFrom(pem, kid);
  const server = fastify();
  server.post("/stages/:stage/token", (request, reply) => {
    const userId = userOf(request.headers.authorization);
    if (!userId) return reply.code(401).send({ error: "sign in first" });
    const minted = mintFor(key, userId, request.params.stage);
    if (!minted) return reply.code(404).send({ error: "you are no member of this stage" });
    return reply.header("cache-control", "no-store").send({ token: minted.token, participantId: minted.participantId, expiresAt: minted.expiresAt });
  });
  return server;
}
