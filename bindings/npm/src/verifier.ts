import { type Capability, capabilities, count, INSPECT, MAKE, optionalText, options, span, text, time, wrong } from "./arguments.js";
import { type Handle, operation, seconds } from "./binding.js";
import type { ConnectionToken } from "./connection.js";
import { type Description, RevocationUnknownError, toError, VerificationError } from "./errors.js";
import { KeyRing, PlaybackKeyRing } from "./keyring.js";
import { type PublicKeySource, VerifyingKey, wellFormed } from "./keys.js";
import { InMemoryRevocations, type PlaybackSubject, type RevocationStore, Verdict } from "./revocations.js";
import { type Stage, stageArn } from "./stage.js";
import { ParticipantToken, PlaybackToken, tokenText } from "./tokens.js";
import { VerifiedConnection, VerifiedPlayback, VerifiedToken } from "./verified.js";

/** What is expected of a participant token: its stage, its capabilities, its user. */
export interface Expectations {
  stage?: Stage | string | undefined;
  capabilities?: Capability | readonly Capability[] | undefined;
  userId?: string | undefined;
}

export interface VerifierOptions extends Expectations {
  /** The public keys, by their ARNs; or a ring, whose changes the verifier follows. */
  keys?: KeyRing | Readonly<Record<string, PublicKeySource>> | undefined;
  /**
   * The public halves of playback key pairs, by their ARNs; or a ring. If you do not have the ARN of a key, give the ARN of a
   * channel instead: the key then verifies tokens for all channels of that account and region.
   */
  playbackKeys?: PlaybackKeyRing | Readonly<Record<string, PublicKeySource>> | undefined;
  /** How far in the future a token may have been issued: 60 seconds by default. */
  leewaySeconds?: number | undefined;
  /** How long after its expiry a token is still accepted: 0 seconds by default. */
  expiryLeewaySeconds?: number | undefined;
  /** Asked about every token that is otherwise valid. A store of your own works only with `verifyAsync` and its like. */
  revocations?: InMemoryRevocations | RevocationStore | undefined;
  /** How many valid tokens are remembered; none by default. Everything that can have changed is still checked. */
  cache?: number | undefined;
  /** How many keys are prepared, so that verifying takes a fraction of its time: 64 by default. A ring has its own limit. */
  preparedLimit?: number | undefined;
}

export interface VerifyOptions extends Expectations {
  /** The present time, for tests. */
  now?: Date | undefined;
}

export interface PlaybackVerifyOptions {
  /** The channel that is served. Without it, a token for any channel is valid. */
  channelArn?: string | undefined;
  /** The request's header `Origin`. It is checked if the token strictly enforces its origins. */
  origin?: string | null | undefined;
  /** The present time, for tests. */
  now?: Date | undefined;
}

export interface VerifyManyOptions {
  /** How many threads verify; one by default. The WebAssembly module has one. */
  threads?: number | undefined;
  /** The present time, for tests. */
  now?: Date | undefined;
}

type AnyToken = string | ParticipantToken | ConnectionToken | PlaybackToken;
type Claims = ConstructorParameters<typeof VerifiedToken>[1] & object;

/** What a store is to be asked about, as Rust noted it. */
interface Subject {
  stageArn: string | null;
  participantId: string | null;
  tokenId: string | null;
  channelArn: string | null;
  viewerId: string | null;
  viewerSessionVersion: string | null;
  singleUseUuid: string | null;
  rememberForSeconds: number | null;
}

const op = {
  make: operation("verifier.make"),
  verify: operation("verifier.verify"),
  verifyMany: operation("verifier.verifyMany"),
  verifyConnection: operation("verifier.verifyConnection"),
  verifyPlayback: operation("verifier.verifyPlayback"),
  cached: operation("verifier.cached"),
  refusal: operation("verifier.refusal"),
};

const OPTIONS = [
  "keys", "playbackKeys", "stage", "capabilities", "userId", "leewaySeconds", "expiryLeewaySeconds", "revocations", "cache",
  "preparedLimit",
];

