import { type Capability, capabilities, lifetime, type Lifetime, MAKE, optionalText, options, pairs, time, wrong } from "./arguments.js";
import { operation, seconds } from "./binding.js";
import { SigningKey } from "./keys.js";
import { type ParticipantClaims, ParticipantToken } from "./tokens.js";
import { VerifiedToken } from "./verified.js";

/** What changes in an exchange. What you do not give stays the same, including the expiry of the old token. */
export interface ExchangeOptions extends Lifetime {
  userId?: string | undefined;
  attributes?: Readonly<Record<string, string>> | undefined;
  capabilities?: Capability | readonly Capability[] | undefined;
  /** When the token is issued, for tests. */
  now?: Date | undefined;
}

const op = { exchange: operation("exchange"), check: operation("checkExchange") };

/**
 * Mints a token in exchange for another, for the same participant on the same stage. `token` is one that was minted or verified
 * here: verify a text first. Any key of the stage's account and region will do.
 */
export function exchange(token: ParticipantToken | VerifiedToken, key: SigningKey, given?: ExchangeOptions): ParticipantToken {
  const names = ["userId", "attributes", "capabilities", "durationMinutes", "durationSeconds", "expiresAt", "now"];
  const said = options("options", given, names);
  const now = time(said["now"]);
  const changes = {
    userId: optionalText("userId", said["userId"]),
    attributes: pairs("attributes", said["attributes"]),
    capabilities: capabilities(said["capabilities"]),
    durationSeconds: lifetime(said, now, 14 * 86_400),
  };
  const json = JSON.stringify({ token: claims("token", token), changes });
  return new ParticipantToken(MAKE, op.exchange.text(now, json, SigningKey.handleOf("key", key)));
}

/**
 * Checks that IVS and its web client accept one token in exchange for the other.
 *
 * @throws ExchangeError, whose `claims` are the names of all claims that differ and may not
 */
export function checkExchange(old: ParticipantToken | VerifiedToken, next: ParticipantToken | VerifiedToken): void {
  op.check.text(seconds(), JSON.stringify({ old: claims("old", old), new: claims("next", next) }));
}

function claims(name: string, token: unknown): ParticipantClaims {
  if (token instanceof ParticipantToken || token instanceof VerifiedToken) return token.claims();
  throw wrong(name, "a ParticipantToken or a VerifiedToken: verify a text first", token);
}
