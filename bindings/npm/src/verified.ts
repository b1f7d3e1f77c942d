import { type Capability, guard, INSPECT, MAKE } from "./arguments.js";
import { allowsOrigin, type ParticipantClaims } from "./tokens.js";

/** What a verification found. Only a `Verifier` makes one. */
abstract class Verified<C extends { expiresAt: number; kid?: string }> {
  readonly #json: string | C;
  #claims: C | undefined;

  /** @internal */
  constructor(secret: typeof MAKE, json: string | C) {
    guard(secret, `only a Verifier makes a ${new.target.name}`);
    this.#json = json;
  }

  /** The first second at which the token is no longer valid. */
  get expiresAt(): Date {
    return new Date(this.said().expiresAt * 1000);
  }

  /** The ARN of the key that signed the token; absent when a verifier holds a playback key without its ARN. */
  get kid(): C["kid"] {
    return this.said().kid as C["kid"];
  }

  abstract [INSPECT](): string;

  /** The claims of the token. */
  abstract toJSON(): object;

  /** @internal */
  protected said(): C {
    return (this.#claims ??= typeof this.#json === "string" ? (JSON.parse(this.#json) as C) : this.#json);
  }
}

type Participant = ParticipantClaims & { kid: string };

/** A participant token whose signature, rules and time have been checked. */
export class VerifiedToken extends Verified<Participant> {
  /** The participant's ID, `jti`: DisconnectParticipant takes it. */
  get participantId(): string {
    return this.said().participantId;
  }

  /** Your application's name for the participant. */
  get userId(): string | undefined {
    return this.said().userId;
  }

  /** The participant's attributes. */
  get attributes(): Record<string, string> {
    return { ...this.said().attributes };
  }

  /** What the participant may do. */
  get capabilities(): Capability[] {
    return [...this.said().capabilities];
  }

  /** The ARN of the stage. */
  get stageArn(): string {
    return this.said().stage.arn;
  }

  /** The stage's endpoints. */
  get endpoints(): { whip: string; events: string } {
    const { whipUrl, eventsUrl } = this.said().stage;
    return { whip: whipUrl, events: eventsUrl };
  }

  /** When the token was issued. */
  get issuedAt(): Date {
    return new Date(this.said().issuedAt * 1000);
  }

  /** The version of the token's form, such as `1.0`. */
  get version(): string {
    return this.said().version;
  }

  toJSON(): object {
    const { participantId, userId, attributes, capabilities, stageArn, issuedAt, expiresAt, kid } = this;
    return { participantId, userId, attributes, capabilities, stageArn, issuedAt, expiresAt, kid };
  }

  [INSPECT](): string {
    return `VerifiedToken ${JSON.stringify(this)}`;
  }

  /** @internal */
  claims(): ParticipantClaims {
    return this.said();
  }
}

interface Connection {
  tokenId: string;
  accountId: string;
  region: string;
  issuedAt: number;
  expiresAt: number;
  version: string;
  kid: string;
}

/** A connection token whose signature, rules and time have been checked. */
export class VerifiedConnection extends Verified<Connection> {
  /** The token's ID: RevokeConnectionToken takes it. */
  get tokenId(): string {
    return this.said().tokenId;
  }

  /** The account of the key that signed it. */
  get accountId(): string {
    return this.said().accountId;
  }

  /** The home region of the key that signed it. */
  get region(): string {
    return this.said().region;
  }

  /** When the token was issued. */
  get issuedAt(): Date {
    return new Date(this.said().issuedAt * 1000);
  }

  toJSON(): object {
    const { tokenId, accountId, region, issuedAt, expiresAt, kid } = this;
    return { tokenId, accountId, region, issuedAt, expiresAt, kid };
  }

  [INSPECT](): string {
    return `VerifiedConnection ${JSON.stringify(this)}`;
  }
}

interface Playback {
  channelArn: string;
  origins: string[];
  strictOriginEnforcement: boolean;
  singleUseUuid?: string;
  viewerId?: string;
  viewerSessionVersion: string;
  maximumResolution?: "SD" | "HD" | "FULL_HD";
  issuedAt?: number;
  expiresAt: number;
  kid?: string;
}

/** A playback token whose signature, rules and time have been checked. */
export class VerifiedPlayback extends Verified<Playback> {
  /** The ARN of the channel. */
  get channelArn(): string {
    return this.said().channelArn;
  }

  /** The origins from which playback may be requested, as browsers write them; empty for every origin. */
  get origins(): string[] {
    return [...this.said().origins];
  }

  /** Whether requests from other origins are refused, and not only hidden from browsers. */
  get strictOriginEnforcement(): boolean {
    return this.said().strictOriginEnforcement;
  }

  /** The UUID of a single-use token. */
  get singleUseUuid(): string | undefined {
    return this.said().singleUseUuid;
  }

  /** Your application's name for the viewer. */
  get viewerId(): string | undefined {
    return this.said().viewerId;
  }

  /** The version of the viewer's session; 0 by default. */
  get viewerSessionVersion(): bigint {
    return BigInt(this.said().viewerSessionVersion);
  }

  /** The highest resolution that the viewer may see. */
  get maximumResolution(): "SD" | "HD" | "FULL_HD" | undefined {
    return this.said().maximumResolution;
  }

  /** When the token was issued, if it says so. */
  get issuedAt(): Date | undefined {
    const { issuedAt } = this.said();
    return issuedAt === undefined ? undefined : new Date(issuedAt * 1000);
  }

  /** Whether a browser may see the response to a request with this header `Origin`, or without one. */
  allowsOrigin(origin?: string | null): boolean {
    const { channelArn, origins, strictOriginEnforcement } = this.said();
    return allowsOrigin({ channelArn, origins, strictOriginEnforcement, origin: origin ?? null });
  }

  toJSON(): object {
    const { channelArn, origins, strictOriginEnforcement, singleUseUuid, viewerId, maximumResolution, expiresAt, kid } = this;
    return { channelArn, origins, strictOriginEnforcement, singleUseUuid, viewerId, maximumResolution, expiresAt, kid };
  }

  [INSPECT](): string {
    return `VerifiedPlayback ${JSON.stringify(this)}`;
  }
}
