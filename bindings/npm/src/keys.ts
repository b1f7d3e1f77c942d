import { guard, INSPECT, MAKE, optionalText, options, text, wrong } from "./arguments.js";
import { type Handle, operation, seconds } from "./binding.js";
import { InvalidKeyError } from "./errors.js";

/** A JSON Web Key (RFC 7517). */
export interface Jwk {
  readonly kty?: string | undefined;
  readonly crv?: string | undefined;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
  readonly d?: string | undefined;
  readonly [member: string]: unknown;
}

/** The part of a `KeyObject` of `node:crypto` that is needed here. */
export interface KeyObjectLike {
  readonly type: string;
  export(options: { format: "pem"; type: "pkcs8" | "spki" }): string | Uint8Array;
}

/** A key in any accepted form: PEM, DER, a JWK or its JSON, or a `KeyObject`. */
export type KeySource = string | Uint8Array | Jwk | KeyObjectLike;

/** A public key in any accepted form. */
export type PublicKeySource = VerifyingKey | KeySource;

export interface SigningKeyOptions {
  /** The ARN that ImportPublicKey returned. Participant and connection tokens need it, playback tokens do not. */
  kid?: string | undefined;
  /** The passphrase of an encrypted key. */
  passphrase?: string | Uint8Array | undefined;
}

interface PublicParts {
  pem: string;
  jwk: string;
  thumbprint: string;
  fingerprint: string;
}

interface KeyParts {
  kid: string | null;
  isAccelerated: boolean;
  verifyingKey: PublicParts;
}

const op = {
  parse: operation("signingKey.parse"),
  generate: operation("signingKey.generate"),
  withKid: operation("signingKey.withKid"),
  describe: operation("signingKey.describe"),
  accelerate: operation("signingKey.accelerate"),
  toPem: operation("signingKey.toPem"),
  parsePublic: operation("verifyingKey.parse"),
};

const OPTIONS = ["kid", "passphrase"];

