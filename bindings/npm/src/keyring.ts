import { count, flag, INSPECT, MAKE, moment, options, optionalText, pairs, text, texts, time, wrong } from "./arguments.js";
import { type Handle, operation, seconds } from "./binding.js";
import { type PublicKeySource, SigningKey, VerifyingKey } from "./keys.js";

/** A public key as a ring holds it. */
export interface HeldKey {
  /** The ARN that IVS gave it. */
  readonly arn: string;
  /** The key itself. */
  readonly key: VerifyingKey;
  /** Your name for it. */
  readonly name: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** The first second at which it no longer verifies. */
  readonly retiredAt: Date | undefined;
}

export interface KeyRingOptions {
  /** How many keys it may hold: 64 by default. */
  limit?: number | undefined;
  /** How many keys the ring keeps prepared, which makes verifying several times as fast: 64 by default. */
  preparedLimit?: number | undefined;
}

interface Parts {
  arn: string;
  key: ConstructorParameters<typeof VerifyingKey>[1];
  name: string | null;
  tags: Record<string, string>;
  retiredAt: number | null;
}

interface Figures {
  size: number;
  limit: number;
  preparedLimit: number;
  preparedKeys: number;
  signingArn: string | null;
}

const op = { make: operation("keyRing.make"), call: operation("keyRing.call") };

/** The methods of both kinds of rings. */
abstract class Ring {
  readonly #handle: Handle;

  /** @internal */
  protected constructor(isPlayback: boolean, given: KeyRingOptions | undefined) {
    const said = options("options", given, ["limit", "preparedLimit"]);
    const json = JSON.stringify({
      isPlayback,
      limit: count("limit", said["limit"], 0, 4_294_967_295),
      preparedLimit: count("preparedLimit", said["preparedLimit"], 0, 4_294_967_295),
    });
    this.#handle = op.make.handle(json);
  }

  /** Imports a key under the ARN that IVS gave it. A key that the ring already holds stays as it is. */
  import(arn: string, key: PublicKeySource, given?: { name?: string | undefined; tags?: Readonly<Record<string, string>> | undefined }): void {
    const said = options("options", given, ["name", "tags"]);
    const pem = VerifyingKey.fromAny(key).toPem();
    this.#ask({ method: "import", arn: text("arn", arn), pem, name: optionalText("name", said["name"]), tags: pairs("tags", said["tags"]) });
  }

  /**
   * Imports a JWK set in which each `kid` is the ARN of its key, or what GetPublicKey or ImportPublicKey returns: all of the
   * keys, or none. Returns their number. With `replace`, these keys replace all others.
   */
  importJson(json: object | string, given?: { replace?: boolean | undefined }): number {
    const { replace } = options("options", given, ["replace"]);
    if (typeof json !== "string" && (typeof json !== "object" || json === null)) throw wrong("json", "an object or JSON", json);
    const whole = typeof json === "string" ? json : JSON.stringify(json);
    return this.#ask({ method: "importJson", json: whole, replace: flag("replace", replace) ?? false }) as number;
  }

  /** Deletes a key. From now on, all tokens that it signed are refused. */
  delete(arn: string): void {
    this.#ask({ method: "delete", arn: text("arn", arn) });
  }

  /** The key with this ARN. */
  get(arn: string): HeldKey | undefined {
    const found = this.#ask({ method: "get", arn: text("arn", arn) }) as Parts | null;
    return found === null ? undefined : held(found);
  }

