import { type Capability, flag, guard, INSPECT, lifetime, type Lifetime, MAKE, optionalText, options, text, texts, time, int64, wrong } from "./arguments.js";
import { operation, seconds } from "./binding.js";
import { SigningKey } from "./keys.js";

/** The claims of a participant token. */
export interface ParticipantClaims {
  stage: { arn: string; whipUrl: string; eventsUrl: string };
  participantId: string;
  userId?: string;
  attributes: Record<string, string>;
  capabilities: Capability[];
  issuedAt: number;
  expiresAt: number;
  version: string;
}

type Payload = Record<string, unknown> & { exp: number; iat: number; jti: string };

const op = {
  playback: operation("playback.mint"),
  url: operation("playback.url"),
  allowsOrigin: operation("playback.allowsOrigin"),
};

/** A minted token. `token` is the text with which a client joins; the other properties are its claims. */
abstract class Minted {
  /** The token itself. Anyone who has it can use it. */
  readonly token!: string;
  #payload: Payload | undefined;

  /** @internal */
  constructor(secret: typeof MAKE, token: string) {
    guard(secret, `a ${new.target.name} is made by minting`);
    // The property is not enumerable, so that nothing logs it by accident.
    Object.defineProperty(this, "token", { value: token });
  }

  /** The first second at which the token is no longer valid. */
  get expiresAt(): Date {
    return new Date(this.payload().exp * 1000);
  }

  /** The token itself. */
  toString(): string {
    return this.token;
  }

  /** @internal */
  protected payload(): Payload {
    // The token was minted here, so its JSON is pure ASCII with escapes.
    return (this.#payload ??= JSON.parse(decoded(this.token.split(".", 2)[1] as string)) as Payload);
  }
}

/** A minted participant token. */
export class ParticipantToken extends Minted {
  /** The participant's ID, `jti`: DisconnectParticipant takes it. */
  get participantId(): string {
    return this.payload().jti;
  }

  /** Your application's name for the participant. */
  get userId(): string | undefined {
    return this.payload()["user_id"] as string | undefined;
  }

  /** The participant's attributes. */
  get attributes(): Record<string, string> {
    return { ...(this.payload()["attributes"] as Record<string, string> | undefined) };
  }

  /** What the participant may do. */
  get capabilities(): Capability[] {
    const said = this.payload()["capabilities"] as Record<string, boolean>;
    const all: [string, Capability][] = [["allow_publish", "PUBLISH"], ["allow_subscribe", "SUBSCRIBE"]];
    return all.filter(([name]) => said[name]).map(([, capability]) => capability);
  }

  /** The ARN of the stage. */
  get stageArn(): string {
    return this.payload()["resource"] as string;
  }

  /** When the token was issued. */
  get issuedAt(): Date {
    return new Date(this.payload().iat * 1000);
  }

  /** The response of CreateParticipantToken; `duration` is in minutes. */
  toJSON(): ParticipantTokenJson {
    const { exp, iat } = this.payload();
    return {
      token: this.token,
      participantId: this.participantId,
      ...(this.userId === undefined ? {} : { userId: this.userId }),
      ...(Object.keys(this.attributes).length === 0 ? {} : { attributes: this.attributes }),
      capabilities: this.capabilities,
      duration: Math.ceil((exp - iat) / 60),
      expirationTime: this.expiresAt,
    };
  }

  [INSPECT](): string {
    return `ParticipantToken { participantId: ${JSON.stringify(this.participantId)}, userId: ${JSON.stringify(this.userId)}, expiresAt: ${this.expiresAt.toISOString()} }`;
  }

