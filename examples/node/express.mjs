// Express: POST /stages/lobby/token
import express from "express";
import { keyFrom, mintFor, userOf } from "./tokens.mjs";

export function app({ pem, kid }) {
  const key = keyFrom(pem, kid);
  return express().post("/stages/:stage/token", (request, response) => {
    const userId = userOf(request.get("authorization"));
    if (!userId) return response.status(401).json({ error: "sign in first" });
    const minted = mintFor(key, userId, request.params.stage);
    if (!minted) return response.status(404).json({ error: "you are no member of this stage" });
    return response.set("cache-control", "no-store").json({ token: minted.token, participantId: minted.participantId, expiresAt: minted.expiresAt });
  });
}