/** The end of a path that is given by mistake instead of a key. No key ends like this. */
const FILE_NAME = /^[^\n"{]{1,1024}\.(pem|der|key|p8|jwk|json|crt|cer)$/i;

/**
 * A private P-384 key that mints tokens, and the ARN under which IVS knows its public half (`kid`).
 *
 * The key is parsed once. Its private half lives in Rust: `util.inspect`, `JSON.stringify` and `structuredClone` do not show
 * it, and it is wiped when the object is collected.
 */
export class SigningKey {
  readonly #handle: Handle;
  #parts: KeyParts | undefined;

  /** @internal */
  constructor(secret: typeof MAKE, handle: Handle) {
    guard(secret, "a SigningKey is made by SigningKey.fromPem, fromDer, fromJwk, fromAny or generate");
    this.#handle = handle;
  }

  /**
   * Reads PEM, SEC1 or PKCS#8. It may also have the forms of environment variables: with literal `\n`, in quotes, on one line, or
   * as base64 of the whole text.
   *
   * @throws InvalidKeyError, which says what the text is instead; InvalidClaimError for a `kid` that is not an ARN
   */
  static fromPem(pem: string | Uint8Array | KeyObjectLike, options?: SigningKeyOptions): SigningKey {
    return read("pem", pem, options);
  }

  /** Reads DER, SEC1 or PKCS#8, encrypted or not. */
  static fromDer(der: Uint8Array, options?: SigningKeyOptions): SigningKey {
    return read("der", der, options);
  }

  /** Reads a private JWK (RFC 7518, section 6.2.2): an object, or its JSON. */
  static fromJwk(jwk: Jwk | string, options?: Pick<SigningKeyOptions, "kid">): SigningKey {
    return read("jwk", jwk, options);
  }

  /** Reads a key in any form: PEM, DER, JWK or a `KeyObject`, encrypted or not. */
  static fromAny(key: KeySource, options?: SigningKeyOptions): SigningKey {
    return read("any", key, options);
  }

  /** Makes a new key with random bytes of the system. Register its public half with ImportPublicKey. */
  static generate(given?: Pick<SigningKeyOptions, "kid">): SigningKey {
    const { kid } = options("options", given, ["kid"]);
    return named(op.generate.handle("null"), kid);
  }

  /** This key under the ARN that ImportPublicKey returned for its public half. */
  withKid(kid: string): SigningKey {
    return named(this.#handle, text("kid", kid));
  }

  /** The ARN under which IVS knows this key. */
  get kid(): string | undefined {
    return this.#describe().kid ?? undefined;
  }

  /** The public half: what IVS and verifiers need. */
  get verifyingKey(): VerifyingKey {
    return new VerifyingKey(MAKE, this.#describe().verifyingKey);
  }

  /**
   * Makes this key sign with the library's own engine from now on. Minting then takes less than half of the time; how much less
   * depends on the processor. docs/engine.md has figures, and says how the engine is proved. This is off by default.
   */
  accelerate(): void {
    op.accelerate.text(seconds(), "null", this.#handle);
    this.#parts = undefined;
  }

  /** Whether the engine signs for this key: it was accelerated, and this build has the engine. */
  get isAccelerated(): boolean {
    return this.#describe().isAccelerated;
  }

  /** **Gives the private key away**: as PKCS#8 PEM, encrypted if there is a passphrase. */
  toPem(given?: { passphrase?: string | Uint8Array | undefined }): string {
    const { passphrase } = options("options", given, ["passphrase"]);
    return op.toPem.text(seconds(), JSON.stringify(passphrase === undefined ? null : secret("passphrase", passphrase)), this.#handle);
  }

  /** The public information: the `kid` and the thumbprint of the public half. */
  toJSON(): { kid: string | undefined; thumbprint: string } {
    return { kid: this.kid, thumbprint: this.#describe().verifyingKey.thumbprint };
  }

  [INSPECT](): string {
    return `SigningKey { kid: ${JSON.stringify(this.kid)}, sha256: ${this.#describe().verifyingKey.fingerprint.slice(0, 16)} }`;
  }

  #describe(): KeyParts {
    return (this.#parts ??= JSON.parse(op.describe.text(seconds(), "null", this.#handle)) as KeyParts);
  }

  /** @internal */
  static handleOf(name: string, key: unknown): Handle {
    if (typeof key === "object" && key !== null && #handle in key) return key.#handle;
    throw wrong(name, "a SigningKey, such as SigningKey.fromPem gives", key);
  }
}

/** A public P-384 key that verifies tokens. */
export class VerifyingKey {
  readonly #parts: PublicParts;

  /** @internal */
  constructor(secret: typeof MAKE, parts: PublicParts) {
    guard(secret, "a VerifyingKey is made by VerifyingKey.fromPem, fromDer, fromJwk or fromAny");
    this.#parts = parts;
  }

  /** Reads PEM, an SPKI `PUBLIC KEY`, as `openssl ec -pubout` writes it. */
  static fromPem(pem: string | Uint8Array): VerifyingKey {
    return readPublic("pem", pem);
  }

  /** Reads the DER of an SPKI (RFC 5480). */
  static fromDer(der: Uint8Array): VerifyingKey {
    return readPublic("der", der);
  }

  /** Reads a public JWK (RFC 7518, section 6.2.1): an object, or its JSON. */
  static fromJwk(jwk: Jwk | string): VerifyingKey {
    return readPublic("jwk", jwk);
  }

  /** Reads a public key in any form: PEM, DER, JWK, a bare point, or a `KeyObject`. */
  static fromAny(key: PublicKeySource): VerifyingKey {
    return key instanceof VerifyingKey ? key : readPublic("any", key);
  }

  /** The key as SPKI PEM: what ImportPublicKey takes as `publicKeyMaterial`. */
  toPem(): string {
    return this.#parts.pem;
  }

  /** The key as SPKI DER, 120 bytes. */
  toDer(): Uint8Array {
    const base64 = this.#parts.pem.replace(/-----[^-]+-----|\s/g, "");
    return Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  }

  /** The key as a JWK with `alg` `ES384` and `use` `sig`. */
  toJwk(): Jwk {
    return JSON.parse(this.#parts.jwk) as Jwk;
  }

  /** The JWK thumbprint (RFC 7638): SHA-256 in 43 characters of base64url. */
  get thumbprint(): string {
    return this.#parts.thumbprint;
  }

  /** SHA-256 of the SPKI DER in hexadecimal digits. GetPublicKey shows a different fingerprint, which AWS does not define. */
  get fingerprint(): string {
    return this.#parts.fingerprint;
  }

  /** Whether both are the same key. */
  equals(other: VerifyingKey): boolean {
    return other instanceof VerifyingKey && other.#parts.pem === this.#parts.pem;
  }

  toJSON(): Jwk {
    return this.toJwk();
  }

  [INSPECT](): string {
    return `VerifyingKey { sha256: ${this.fingerprint.slice(0, 16)} }`;
  }
}

function read(form: string, key: unknown, given: SigningKeyOptions | undefined): SigningKey {
  const { kid, passphrase } = options("options", given, OPTIONS);
  const json = JSON.stringify({
    form,
    key: material(key, "pkcs8"),
    passphrase: passphrase === undefined ? undefined : secret("passphrase", passphrase),
  });
  return named(op.parse.handle(json), kid);
}

function named(handle: Handle, kid: unknown): SigningKey {
  const name = optionalText("kid", kid);
  return new SigningKey(MAKE, name === undefined ? handle : op.withKid.handle(JSON.stringify(name), handle));
}

function readPublic(form: string, key: unknown): VerifyingKey {
  const json = JSON.stringify({ form, key: material(key, "spki") });
  return new VerifyingKey(MAKE, JSON.parse(op.parsePublic.text(seconds(), json)) as PublicParts);
}

/** A key in the form that Rust reads. */
function material(key: unknown, type: "pkcs8" | "spki"): unknown {
  if (typeof key === "string") {
    if (FILE_NAME.test(key)) {
      throw new InvalidKeyError("this is the name of a file, not a key: give what is in the file, as readFileSync reads it", { code: "KEY_NOT_A_KEY" });
    }
    return { text: wellFormed(key) };
  }
  if (key instanceof Uint8Array) return { base64: base64(key) };
  if (typeof key !== "object" || key === null) throw wrong("a key", "a string, a Uint8Array, a JWK or a KeyObject", key);
  if ("export" in key && typeof key.export === "function" && "type" in key) {
    if (key.type === "secret") throw wrong("a key", "an elliptic-curve key", key);
    // A private KeyObject that is given as a public key keeps its kind, so that Rust can refuse it with the right error.
    const exported = (key as KeyObjectLike).export({ format: "pem", type: key.type === "private" ? "pkcs8" : type === "pkcs8" ? "spki" : type });
    return typeof exported === "string" ? { text: exported } : { base64: base64(exported) };
  }
  return { text: wellFormed(JSON.stringify(key)) };
}

/** A passphrase: a text, or bytes. */
function secret(name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return { base64: base64(value) };
  if (typeof value !== "string") throw wrong(name, "a string or a Uint8Array", value);
  return { text: text(name, value) };
}

/** A text that is not valid Unicode is not a key. Rust reports the error. */
export function wellFormed(value: string): string {
  return value.replace(/\p{Surrogate}/gu, "\ufffd");
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let at = 0; at < bytes.length; at += 4096) binary += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(binary);
}
