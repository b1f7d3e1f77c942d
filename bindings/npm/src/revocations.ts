import { guard, INSPECT, int64, MAKE, optionalText, text } from "./arguments.js";
import { type Handle, operation, seconds } from "./binding.js";
import { type Stage, stageArn } from "./stage.js";

const op = {
  make: operation("revocations.make"),
  revoke: operation("revocations.revoke"),
  sweep: operation("revocations.sweep"),
  size: operation("revocations.size"),
};

/**
 * A store of revocations in the memory of this process: for one machine, and forgotten when the process ends. Give it to every
 * `Verifier` that is to ask it.
 */
export class InMemoryRevocations {
  readonly #handle: Handle = op.make.handle("null");

  /** DisconnectParticipant: refuses every token of this participant on this stage. `reason` is shown in the refusal. */
  disconnectParticipant(stage: Stage | string, participantId: string, reason?: string): void {
    this.#revoke({
      revoke: "participant",
      arn: stageArn("stage", stage),
      id: text("participantId", participantId),
      reason: optionalText("reason", reason),
    });
  }

  /** DeleteStage: refuses every token of this stage. */
  deleteStage(stage: Stage | string): void {
    this.#revoke({ revoke: "stage", arn: stageArn("stage", stage) });
  }

  /** RevokeConnectionToken: refuses the connection token of this ID. */
  revokeConnectionToken(tokenId: string): void {
    this.#revoke({ revoke: "connectionToken", id: text("tokenId", tokenId) });
  }

  /** StartViewerSessionRevocation: refuses every token of this viewer on this channel up to this session version. */
  revokeViewerSessions(channelArn: string, viewerId: string, upTo: bigint | number): void {
    this.#revoke({
      revoke: "viewerSessions",
      arn: text("channelArn", channelArn),
      id: text("viewerId", viewerId),
      upTo: int64("upTo", upTo),
    });
  }

  /** Removes all that has expired, at once. Nobody has to call it: later checks do it bit by bit. */
  sweep(): void {
    op.sweep.text(seconds(), "null", this.#handle);
  }

  /** How many revocations and spent tokens it holds. */
  get size(): number {
    return Number(op.size.text(seconds(), "null", this.#handle));
  }

  [INSPECT](): string {
    return `InMemoryRevocations { size: ${this.size} }`;
  }

  #revoke(revocation: object): void {
    op.revoke.text(seconds(), JSON.stringify(revocation), this.#handle);
  }

  /** @internal */
  static handleOf(value: unknown): Handle | undefined {
    return typeof value === "object" && value !== null && #handle in value ? value.#handle : undefined;
  }
}

/** What a `RevocationStore` says about a token. There is no default: a store that says nothing refuses. */
export class Verdict {
  readonly #said: object | undefined;

  private constructor(secret: typeof MAKE, said: object | undefined) {
    guard(secret, "a Verdict is one of its static members");
    this.#said = said;
  }

  /** There is nothing against the token. */
  static readonly NOT_REVOKED: Verdict = new Verdict(MAKE, undefined);
  /** The stage was deleted. */
  static readonly STAGE_DELETED: Verdict = new Verdict(MAKE, { verdict: "stageDeleted" });
  /** The connection token was revoked. */
  static readonly CONNECTION_TOKEN_REVOKED: Verdict = new Verdict(MAKE, { verdict: "connectionTokenRevoked" });
  /** The playback token is good once, and was used before. */
  static readonly ALREADY_USED: Verdict = new Verdict(MAKE, { verdict: "alreadyUsed" });

  /** The participant was disconnected. The reason has at most 128 characters and is shown in the refusal. */
  static participantDisconnected(reason?: string): Verdict {
    return new Verdict(MAKE, { verdict: "participantDisconnected", reason: optionalText("reason", reason) });
  }

  /** The viewer's sessions were revoked up to this version. */
  static viewerSessionsRevoked(upTo: bigint | number): Verdict {
    return new Verdict(MAKE, { verdict: "viewerSessionsRevoked", upTo: int64("upTo", upTo) });
  }

  /** @internal What Rust makes a refusal of; `undefined` when there is none. */
  static said(value: unknown, method: string): object | undefined {
    if (typeof value === "object" && value !== null && #said in value) return value.#said;
    return { verdict: "failed", message: `${method} gave no Verdict` };
  }
}

type Awaitable<T> = T | Promise<T>;

/** What a store is told about a playback token. */
export interface PlaybackSubject {
  viewerId?: string;
  viewerSessionVersion?: bigint;
  /** What makes the token good once. A store that finds nothing else against it spends it. */
  singleUseUuid?: string;
  /** How long a store must remember that it was spent. */
  rememberForSeconds?: number;
}

/**
 * A store of revocations of your own, such as a table of your database. Give it to a `Verifier`, and ask that with `verifyAsync`
 * and its like.
 *
 * It is asked about every token that is good otherwise. When a method throws, or gives anything but a `Verdict`, the token is
 * refused with `RevocationUnknownError`, whose `cause` is what was thrown. A revocation has to be remembered for as long as a
 * token may last: 14 days for participants and stages, 28 days for connection tokens, 10 minutes for sessions of viewers, and an
 * hour more for clocks that disagree.
 */
export interface RevocationStore {
  /** Says whether this participant was disconnected from this stage, or the stage was deleted. */
  checkParticipant(stageArn: string, participantId: string): Awaitable<Verdict>;
  /** The same of many at once, in their order. Asks about one after the other, unless you have a quicker way. */
  checkParticipants?(participants: readonly { stageArn: string; participantId: string }[]): Awaitable<readonly Verdict[]>;
  /** Says whether the connection token of this ID was revoked. Without it, connection tokens are refused. */
  checkConnection?(tokenId: string): Awaitable<Verdict>;
  /**
   * Says whether this viewer's sessions on this channel were revoked up to this version or a higher one, and spends the token if
   * it is good once: of any number of calls with one UUID, exactly one may find nothing against it. Without it, playback tokens
   * are refused.
   */
  checkPlayback?(channelArn: string, subject: PlaybackSubject): Awaitable<Verdict>;
}