/** Decides whether a token is valid. Make it once, and use it for every token. */
export class Verifier {
  readonly #handle: Handle;
  /** A store that JavaScript asks. */
  readonly #store: RevocationStore | undefined;

  /**
   * At least one key or a ring is needed.
   *
   * @throws InvalidKeyError; InvalidClaimError for a text that is not an ARN; IvsTokenError if there is no key
   */
  constructor(given: VerifierOptions) {
    const said = options("options", given, OPTIONS);
    const { keys, playbackKeys, revocations } = said;
    const held = InMemoryRevocations.handleOf(revocations);
    this.#store = revocations === undefined || held !== undefined ? undefined : asStore(revocations);
    const json = JSON.stringify({
      keys: keys instanceof KeyRing ? [] : keysOf("keys", keys),
      playbackKeys: playbackKeys instanceof PlaybackKeyRing ? [] : keysOf("playbackKeys", playbackKeys),
      stageArn: said["stage"] === undefined ? undefined : stageArn("stage", said["stage"]),
      capabilities: capabilities(said["capabilities"]) ?? [],
      userId: optionalText("userId", said["userId"]),
      leewaySeconds: span("leewaySeconds", said["leewaySeconds"]),
      expiryLeewaySeconds: span("expiryLeewaySeconds", said["expiryLeewaySeconds"]),
      cache: count("cache", said["cache"], 0, MAX_CACHE),
      preparedLimit: count("preparedLimit", said["preparedLimit"], 0, 4_294_967_295),
      asksJavaScript: this.#store !== undefined,
    });
    this.#handle = op.make.handle(json, KeyRing.handleOf(keys), PlaybackKeyRing.handleOf(playbackKeys), held);
  }

