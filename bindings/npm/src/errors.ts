/** What can go wrong. Each error has a `code`: a stable name for programs. Texts may be reworded, codes are not. */
export class IvsTokenError extends Error {
  /** The stable name of this error. */
  readonly code!: string;
  /** The place in the list, counted from 0, when one of many was at fault. */
  readonly index?: number;

  constructor(message: string, fields: Record<string, unknown> = {}) {
    super(message);
    Object.assign(this, fields);
  }

  override get name(): string {
    return NAMES.get(this.constructor) ?? "IvsTokenError";
  }
}

/** A key that is none, or not on P-384, or a set of keys that could not be loaded. Never quotes the key. */
export class InvalidKeyError extends IvsTokenError {}

/** A value that no token may carry. Thrown when the value is given, not when it is signed. */
export class InvalidClaimError extends IvsTokenError {
  /** The name of the option, such as `userId`. */
  readonly field!: string;
  /** What is allowed at most, or at least, where that is a number; of durations in seconds. */
  readonly limit?: number;
  /** What was given, where that is a number; of durations in seconds. */
  readonly actual?: number;
}

/** A token that could not be minted although each value is good: a key without a `kid`, or of another account. */
export class MintError extends IvsTokenError {}

/** A change that a ring of keys does not take. The ring is as it was. */
export class KeyRingError extends IvsTokenError {}

/** A store of revocations that failed: a revocation may not have been made, so make it again. */
export class RevocationStoreError extends IvsTokenError {}

/** A token that can not be exchanged for the other. */
export class ExchangeError extends IvsTokenError {
  /** The names of all claims that differ and may not. */
  readonly claims!: string[];
}

/** The addon or the WebAssembly module that was asked for could not be loaded. */
export class BindingError extends IvsTokenError {}

/** A token that is refused. `code` is the service's own word, such as `TOKEN_EXPIRED`: what the web client shows. */
export class VerificationError extends IvsTokenError {
  /** The stable name of the exact fault, finer than `code`, such as `CLAIM_MISSING`. */
  readonly reason!: string;
}

/** There is no token, or not the form of one, or its header says what it must not. */
export class MalformedTokenError extends VerificationError {}

/** A real token, but one of the CreateParticipantToken API: only AWS can verify it. */
export class IssuedByApiError extends VerificationError {}

/** The token names a key that the verifier does not hold. */
export class UnknownKeyError extends VerificationError {
  /** The ARN in the token's header. */
  readonly kid!: string;
}

/** The key was retired. */
export class RetiredKeyError extends UnknownKeyError {
  /** The first second at which it verified no more. */
  readonly retiredAt!: Date;
}

/** The signature is not that of the key: the token was altered, or another key signed it. */
export class InvalidSignatureError extends VerificationError {}

/** The signature holds, and the claims break a rule. */
export class InvalidPayloadError extends VerificationError {}

/** A good token of another kind: a connection token where a participant token is wanted, and the like. */
export class WrongKindError extends VerificationError {}

/** The token was issued in the future, beyond the leeway. */
export class NotYetValidError extends VerificationError {}

/** The token has expired. */
export class ExpiredTokenError extends VerificationError {
  /** Its end. */
  readonly expiredAt!: Date;
}

/** A good token for another stage. */
export class WrongStageError extends VerificationError {
  /** The ARN of the stage that was expected. */
  readonly expected!: string;
  /** The ARN of the stage in the token. */
  readonly found!: string;
}

/** A good token for another channel. */
export class WrongChannelError extends VerificationError {
  /** The ARN of the channel that was expected. */
  readonly expected!: string;
  /** The ARN of the channel in the token. */
  readonly found!: string;
}

/** A good token of another user. */
export class WrongUserError extends VerificationError {}

/** A good token that does not grant what is wanted. */
export class InsufficientCapabilitiesError extends VerificationError {
  /** The first capability that is wanted and not granted, such as `PUBLISH`. */
  readonly missing!: string;
}

/** A good playback token, and a request from an origin that it is not good for. */
export class OriginNotAllowedError extends VerificationError {}

/** A good token that was ended before its time. */
export class RevokedError extends VerificationError {}

/** A single-use token that was used before. */
export class AlreadyUsedError extends RevokedError {}

/** Nobody knows whether the token was revoked, so it is refused. What the store threw is the `cause`. */
export class RevocationUnknownError extends VerificationError {}

const CLASSES: Record<string, new (message: string, fields?: Record<string, unknown>) => Error> = {
  IvsTokenError, InvalidKeyError, InvalidClaimError, MintError, KeyRingError, RevocationStoreError, ExchangeError,
  BindingError, VerificationError, MalformedTokenError, IssuedByApiError, UnknownKeyError, RetiredKeyError,
  InvalidSignatureError, InvalidPayloadError, WrongKindError, NotYetValidError, ExpiredTokenError, WrongStageError,
  WrongChannelError, WrongUserError, InsufficientCapabilitiesError, OriginNotAllowedError, RevokedError, AlreadyUsedError,
  RevocationUnknownError, TypeError,
};
// Bundlers rename classes when they make code small, and names of errors are shown.
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
