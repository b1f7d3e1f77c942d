import { INSPECT, lifetime, type Lifetime, MAKE, optionalText, options, time } from "./arguments.js";
import { operation } from "./binding.js";
import { SigningKey } from "./keys.js";
import { Stage } from "./stage.js";
import { Minted } from "./tokens.js";

const mint = operation("connection.mint");

export interface ConnectionTokenOptions extends Lifetime {
  /** The token's ID, 1 to 64 of `[A-Za-z0-9_-]`; random by default. RevokeConnectionToken takes it. */
  tokenId?: string | undefined;
  /**
   * A stage. If its server is on this machine, such as `ivs-local`, the token leads there. With any other stage, the token
   * leads to AWS's service.
   */
  serverOf?: Stage | undefined;
  /** When the token is issued, for tests. */
  now?: Date | undefined;
}

/** A minted connection token: one network connection for many stages. */
export class ConnectionToken extends Minted {
  /** Mints a connection token. It lasts 12 hours by default, and at most 28 days. */
  static mint(key: SigningKey, given?: ConnectionTokenOptions): ConnectionToken {
    const handle = SigningKey.handleOf("key", key);
    const said = options("options", given, ["durationMinutes", "durationSeconds", "expiresAt", "tokenId", "serverOf", "now"]);
    const now = time(said["now"]);
    const { serverOf } = said;
    const stage = serverOf === undefined ? undefined : Stage.handleOf("serverOf", serverOf);
    const json = JSON.stringify({
      durationSeconds: lifetime(said, now, 28 * 86_400),
      tokenId: optionalText("tokenId", said["tokenId"]),
    });
    return new ConnectionToken(MAKE, mint.text(now, json, handle, stage));
  }

  /** The token's ID: RevokeConnectionToken takes it. */
  get tokenId(): string {
    return this.payload().jti;
  }

  /** The account of the key that signed it. */
  get accountId(): string {
    return this.payload()["account_id"] as string;
  }

  /** The home region of the key that signed it. */
  get region(): string {
    return this.payload()["region"] as string;
  }

  /** When the token was issued. */
  get issuedAt(): Date {
    return new Date(this.payload().iat * 1000);
  }

  toJSON(): { token: string; tokenId: string; expirationTime: Date } {
    return { token: this.token, tokenId: this.tokenId, expirationTime: this.expiresAt };
  }

  [INSPECT](): string {
    return `ConnectionToken { tokenId: ${JSON.stringify(this.tokenId)}, expiresAt: ${this.expiresAt.toISOString()} }`;
  }
}