  /**
   * Verifies a participant token, and returns its claims. What you expect here is added to what the verifier expects.
   *
   * @throws VerificationError: the first check that failed
   */
  verify(token: AnyToken, given?: VerifyOptions): VerifiedToken {
    this.#refuseStore("verifyAsync");
    return new VerifiedToken(MAKE, this.#verify(token, given));
  }

  /** As `verify`, and asks a store of your own. */
  async verifyAsync(token: AnyToken, given?: VerifyOptions): Promise<VerifiedToken> {
    return new VerifiedToken(MAKE, (await this.#ask(this.#verify(token, given))) as Claims);
  }

  /**
   * Verifies many participant tokens, in order. For each, the array has its `VerifiedToken`, or the `VerificationError` that
   * `verify` would have thrown. If one is refused, the others are still verified.
   */
  verifyMany(tokens: Iterable<AnyToken>, given?: VerifyManyOptions): (VerifiedToken | VerificationError)[] {
    this.#refuseStore("verifyManyAsync");
    const { now, json } = many(tokens, given);
    return (JSON.parse(op.verifyMany.text(now, json, this.#handle)) as Element[]).map(settled);
  }

  /** The same on other threads, where there are any. It asks a store of your own about all tokens at once. */
  async verifyManyAsync(tokens: Iterable<AnyToken>, given?: VerifyManyOptions): Promise<(VerifiedToken | VerificationError)[]> {
    const { now, json } = many(tokens, given);
    const elements = JSON.parse(await op.verifyMany.later(now, json, this.#handle)) as Element[];
    if (this.#store !== undefined) await askAboutAll(this.#store, elements);
    return elements.map(settled);
  }

  /** Verifies a connection token. What the verifier expects of participants is not checked here. */
  verifyConnection(token: AnyToken, given?: { now?: Date | undefined }): VerifiedConnection {
    this.#refuseStore("verifyConnectionAsync");
    return new VerifiedConnection(MAKE, this.#verifyConnection(token, given));
  }

  /** As `verifyConnection`, and asks a store of your own. */
  async verifyConnectionAsync(token: AnyToken, given?: { now?: Date | undefined }): Promise<VerifiedConnection> {
    return new VerifiedConnection(MAKE, (await this.#ask(this.#verifyConnection(token, given))) as never);
  }

  /** Verifies a playback token. A single-use token is spent only if no check fails. */
  verifyPlayback(token: AnyToken, given?: PlaybackVerifyOptions): VerifiedPlayback {
    this.#refuseStore("verifyPlaybackAsync");
    return new VerifiedPlayback(MAKE, this.#verifyPlayback(token, given));
  }

  /** As `verifyPlayback`, and asks a store of your own. */
  async verifyPlaybackAsync(token: AnyToken, given?: PlaybackVerifyOptions): Promise<VerifiedPlayback> {
    return new VerifiedPlayback(MAKE, (await this.#ask(this.#verifyPlayback(token, given))) as never);
  }

  /** How many tokens the cache holds. */
  get cached(): number {
    return Number(op.cached.text(seconds(), "null", this.#handle));
  }

  [INSPECT](): string {
    return `Verifier { cached: ${this.cached} }`;
  }

  #verify(token: AnyToken, given: VerifyOptions | undefined): string {
    if (given === undefined) return op.verify.text(seconds(), `=${tokenText(token)}`, this.#handle);
    const said = options("options", given, ["stage", "capabilities", "userId", "now"]);
    const json = JSON.stringify({
      token: wellFormed(tokenText(token)),
      stageArn: said["stage"] === undefined ? undefined : stageArn("stage", said["stage"]),
      capabilities: capabilities(said["capabilities"]) ?? [],
      userId: optionalText("userId", said["userId"]),
    });
    return op.verify.text(time(said["now"]), json, this.#handle);
  }

  #verifyConnection(token: AnyToken, given: { now?: Date | undefined } | undefined): string {
    const { now } = options("options", given, ["now"]);
    return op.verifyConnection.text(time(now), JSON.stringify(wellFormed(tokenText(token))), this.#handle);
  }

  #verifyPlayback(token: AnyToken, given: PlaybackVerifyOptions | undefined): string {
    const said = options("options", given, ["channelArn", "origin", "now"]);
    const json = JSON.stringify({
      token: wellFormed(tokenText(token)),
      channelArn: optionalText("channelArn", said["channelArn"]),
      origin: optionalText("origin", said["origin"]),
    });
    return op.verifyPlayback.text(time(said["now"]), json, this.#handle);
  }

  #refuseStore(method: string): void {
    if (this.#store !== undefined) throw new TypeError(`this verifier asks a store written in JavaScript, which may answer later: call ${method}`);
  }

  /** Asks the store about a token that is good otherwise, and gives the claims. */
  async #ask(json: string): Promise<unknown> {
    if (this.#store === undefined) return json;
    const { claims, subject } = JSON.parse(json) as { claims: unknown; subject: Subject };
    const refused = await asked(subject, methodOf(subject), () => questionOf(this.#store as RevocationStore, subject));
    if (refused !== undefined) throw refused;
    return claims;
  }
}

/** Ten million tokens take some 20 GB. */
const MAX_CACHE = 10_000_000;

function keysOf(name: string, keys: unknown): [string, string][] {
  if (keys === undefined || keys === null) return [];
  if (typeof keys !== "object") throw wrong(name, "an object of keys by their ARNs, or a ring", keys);
  if (keys instanceof KeyRing || keys instanceof PlaybackKeyRing) throw wrong(name, "a ring of the other kind", keys);
  return Object.entries(keys).map(([arn, key]) => [text(name, arn), VerifyingKey.fromAny(key as PublicKeySource).toPem()]);
}

function asStore(value: unknown): RevocationStore {
  if (typeof value === "object" && value !== null && typeof (value as RevocationStore).checkParticipant === "function") {
    return value as RevocationStore;
  }
  throw wrong("revocations", "an InMemoryRevocations, or an object with the method checkParticipant", value);
}

function many(tokens: Iterable<AnyToken>, given: VerifyManyOptions | undefined): { now: number; json: string } {
  const said = options("options", given, ["threads", "now"]);
  if (typeof tokens === "string" || typeof tokens !== "object" || tokens === null || !(Symbol.iterator in tokens)) {
    throw wrong("tokens", "an array of tokens", tokens);
  }
  const texts = Array.from(tokens, (token) => wellFormed(tokenText(token)));
  return { now: time(said["now"]), json: JSON.stringify({ tokens: texts, threads: count("threads", said["threads"], 1, 1024) ?? 1 }) };
}

/** What became of one of many tokens. */
interface Element {
  claims?: Claims;
  subject?: Subject;
  error?: Description;
  refused?: VerificationError;
}

function settled({ claims, error, refused }: Element): VerifiedToken | VerificationError {
  if (refused !== undefined) return refused;
  return error === undefined ? new VerifiedToken(MAKE, claims as Claims) : (toError(error) as VerificationError);
}

async function askAboutAll(store: RevocationStore, elements: Element[]): Promise<void> {
  const good = elements.filter(({ subject }) => subject !== undefined && subject !== null);
  if (good.length === 0) return;
  const participants = good.map(({ subject }) => subject as { stageArn: string; participantId: string });
  const method = "checkParticipants";
  let verdicts: readonly unknown[] | undefined;
  let cause: unknown;
  try {
    verdicts = store.checkParticipants
      ? await store.checkParticipants(participants.map(({ stageArn: arn, participantId }) => ({ stageArn: arn, participantId })))
      : await Promise.all(participants.map(({ stageArn: arn, participantId }) => store.checkParticipant(arn, participantId)));
    if (!Array.isArray(verdicts) || verdicts.length !== good.length) {
      throw new TypeError(`${method} must give as many verdicts as it was asked for, ${good.length}`);
    }
  } catch (error) {
    verdicts = undefined;
    cause = error;
  }
  for (const [index, element] of good.entries()) {
    const subject = element.subject as Subject;
    const refused = verdicts === undefined ? failed(subject, cause) : refusalOf(subject, Verdict.said(verdicts[index], method));
    if (refused !== undefined) element.refused = refused;
  }
}

function methodOf({ stageArn: arn, tokenId }: Subject): string {
  return arn !== null ? "checkParticipant" : tokenId !== null ? "checkConnection" : "checkPlayback";
}

function questionOf(store: RevocationStore, asked: Subject): unknown {
  const { stageArn: arn, participantId, tokenId, channelArn, viewerId, viewerSessionVersion, singleUseUuid, rememberForSeconds } = asked;
  if (arn !== null && participantId !== null) return store.checkParticipant(arn, participantId);
  if (tokenId !== null) {
    if (!store.checkConnection) throw new TypeError("the store has no method checkConnection");
    return store.checkConnection(tokenId);
  }
  if (channelArn === null || !store.checkPlayback) throw new TypeError("the store has no method checkPlayback");
  const subject: PlaybackSubject = {};
  if (viewerId !== null) subject.viewerId = viewerId;
  if (viewerSessionVersion !== null) subject.viewerSessionVersion = BigInt(viewerSessionVersion);
  if (singleUseUuid !== null) subject.singleUseUuid = singleUseUuid;
  if (rememberForSeconds !== null) subject.rememberForSeconds = rememberForSeconds;
  return store.checkPlayback(channelArn, subject);
}

async function asked(subject: Subject, method: string, question: () => unknown): Promise<VerificationError | undefined> {
  let verdict: unknown;
  try {
    verdict = await question();
  } catch (error) {
    return failed(subject, error);
  }
  return refusalOf(subject, Verdict.said(verdict, method));
}

function failed(subject: Subject, cause: unknown): VerificationError {
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  const refused = refusalOf(subject, { verdict: "failed", message }) as RevocationUnknownError;
  refused.cause = cause;
  return refused;
}

/** The refusal that Rust makes of what a store said, in the words of every other one. */
function refusalOf(subject: Subject, said: object | undefined): VerificationError | undefined {
  if (said === undefined) return undefined;
  try {
    op.refusal.text(seconds(), JSON.stringify({ subject, said }));
  } catch (error) {
    // A verdict that cannot be read is no verdict.
    if (error instanceof VerificationError) return error;
    return failed(subject, error);
  }
  return undefined;
}