  /** @internal */
  claims(): ParticipantClaims {
    const payload = this.payload();
    return {
      stage: { arn: this.stageArn, whipUrl: payload["whip_url"] as string, eventsUrl: payload["events_url"] as string },
      participantId: payload.jti,
      ...(this.userId === undefined ? {} : { userId: this.userId }),
      attributes: this.attributes,
      capabilities: this.capabilities,
      issuedAt: payload.iat,
      expiresAt: payload.exp,
      version: payload["version"] as string,
    };
  }
}

/** `ParticipantToken` of the service model. */
export interface ParticipantTokenJson {
  token: string;
  participantId: string;
  userId?: string;
  attributes?: Record<string, string>;
  capabilities: Capability[];
  /** Minutes. */
  duration: number;
  expirationTime: Date;
}

export interface PlaybackTokenOptions extends Lifetime {
  /** Origins from which playback may be requested, such as `https://*.example.com`; every origin by default. */
  origins?: readonly string[] | undefined;
  /** Whether requests from other origins are refused, and not only hidden from browsers. If so, at most 5 origins are allowed. */
  strictOriginEnforcement?: boolean | undefined;
  /** Makes a single-use token: `true` for a random UUID, or the UUID. */
  singleUse?: boolean | string | undefined;
  /** Your application's name for the viewer, at most 40 characters. With it, the token lasts at most 10 minutes. */
  viewerId?: string | undefined;
  /** The version of the viewer's session: 64 bits, 0 by default. */
  viewerSessionVersion?: bigint | number | undefined;
  /** The highest resolution that the viewer may see. */
  maximumResolution?: "SD" | "HD" | "FULL_HD" | undefined;
  /** The present time, for tests. */
  now?: Date | undefined;
}

/** A minted playback token, with which a viewer watches one private channel. */
export class PlaybackToken extends Minted {
  /** Mints a playback token for this channel. By default it lasts 10 minutes. */
  static mint(key: SigningKey, channelArn: string, given?: PlaybackTokenOptions): PlaybackToken {
    const handle = SigningKey.handleOf("key", key);
    const said = options("options", given, PLAYBACK);
    const now = time(said["now"]);
    const { origins, singleUse, viewerSessionVersion } = said;
    const json = JSON.stringify({
      channelArn: text("channelArn", channelArn),
      durationSeconds: lifetime(said, now, 4_294_967_295),
      origins: origins === undefined ? undefined : texts("origins", origins),
      strictOriginEnforcement: flag("strictOriginEnforcement", said["strictOriginEnforcement"]),
      ...(typeof singleUse === "boolean" ? { singleUse } : { singleUseUuid: optionalText("singleUse", singleUse) }),
      viewerId: optionalText("viewerId", said["viewerId"]),
      viewerSessionVersion: viewerSessionVersion === undefined ? undefined : int64("viewerSessionVersion", viewerSessionVersion),
      maximumResolution: optionalText("maximumResolution", said["maximumResolution"]),
    });
    return new PlaybackToken(MAKE, op.playback.text(now, json, handle));
  }

  /** The ARN of the channel. */
  get channelArn(): string {
    return this.payload()["aws:channel-arn"] as string;
  }

  /** The UUID of a single-use token. */
  get singleUseUuid(): string | undefined {
    return this.payload()["aws:single-use-uuid"] as string | undefined;
  }

  /** Your application's name for the viewer. */
  get viewerId(): string | undefined {
    return this.payload()["aws:viewer-id"] as string | undefined;
  }

  /** The URL to play: `base`, which is the `playbackUrl` that GetChannel returns, with this token as a query parameter. */
  url(base: string): string {
    return playbackUrl(base, this.token);
  }

  toJSON(): { token: string; channelArn: string; expirationTime: Date } {
    return { token: this.token, channelArn: this.channelArn, expirationTime: this.expiresAt };
  }

  [INSPECT](): string {
    return `PlaybackToken { channelArn: ${JSON.stringify(this.channelArn)}, expiresAt: ${this.expiresAt.toISOString()} }`;
  }
}

const PLAYBACK = [
  "durationMinutes", "durationSeconds", "expiresAt", "origins", "strictOriginEnforcement", "singleUse", "viewerId",
  "viewerSessionVersion", "maximumResolution", "now",
];

/** The URL to play: `base`, which is the `playbackUrl` that GetChannel returns, with the token as the query parameter `token`. */
export function playbackUrl(base: string, token: string | PlaybackToken): string {
  return op.url.text(seconds(), JSON.stringify({ base: text("base", base), token: tokenText(token) }));
}

/** @internal */
export function allowsOrigin(json: object): boolean {
  return op.allowsOrigin.text(seconds(), JSON.stringify(json)) === "true";
}

/** The text of a token. */
export function tokenText(token: unknown): string {
  if (typeof token === "string") return token;
  if (token instanceof Minted) return token.token;
  throw wrong("a token", "a string", token);
}

/** Base64url of ASCII. */
function decoded(part: string): string {
  return atob(part.replace(/-/g, "+").replace(/_/g, "/"));
}

export { Minted };
