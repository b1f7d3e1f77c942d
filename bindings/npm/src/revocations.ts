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
 * A revocation store in the memory of this process. Other processes do not see it, and it is forgotten when the process ends.
 * Give it to every `Verifier` that should ask it.
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

  /** RevokeConnectionToken: refuses the connection token with this ID. */
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

  /** Removes all expired entries at once. You need not call it: later checks remove them bit by bit. */
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

/** What a `RevocationStore` says about a token. There is no default: if a store says nothing, the token is refused. */
export class Verdict {
  readonly #said: object | undefined;

  private constructor(secret: typeof MAKE, said: object | undefined) {
    guard(secret, "a Verdict is one of its static members");
    this.#said = said;
  }

  /** Nothing was revoked: the token may be accepted. */
  static readonly NOT_REVOKED: Verdict = new Verdict(MAKE, undefined);
  /** The stage was deleted. */
  static readonly STAGE_DELETED: Verdict = new Verdict(MAKE, { verdict: "stageDeleted" });
  /** The connection token was revoked. */
  static readonly CONNECTION_TOKEN_REVOKED: Verdict = new Verdict(MAKE, { verdict: "connectionTokenRevoked" });
  /** The single-use playback token was used before. */
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

/** The data about a playback token that a store gets. */
export interface PlaybackSubject {
  viewerId?: string;
  viewerSessionVersion?: bigint;
  /** The UUID of a single-use token. A store that finds nothing else against the token spends it. */
  singleUseUuid?: string;
  /** How long a store must remember that it was spent. */
  rememberForSeconds?: number;
}

/**
 * A revocation store of your own, such as a table of your database. Give it to a `Verifier`, and verify with `verifyAsync` and the
 * other async methods.
 *
 * It is asked about every token that is otherwise valid. If a method throws, or returns anything but a `Verdict`, the token is
 * refused with `RevocationUnknownError`; its `cause` is what was thrown. A revocation must be remembered for as long as a token
 * may last: 14 days for participants and stages, 28 days for connection tokens, 10 minutes for sessions of viewers, and an hour
 * more for clocks that disagree.
 */
export interface RevocationStore {
  /** Says whether this participant was disconnected from this stage, or the stage was deleted. */
  checkParticipant(stageArn: string, participantId: string): Awaitable<Verdict>;
  /** The same for many participants, in order. By default it checks one after the other; override it if there is a faster way. */
  checkParticipants?(participants: readonly { stageArn: string; participantId: string }[]): Awaitable<readonly Verdict[]>;
  /** Says whether the connection token with this ID was revoked. Without this method, connection tokens are refused. */
  checkConnection?(tokenId: string): Awaitable<Verdict>;
  /**
   * Says whether this viewer's sessions on this channel were revoked up to this version or a higher one, and spends a
   * single-use token: of any number of calls with one UUID, exactly one may accept it. Without this method, playback tokens are
   * refused.
   */
  checkPlayback?(channelArn: string, subject: PlaybackSubject): Awaitable<Verdict>;
}
