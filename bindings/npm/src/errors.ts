/** All errors. Each has a `code`, a stable name for programs: messages may be reworded, but codes never change. */
export class IvsTokenError extends Error {
  /** The stable name of this error. */
  readonly code!: string;
  /** The place in the list, counted from 0, if one of many was wrong. */
  readonly index?: number;

  constructor(message: string, fields: Record<string, unknown> = {}) {
    super(message);
    Object.assign(this, fields);
  }

  override get name(): string {
    return NAMES.get(this.constructor) ?? "IvsTokenError";
  }
}

/** A key that is not valid, or not on P-384, or a set of keys that could not be loaded. It never quotes the key. */
export class InvalidKeyError extends IvsTokenError {}

/** A value that no token may carry. Thrown when the value is given, not when it is signed. */
export class InvalidClaimError extends IvsTokenError {
  /** The name of the option, such as `userId`. */
  readonly field!: string;
  /** The limit that was broken, if it is a number. Durations are in seconds. */
  readonly limit?: number;
  /** The given value, if it is a number. Durations are in seconds. */
  readonly actual?: number;
}

/** A token that could not be minted although each value is valid: a key without a `kid`, or of another account. */
export class MintError extends IvsTokenError {}

/** A change that a key ring refuses. The ring is unchanged. */
export class KeyRingError extends IvsTokenError {}

/** A revocation store failed. A revocation may not have been made, so make it again. */
export class RevocationStoreError extends IvsTokenError {}

/** IVS would not exchange these two tokens for each other. */
export class ExchangeError extends IvsTokenError {
  /** The names of all claims that differ but must not. */
  readonly claims!: string[];
}

/** The addon or the WebAssembly module that was asked for could not be loaded. */
export class BindingError extends IvsTokenError {}

/** A token that is refused. `code` is the service's own word, such as `TOKEN_EXPIRED`: what the web client shows. */
export class VerificationError extends IvsTokenError {
  /** The stable name of the exact fault, finer than `code`, such as `CLAIM_MISSING`. */
  readonly reason!: string;
}

/** There is no token, or its form is wrong, or its header breaks a rule. */
export class MalformedTokenError extends VerificationError {}

/** A genuine token of the CreateParticipantToken API. Only AWS can verify it. */
export class IssuedByApiError extends VerificationError {}

/** The token names a key that the verifier does not hold. */
export class UnknownKeyError extends VerificationError {
  /** The ARN in the token's header. */
  readonly kid!: string;
}

/** The key was retired. */
export class RetiredKeyError extends UnknownKeyError {
  /** The first second at which it no longer verified. */
  readonly retiredAt!: Date;
}

/** The signature is not that of the key: the token was altered, or another key signed it. */
export class InvalidSignatureError extends VerificationError {}

/** The signature is valid, but the claims break a rule. */
export class InvalidPayloadError extends VerificationError {}

/** A valid token of another kind, such as a connection token where a participant token is expected. */
export class WrongKindError extends VerificationError {}

/** The token was issued in the future, beyond the leeway. */
export class NotYetValidError extends VerificationError {}

/** The token has expired. */
export class ExpiredTokenError extends VerificationError {
  /** Its expiry. */
  readonly expiredAt!: Date;
}

/** A valid token for another stage. */
export class WrongStageError extends VerificationError {
  /** The ARN of the stage that was expected. */
  readonly expected!: string;
  /** The ARN of the stage in the token. */
  readonly found!: string;
}

/** A valid token for another channel. */
export class WrongChannelError extends VerificationError {
  /** The ARN of the channel that was expected. */
  readonly expected!: string;
  /** The ARN of the channel in the token. */
  readonly found!: string;
}

/** A valid token of another user. */
export class WrongUserError extends VerificationError {}

/** A valid token that does not grant a required capability. */
export class InsufficientCapabilitiesError extends VerificationError {
  /** The first required capability that is not granted, such as `PUBLISH`. */
  readonly missing!: string;
}

/** A valid playback token, but the request comes from an origin that it does not allow. */
export class OriginNotAllowedError extends VerificationError {}

/** A valid token that was revoked. */
export class RevokedError extends VerificationError {}

/** A single-use token that was used before. */
export class AlreadyUsedError extends RevokedError {}

/** The revocation store gave no answer, so the token is refused. `cause` is what the store threw. */
export class RevocationUnknownError extends VerificationError {}

const CLASSES: Record<string, new (message: string, fields?: Record<string, unknown>) => Error> = {
  IvsTokenError, InvalidKeyError, InvalidClaimError, MintError, KeyRingError, RevocationStoreError, ExchangeError,
  BindingError, VerificationError, MalformedTokenError, IssuedByApiError, UnknownKeyError, RetiredKeyError,
  InvalidSignatureError, InvalidPayloadError, WrongKindError, NotYetValidError, ExpiredTokenError, WrongStageError,
  WrongChannelError, WrongUserError, InsufficientCapabilitiesError, OriginNotAllowedError, RevokedError, AlreadyUsedError,
  RevocationUnknownError, TypeError,
};
// Bundlers shorten class names, but the names of errors are shown to users.
const NAMES = new Map<Function, string>(Object.entries(CLASSES).map(([name, kind]) => [kind, name]));

/** A failure as Rust describes it. */
export interface Description {
  class: string;
  message: string;
  fields: Record<string, unknown>;
}

/** The error of a description. */
export function toError({ class: name, message, fields }: Description): Error {
  const kind = CLASSES[name] ?? IvsTokenError;
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value === "object" && value !== null && "seconds" in value) {
      fields[field] = new Date((value as { seconds: number }).seconds * 1000);
    }
  }
  return new kind(message, fields);
}