  /** All keys, ordered by ARN. */
  keys(): HeldKey[] {
    return (this.#ask({ method: "keys" }) as Parts[]).map(held);
  }

  /** Adds tags to a key. A tag that it already has gets the new value. */
  tag(arn: string, tags: Readonly<Record<string, string>>): void {
    this.#ask({ method: "tag", arn: text("arn", arn), tags: pairs("tags", tags) ?? {} });
  }

  /** Removes the tags with these names from a key. Names that it does not have are ignored. */
  untag(arn: string, names: Iterable<string>): void {
    this.#ask({ method: "untag", arn: text("arn", arn), names: texts("names", names) });
  }

  /** Makes this the signing key. The previous signing key still verifies. */
  signWith(arn: string, key: SigningKey): void {
    this.#ask({ method: "signWith", arn: text("arn", arn) }, SigningKey.handleOf("key", key));
  }

  /** Forgets the private key: no key signs any more. */
  stopSigning(): void {
    this.#ask({ method: "stopSigning" });
  }

  /** The signing key. Ask for it before each token, so that a rotation takes effect with the next token. */
  get signingKey(): SigningKey | undefined {
    if (this.#figures().signingArn === null) return undefined;
    return new SigningKey(MAKE, op.call.handle(JSON.stringify({ method: "signingKey" }), this.#handle));
  }

  /**
   * Makes this the signing key, imports its public half, and retires the previous signing key at `oldUntil`, all in one change.
   * `oldUntil` must not be before the last token of the old key expires. Returns the ARN of the previous signing key.
   */
  rotate(arn: string, key: SigningKey, given: { oldUntil: Date }): string | undefined {
    const { oldUntil } = options("options", given, ["oldUntil"]);
    const json = { method: "rotate", arn: text("arn", arn), at: moment("oldUntil", oldUntil) };
    return (this.#ask(json, SigningKey.handleOf("key", key)) as string | null) ?? undefined;
  }

  /** Retires a key at this time: from then on it does not verify. */
  retire(arn: string, at: Date): void {
    this.#ask({ method: "retire", arn: text("arn", arn), at: moment("at", at) });
  }

  /** Cancels the retirement of a key: it verifies again, without an end. */
  reinstate(arn: string): void {
    this.#ask({ method: "reinstate", arn: text("arn", arn) });
  }

  /** Deletes the keys that are retired by now, and returns their ARNs. */
  deleteRetired(given?: { now?: Date | undefined }): string[] {
    const { now } = options("options", given, ["now"]);
    return JSON.parse(op.call.text(time(now), JSON.stringify({ method: "deleteRetired" }), this.#handle)) as string[];
  }

  /** The keys that are not retired as a JWK set, each with its ARN as `kid`, and with its end as `exp` if it is being retired. */
  toJwks(): { keys: object[] } {
    return JSON.parse(this.#ask({ method: "toJwks" }) as string) as { keys: object[] };
  }

  /** How many keys it holds. */
  get size(): number {
    return this.#figures().size;
  }

  /** How many keys it may hold. */
  get limit(): number {
    return this.#figures().limit;
  }

  /** How many keys are prepared now, for monitoring. */
  get preparedKeys(): number {
    return this.#figures().preparedKeys;
  }

  /** The ARN of the signing key. */
  get signingArn(): string | undefined {
    return this.#figures().signingArn ?? undefined;
  }

  toJSON(): { keys: object[] } {
    return this.toJwks();
  }

  [INSPECT](): string {
    return `${this instanceof KeyRing ? "KeyRing" : "PlaybackKeyRing"} { size: ${this.size}, signingArn: ${JSON.stringify(this.signingArn)} }`;
  }

  #figures(): Figures {
    return this.#ask({ method: "figures" }) as Figures;
  }

  #ask(method: object, key?: Handle): unknown {
    return JSON.parse(op.call.text(seconds(), JSON.stringify(method), this.#handle, key));
  }

  /** @internal */
  static handleOf(value: unknown): Handle | undefined {
    return typeof value === "object" && value !== null && #handle in value ? value.#handle : undefined;
  }
}

/**
 * The public keys that IVS knows, held locally, and which of them signs. It does what ImportPublicKey, GetPublicKey, ListPublicKeys and
 * DeletePublicKey do, without a call. Give it to a `Verifier`, which follows its changes. Each method makes one change, or none
 * if it throws a `KeyRingError`.
 */
export class KeyRing extends Ring {
  constructor(given?: KeyRingOptions) {
    super(false, given);
  }
}

/** The public halves of the playback key pairs that IVS knows, held locally, and which of them signs. */
export class PlaybackKeyRing extends Ring {
  constructor(given?: KeyRingOptions) {
    super(true, given);
  }
}

function held({ arn, key, name, tags, retiredAt }: Parts): HeldKey {
  const at = retiredAt === null ? undefined : new Date(retiredAt * 1000);
  return { arn, key: new VerifyingKey(MAKE, key), name: name ?? undefined, tags, retiredAt: at };
}
