import { description } from "./binding.js";

export type { Capability, Lifetime } from "./arguments.js";
export { type ClientLike, type CreateParticipantTokenInput, type CreateParticipantTokenOutput, IVSRealTime, type IVSRealTimeOptions } from "./aws.js";
export {
  AlreadyUsedError, BindingError, ExchangeError, ExpiredTokenError, InsufficientCapabilitiesError, InvalidClaimError,
  InvalidKeyError, InvalidPayloadError, InvalidSignatureError, IssuedByApiError, IvsTokenError, KeyRingError,
  MalformedTokenError, MintError, NotYetValidError, OriginNotAllowedError, RetiredKeyError, RevocationStoreError,
  RevocationUnknownError, RevokedError, UnknownKeyError, VerificationError, WrongChannelError, WrongKindError,
  WrongStageError, WrongUserError,
} from "./errors.js";
export { ConnectionToken, type ConnectionTokenOptions } from "./connection.js";
export { checkExchange, exchange, type ExchangeOptions } from "./exchange.js";
export { type Check, inspect, type Inspection } from "./inspection.js";
export { type HeldKey, KeyRing, type KeyRingOptions, PlaybackKeyRing } from "./keyring.js";
export { type Jwk, type KeyObjectLike, type KeySource, type PublicKeySource, SigningKey, type SigningKeyOptions, VerifyingKey } from "./keys.js";
export { InMemoryRevocations, type PlaybackSubject, type RevocationStore, Verdict } from "./revocations.js";
export { type MintManyOptions, type MintOptions, type ParticipantOptions, Stage } from "./stage.js";
export { ParticipantToken, type ParticipantTokenJson, PlaybackToken, type PlaybackTokenOptions, playbackUrl } from "./tokens.js";
export { VerifiedConnection, VerifiedPlayback, VerifiedToken } from "./verified.js";
export { type Expectations, type PlaybackVerifyOptions, Verifier, type VerifierOptions, type VerifyManyOptions, type VerifyOptions } from "./verifier.js";

/** Which binding does the work: the addon for this platform, or the WebAssembly module. */
export const binding: { readonly kind: "native" | "wasm"; readonly backend: string; readonly version: string } = description();
