/*
 * ivs_token.h: mint and verify the tokens of Amazon IVS locally (ES384), from C and C++. For C++17 there is ivs_token.hpp.
 *
 * THE CONTRACT
 *
 * Objects     A `**` parameter gives you a new object. You own it, and free it once with the `_free` function of its type;
 *             `_free(NULL)` does nothing. Objects do not depend on each other: whatever you passed to make one, you may
 *             free at once. A pointer to an object must be NULL, which is answered with IVS_NULL_ARGUMENT, or point to an
 *             object of that type that was not freed.
 * Arguments   `const` means that the object is not changed. A verifier or a list of keys never changes, but a store or a
 *             ring that it was given may. Inputs come before outputs. A text is a pointer and a length in bytes, in UTF-8,
 *             without the NUL at its end (IVS_NUL_IN_TEXT). A NULL pointer with the length 0 is an empty text, or no text
 *             where the text is optional. The library keeps no text: you may free it after the call. It reads nothing
 *             longer than 1 MiB (IVS_INPUT_TOO_LONG).
 * Strangers   A token to be verified, and the header `Origin` of a request, may be any bytes of any length. If they are not
 *             UTF-8, or too long, they are refused like any other invalid token, with a status from 400 to 499. In a
 *             batch, the other tokens are still verified.
 * Setters     A refused value leaves the object as it was, but is remembered: minting answers its failure until another
 *             value is accepted in its place (for attributes: until they are cleared). A verifier builder never forgets a
 *             refused value. So nobody gets a token or a verifier that allows more than was meant.
 * Outputs     An output must not overlap with an input. It is written only when the call answers IVS_OK. The one exception
 *             is the length of a buffer that was too small, which becomes the size needed (IVS_BUFFER_TOO_SMALL). To ask
 *             for the size, call with NULL and 0. For a mint that costs a signature, so give a buffer of IVS_TOKEN_MAX
 *             bytes at once. The output of an object that can change, such as a key ring, may need more the second time:
 *             repeat until it fits.
 * Borrowed    An `ivs_str` belongs to the object it was asked of, and lives until that object is freed. It does not end
 *             with a NUL.
 * Errors      Every function that can fail answers an `ivs_status`; IVS_OK is 0. ivs_last_error_message() says in a
 *             sentence what was wrong and what to do, and ivs_last_error_reason() gives the exact name. Both are about the
 *             last call in the same thread. Each call resets them, except `_free`, ivs_zeroize() and the functions about
 *             the last error, statuses and versions, so you can read them after cleaning up. Getters answer a value
 *             instead of a status. For a NULL object or an index beyond the last they answer an absent text, 0, false or
 *             -1, and ivs_last_error_status() is IVS_NULL_ARGUMENT or IVS_OUT_OF_RANGE. The functions in `_out` answer the
 *             same texts with a status. The functions in `_e`, and ivs_mint_json() and ivs_verify_json(), write their error
 *             into a struct of yours, for runtimes that may continue in another thread after each call. For functions
 *             without an `_e` twin, ivs_status_text() says enough; if a setter refused a value, the `_e` function of the
 *             mint or of the builder says why.
 * Threads     Keys, stages, verifiers, tokens, verified tokens, lists and inspections never change: any number of threads
 *             may use one at once. The same holds for key rings and revocation stores, even while other threads change
 *             them. Participants, connections, playbacks, exchanges and verifier builders are for one thread at a time. No
 *             object is tied to the thread that made it. A thread must not be cancelled (pthread_cancel) within a call.
 * Processes   The library starts no threads and handles no signals. Besides the objects it keeps the last error of each
 *             thread, and tables that are made once and never change. After a fork the child may use all objects: no two
 *             tokens that parent and child mint have an ID or a nonce in common. From then on each process has its own
 *             copy of a revocation store, a cache and a key ring. As always, a lock that another thread held during the
 *             fork is never released in the child, so fork before threads use the objects.
 * Secrets     Private keys are wiped from memory when they are freed. Wipe your own copies with ivs_zeroize(). The library
 *             never prints or logs a key or a token, and no message holds one.
 * Faults      No panic and no exception leaves the library. A fault of its own is IVS_INTERNAL, and prints nothing. If
 *             memory runs out, the process is aborted.
 */


#ifndef IVS_TOKEN_H
#define IVS_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The present moment, for every parameter that is a time in seconds since 1970. Do not use -1, which means that there is no time. */
#define IVS_NOW INT64_MIN

/**
 * A text that ends with a NUL, as a pointer and a length: `ivs_stage_from_json(IVS_TEXT(json), &stage)`. It must not be NULL, and
 * is evaluated twice.
 */
#define IVS_TEXT(text) (text), strlen(text)

/** An `ivs_str` for printf: `printf("%.*s", IVS_PRINT(ivs_token_text(token)))`. It is evaluated twice. */
#ifdef __cplusplus
#define IVS_PRINT(str) static_cast<int>((str).len), (str).data
#else
#define IVS_PRINT(str) (int)(str).len, (str).data
#endif

/** Makes compilers warn if a status is ignored: an ignored status may let in a token that should be refused. */
#if defined(__cplusplus) && __cplusplus >= 201703L || defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L
#define IVS_MUST_USE [[nodiscard]]
#elif defined(__GNUC__)
#define IVS_MUST_USE __attribute__((warn_unused_result))
#else
#define IVS_MUST_USE
#endif

/**
 * The version of this header: compare it with `ivs_version` of the library that runs.
 */
#define IVS_TOKEN_VERSION_MAJOR 0

/**
 * See `IVS_TOKEN_VERSION_MAJOR`.
 */
#define IVS_TOKEN_VERSION_MINOR 1

/**
 * See `IVS_TOKEN_VERSION_MAJOR`.
 */
#define IVS_TOKEN_VERSION_PATCH 0

/**
 * Grows by one whenever a program that was compiled before would no longer work: when a function or a status was
 * removed, or a struct or a function changed. Additions leave it as it is.
 */
#define IVS_ABI_VERSION 1

/**
 * The length of the longest possible token in bytes, including the NUL at its end.
 */
#define IVS_TOKEN_MAX ((16 * 1024) + 1)

/**
 * May send audio and video to the stage.
 */
#define IVS_CAPABILITY_PUBLISH 1

/**
 * May receive audio and video from the stage.
 */
#define IVS_CAPABILITY_SUBSCRIBE 2

/**
 * A size in bytes that is enough for anything that `ivs_mint_json()` and `ivs_verify_json()` write.
 */
#define IVS_JSON_MAX (64 * 1024)

/**
 * The result of a call. Numbers are stable: a retired number is never used again.
 *
 * 1 to 99 are about the call, 100 to 199 about keys, 200 to 299 about values, 300 to 399 about minting, 400 to 499 about
 * tokens that are refused, 500 to 599 about key rings, verifiers and revocation.
 */
enum ivs_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * The call succeeded.
   */
  IVS_OK = 0,
  /**
   * A fault in the library itself.
   */
  IVS_INTERNAL = 1,
  /**
   * An argument is NULL but must not be.
   */
  IVS_NULL_ARGUMENT = 2,
  /**
   * A text is not UTF-8.
   */
  IVS_INVALID_UTF8 = 3,
  /**
   * The caller's buffer is too small; its length argument says what is needed.
   */
  IVS_BUFFER_TOO_SMALL = 4,
  /**
   * An input is longer than 1 MiB.
   */
  IVS_INPUT_TOO_LONG = 5,
  /**
   * A number or an index is beyond its limits.
   */
  IVS_OUT_OF_RANGE = 6,
  /**
   * A file cannot be read.
   */
  IVS_IO = 7,
  /**
   * A text contains a NUL. Perhaps its length counts the NUL at its end.
   */
  IVS_NUL_IN_TEXT = 8,
  /**
   * Not the JSON of a request, or a member that it cannot have.
   */
  IVS_INVALID_REQUEST = 9,
  /**
   * The text or bytes are not a usable P-384 key; the reason says why.
   */
  IVS_KEY_INVALID = 100,
  /**
   * A key of another curve than P-384.
   */
  IVS_KEY_WRONG_CURVE = 101,
  /**
   * A public key where a private one is wanted.
   */
  IVS_KEY_PUBLIC_GIVEN = 102,
  /**
   * A private key where a public one is wanted.
   */
  IVS_KEY_PRIVATE_GIVEN = 103,
  /**
   * The key is encrypted, and there is no passphrase.
   */
  IVS_KEY_PASSPHRASE_MISSING = 104,
  /**
   * The passphrase is not that of the key.
   */
  IVS_KEY_PASSPHRASE_WRONG = 105,
  /**
   * The key is encrypted in a way that is not supported.
   */
  IVS_KEY_ENCRYPTION_UNSUPPORTED = 106,
  /**
   * Not an ARN of its kind.
   */
  IVS_INVALID_ARN = 200,
  /**
   * Not an endpoint URL of its kind.
   */
  IVS_INVALID_ENDPOINT = 201,
  /**
   * Not the JSON of a stage.
   */
  IVS_INVALID_STAGE = 202,
  /**
   * Not a participant ID.
   */
  IVS_INVALID_PARTICIPANT_ID = 203,
  /**
   * Not a token ID.
   */
  IVS_INVALID_TOKEN_ID = 204,
  /**
   * Not a user ID.
   */
  IVS_INVALID_USER_ID = 205,
  /**
   * Attributes beyond their limit.
   */
  IVS_INVALID_ATTRIBUTES = 206,
  /**
   * Not a capability.
   */
  IVS_INVALID_CAPABILITY = 207,
  /**
   * A duration beyond its limits.
   */
  IVS_INVALID_DURATION = 208,
  /**
   * Not a version.
   */
  IVS_INVALID_VERSION = 209,
  /**
   * Not a viewer ID.
   */
  IVS_INVALID_VIEWER_ID = 210,
  /**
   * Not a reason for a disconnection.
   */
  IVS_INVALID_REASON = 211,
  /**
   * Not an origin, or not origins that go together.
   */
  IVS_INVALID_ORIGINS = 212,
  /**
   * Not a UUID.
   */
  IVS_INVALID_UUID = 213,
  /**
   * Not the version of a viewer's session, or one without a viewer.
   */
  IVS_INVALID_SESSION_VERSION = 214,
  /**
   * Not a resolution.
   */
  IVS_INVALID_MAXIMUM_RESOLUTION = 215,
  /**
   * Not a URL to play, or not a token to be put into one.
   */
  IVS_INVALID_PLAYBACK_URL = 216,
  /**
   * The signing key has no ARN.
   */
  IVS_NO_KEY_ID = 300,
  /**
   * The key is of another account or region.
   */
  IVS_FOREIGN_KEY = 301,
  /**
   * The key's ARN has no account of 12 digits.
   */
  IVS_INVALID_KEY_ACCOUNT = 302,
  /**
   * The clock is later than a token can end.
   */
  IVS_CLOCK_TOO_LATE = 303,
  /**
   * The token would be longer than 16 KiB.
   */
  IVS_TOKEN_TOO_LONG = 304,
  /**
   * The operating system gave no random bytes.
   */
  IVS_NO_RANDOMNESS = 305,
  /**
   * The signature could not be made.
   */
  IVS_SIGNING_FAILED = 306,
  /**
   * The new token cannot be exchanged for the old one.
   */
  IVS_INVALID_EXCHANGE = 307,
  /**
   * The old token has ended, and the new one was given no duration.
   */
  IVS_OLD_TOKEN_ENDED = 308,
  /**
   * The external signature is neither 96 bytes of r and s nor DER.
   */
  IVS_MALFORMED_SIGNATURE = 309,
  /**
   * The external signature is not valid for this token under the given public key.
   */
  IVS_WRONG_SIGNATURE = 310,
  /**
   * The token is empty.
   */
  IVS_TOKEN_MISSING = 400,
  /**
   * The token breaks a rule; the reason says which.
   */
  IVS_TOKEN_INVALID = 401,
  /**
   * The signature is not that of the key.
   */
  IVS_TOKEN_INVALID_SIGNATURE = 402,
  /**
   * The token has expired.
   */
  IVS_TOKEN_EXPIRED = 403,
  /**
   * The token is not valid yet: it was issued in the future.
   */
  IVS_TOKEN_NOT_YET_VALID = 404,
  /**
   * The CreateParticipantToken API issued the token: only AWS can verify it.
   */
  IVS_TOKEN_ISSUED_BY_API = 405,
  /**
   * The token names a key that the verifier does not hold.
   */
  IVS_UNKNOWN_KEY = 406,
  /**
   * A valid token for another stage.
   */
  IVS_WRONG_STAGE = 407,
  /**
   * A valid token of another user.
   */
  IVS_WRONG_USER = 408,
  /**
   * A valid token that does not grant what is wanted.
   */
  IVS_INSUFFICIENT_CAPABILITIES = 409,
  /**
   * The participant was disconnected.
   */
  IVS_PARTICIPANT_DISCONNECTED = 410,
  /**
   * The stage was deleted.
   */
  IVS_STAGE_DELETED = 411,
  /**
   * The connection token was revoked.
   */
  IVS_CONNECTION_TOKEN_REVOKED = 412,
  /**
   * The sessions of the viewer were revoked.
   */
  IVS_VIEWER_SESSION_REVOKED = 413,
  /**
   * A token for a single use was used before.
   */
  IVS_TOKEN_ALREADY_USED = 414,
  /**
   * The revocation store gave no answer, so the token is refused.
   */
  IVS_REVOCATION_UNKNOWN = 415,
  /**
   * A valid token for another channel.
   */
  IVS_WRONG_CHANNEL = 416,
  /**
   * The token does not allow the origin of the request.
   */
  IVS_ORIGIN_NOT_ALLOWED = 417,
  /**
   * The token names a key that is retired.
   */
  IVS_RETIRED_KEY = 418,
  /**
   * The verifier was given no key.
   */
  IVS_NO_KEYS = 500,
  /**
   * Two different keys have one ARN.
   */
  IVS_AMBIGUOUS_KEY = 501,
  /**
   * The key ring holds no key of this ARN.
   */
  IVS_KEY_NOT_FOUND = 502,
  /**
   * The key ring can hold no more keys.
   */
  IVS_KEY_RING_FULL = 503,
  /**
   * The key is the signing key, so it cannot be deleted or retired.
   */
  IVS_KEY_SIGNS = 504,
  /**
   * The key is retired, or being retired, so it cannot sign.
   */
  IVS_KEY_RETIRED = 505,
  /**
   * The private key is not the other half of the public one.
   */
  IVS_SIGNING_KEY_MISMATCH = 506,
  /**
   * Not a set of keys that can be loaded; the reason says why.
   */
  IVS_INVALID_KEY_SET = 507,
  /**
   * The verifier was given both single keys and a ring.
   */
  IVS_KEYS_AND_RING = 508,
  /**
   * The leeways are longer than revocations are remembered.
   */
  IVS_LEEWAY_TOO_LONG = 509,
  /**
   * Not a name of a key.
   */
  IVS_INVALID_KEY_NAME = 510,
  /**
   * Not a tag that a key can have, or one too many.
   */
  IVS_INVALID_TAG = 511,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum ivs_status ivs_status;
#else
typedef uint32_t ivs_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * A connection token about to be minted. It lets a client share one network connection among many stages. Account and
 * region are those of the key's ARN. For one thread at a time.
 */
typedef struct ivs_connection ivs_connection;

/**
 * A token about to be minted in exchange for another. It is for the same participant on the same stage, with other
 * capabilities, attributes, user ID or duration. For one thread at a time.
 */
typedef struct ivs_exchange ivs_exchange;

/**
 * What a text looks like, in words. Nothing in it is verified. Never changed: any number of threads may use one at once.
 */
typedef struct ivs_inspection ivs_inspection;

/**
 * The keys of a ring at one moment, ordered by ARN. Never changed: any number of threads may use one at once.
 */
typedef struct ivs_key_list ivs_key_list;

/**
 * The public keys that verifiers trust, of stages or of playback, and the private key that signs. Any number of
 * threads may use and change one at once: a reader sees it before a change or after it. Verifiers that were given the
 * ring see each change.
 */
typedef struct ivs_key_ring ivs_key_ring;

/**
 * A participant token about to be minted. A value beyond its limit is refused when it is set, and leaves the
 * participant as it was. For one thread at a time.
 */
typedef struct ivs_participant ivs_participant;

/**
 * A playback token about to be minted. It lets its holder start to watch one private low-latency channel. A value
 * beyond its limit is refused when it is set. Rules about several values are checked when the token is minted. For one
 * thread at a time.
 */
typedef struct ivs_playback ivs_playback;

/**
 * What was revoked, and which single-use tokens are spent, in the memory of this process. Any number of threads may
 * use and change one at once. Expired entries are forgotten automatically.
 */
typedef struct ivs_revocations ivs_revocations;

/**
 * A private key that mints tokens, and its ARN. Never changed: any number of threads may use one at once. The key is wiped
 * from memory when it is freed.
 */
typedef struct ivs_signing_key ivs_signing_key;

/**
 * The parts of a stage that a token needs: its ARN and its two endpoints. Never changed: any number of threads may use
 * one at once.
 */
typedef struct ivs_stage ivs_stage;

/**
 * A minted token: its text and its claims. Never changed: any number of threads may use one at once.
 */
typedef struct ivs_token ivs_token;

/**
 * Tokens that were minted with one call, and the failures among them. Never changed: any number of threads may use one at
 * once.
 */
typedef struct ivs_token_list ivs_token_list;

/**
 * A token that lacks only its signature. It is for private keys that never leave their vault, such as AWS KMS or an
 * HSM. Never changed: any number of threads may use one at once.
 */
typedef struct ivs_unsigned ivs_unsigned;

/**
 * A participant token whose signature, rules and time were checked. Never changed: any number of threads may use one at
 * once.
 */
typedef struct ivs_verified ivs_verified;

/**
 * A connection token whose signature, rules and time were checked. Never changed: any number of threads may use one at
 * once.
 */
typedef struct ivs_verified_connection ivs_verified_connection;

/**
 * The results of verifying many tokens with one call, in order. Never changed: any number of threads may use one at
 * once.
 */
typedef struct ivs_verified_list ivs_verified_list;

/**
 * A playback token whose signature, rules and time were checked. Never changed: any number of threads may use one at once.
 */
typedef struct ivs_verified_playback ivs_verified_playback;

/**
 * Decides whether tokens are valid. Build it once, and use it in any number of threads at once: it never changes.
 */
typedef struct ivs_verifier ivs_verifier;

/**
 * A verifier about to be built. For one thread at a time.
 */
typedef struct ivs_verifier_builder ivs_verifier_builder;

/**
 * A public key. Never changed: any number of threads may use one at once.
 */
typedef struct ivs_verifying_key ivs_verifying_key;

/**
 * The result of a call, in one struct of the caller's. It holds no pointers, so there is nothing to free, and it may
 * be passed to another thread.
 */
typedef struct ivs_error {
  /**
   * `IVS_OK` if the call succeeded.
   */
  ivs_status status;
  /**
   * What `ivs_last_error_reason()` says, with a NUL at its end.
   */
  char reason[60];
  /**
   * What `ivs_last_error_message()` says, with a NUL at its end. A longer one is cut after a whole character.
   */
  char message[960];
} ivs_error;

/**
 * A borrowed UTF-8 text: `len` bytes at `data`, **not** ended by a NUL. `data` is NULL if there is no such text. It is
 * not NULL if the text is empty. The text lives as long as the object it was asked of.
 */
typedef struct ivs_str {
  /**
   * The first byte, or NULL.
   */
  const char *data;
  /**
   * How many bytes.
   */
  size_t len;
} ivs_str;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The status of the last call in this thread. Use it after getters, which answer a value and no status.
 */
ivs_status ivs_last_error_status(void);

/**
 * What went wrong in the last call of this thread, in a sentence that says what to do; empty if the call succeeded.
 * Never NULL. Good until the next call in this thread that is not about the last error.
 */
const char *ivs_last_error_message(void);

/**
 * The stable name of what went wrong in the last call of this thread, finer than the status: such as `KEY_WRONG_CURVE`
 * or `CLAIM_MISSING`; empty if the call succeeded. Never NULL. Good until the next call in this thread that is not
 * about the last error.
 */
const char *ivs_last_error_reason(void);

/**
 * Writes the result of the last call in this thread: its status, reason and message at once. NULL is ignored.
 *
 * A runtime that may continue in another thread after each call cannot ask for the error of the previous call. From C,
 * call this in the same function as the call that it is about. `ivs_mint_json()` and `ivs_verify_json()` answer their
 * error themselves.
 */
void ivs_last_error_get(struct ivs_error *error);

/**
 * The name of a status, such as `IVS_TOKEN_EXPIRED`; `IVS_UNKNOWN_STATUS` for an unknown number. Never NULL, and never
 * freed. Leaves the last error as it is.
 */
const char *ivs_status_name(uint32_t status);

/**
 * What a status means, in a sentence. `ivs_last_error_message` says more about the case at hand. Never NULL, and never
 * freed. Leaves the last error as it is.
 */
const char *ivs_status_text(uint32_t status);

/**
 * The version of the library that runs, such as `0.1.0`. Never NULL.
 */
const char *ivs_version(void);

/**
 * The ABI of the library that runs; compare it with `IVS_ABI_VERSION` of the header.
 */
uint32_t ivs_abi_version(void);

/**
 * Overwrites the caller's own memory with zeros, in a way that no compiler optimises away. Use it for private keys and
 * passphrases once they have been read. NULL, or a length of 0, does nothing. Leaves the last error as it is.
 */
void ivs_zeroize(void *data,
                 size_t len);

/**
 * Reads a private key from PEM (SEC1 or PKCS#8), also as it arrives in an environment variable. `kid` is the ARN that
 * ImportPublicKey returned, which participant and connection tokens name; NULL when there is none.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_from_pem(const char *pem,
                                    size_t pem_len,
                                    const char *kid,
                                    size_t kid_len,
                                    struct ivs_signing_key **out);

/**
 * Reads a private key in any form: PEM, DER or JWK, encrypted or not. `passphrase` is NULL if there is none; the
 * library never asks for it on a terminal.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_from_bytes(const uint8_t *data,
                                      size_t len,
                                      const char *passphrase,
                                      size_t passphrase_len,
                                      const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out);

/**
 * Reads a private key in any form from a file of at most 64 KiB. What was read is wiped from memory.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_from_file(const char *path,
                                     size_t path_len,
                                     const char *passphrase,
                                     size_t passphrase_len,
                                     const char *kid,
                                     size_t kid_len,
                                     struct ivs_signing_key **out);

/**
 * Makes a new private key from the randomness of the operating system. `kid` may be NULL as long as ImportPublicKey
 * has not returned an ARN.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_generate(const char *kid,
                                    size_t kid_len,
                                    struct ivs_signing_key **out);

/**
 * The same key with this ARN, as a new object. Free both.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_with_kid(const struct ivs_signing_key *key,
                                    const char *kid,
                                    size_t kid_len,
                                    struct ivs_signing_key **out);

/**
 * The ARN of the key; absent when it was given none. Lives as long as the key.
 */
struct ivs_str ivs_signing_key_kid(const struct ivs_signing_key *key);

/**
 * The public half, as an object of its own.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_verifying_key(const struct ivs_signing_key *key,
                                         struct ivs_verifying_key **out);

/**
 * Makes this key, and every object made of it, sign with the library's own engine from now on. On any processor,
 * minting then takes less than half of its time, and less than a third in batches. With AVX2 it takes little more than
 * a third, and a sixth in batches. With AVX-512 IFMA it takes a quarter, and a tenth in batches. This is off by
 * default: docs/engine.md says how the engine is proved. The first key of a process takes a few milliseconds and 700
 * KiB for tables that all keys share.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_accelerate(const struct ivs_signing_key *key);

/**
 * Whether the engine signs for this key: the key was accelerated, and the processor supports it.
 */
bool ivs_signing_key_is_accelerated(const struct ivs_signing_key *key);

/**
 * Writes the **private** key as PKCS#8 PEM into the caller's buffer, 512 bytes of which are enough. Keep it secret, and
 * wipe it with `ivs_zeroize`.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_to_pem(const struct ivs_signing_key *key,
                                  char *buffer,
                                  size_t *len);

/**
 * Writes the **private** key as PKCS#8 DER (RFC 5958) into the caller's buffer, 256 bytes of which are enough, without a
 * NUL. Keep it secret, and wipe it with `ivs_zeroize`.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_to_der(const struct ivs_signing_key *key,
                                  uint8_t *buffer,
                                  size_t *len);

/**
 * Frees a key. The key is wiped when the last object that shares it is freed. NULL is ignored.
 */
void ivs_signing_key_free(struct ivs_signing_key *key);

/**
 * Reads a public key in any form: PEM, DER, JWK or a bare curve point.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_from_bytes(const uint8_t *data,
                                        size_t len,
                                        struct ivs_verifying_key **out);

/**
 * Reads a public key from PEM (SPKI).
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_from_pem(const char *pem,
                                      size_t pem_len,
                                      struct ivs_verifying_key **out);

/**
 * Reads a public key in any form from a file of at most 64 KiB.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_from_file(const char *path,
                                       size_t path_len,
                                       struct ivs_verifying_key **out);

/**
 * Writes the key as SPKI PEM into the caller's buffer, 256 bytes of which are enough: what ImportPublicKey takes.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_to_pem(const struct ivs_verifying_key *key,
                                    char *buffer,
                                    size_t *len);

/**
 * Writes the key as SPKI DER (RFC 5480) into the caller's buffer: 120 bytes, without a NUL.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_to_der(const struct ivs_verifying_key *key,
                                    uint8_t *buffer,
                                    size_t *len);

/**
 * Writes the key as a JWK (RFC 7518, section 6.2.1) into the caller's buffer, 256 bytes of which are enough; it has no
 * `kid`.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_to_jwk(const struct ivs_verifying_key *key,
                                    char *buffer,
                                    size_t *len);

/**
 * Writes the JWK thumbprint of the key (RFC 7638, SHA-256) into the caller's buffer: 43 characters of base64url and a
 * NUL. Equal keys have equal thumbprints.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_thumbprint(const struct ivs_verifying_key *key,
                                        char *buffer,
                                        size_t *len);

/**
 * Frees a key. NULL is ignored.
 */
void ivs_verifying_key_free(struct ivs_verifying_key *key);

/**
 * A stage from the values of CreateStage or GetStage: its ARN, `endpoints.whip`, and `endpoints.events`. The last may
 * be NULL, for the URL that every stage has in practice: `wss://global.events.live-video.net`.
 */
IVS_MUST_USE
ivs_status ivs_stage_new(const char *arn,
                         size_t arn_len,
                         const char *whip_url,
                         size_t whip_url_len,
                         const char *events_url,
                         size_t events_url_len,
                         struct ivs_stage **out);

/**
 * A stage from the JSON that CreateStage or GetStage returned.
 */
IVS_MUST_USE ivs_status ivs_stage_from_json(const char *json, size_t json_len, struct ivs_stage **out);

/**
 * The stage's ARN. Lives as long as the stage.
 */
struct ivs_str ivs_stage_arn(const struct ivs_stage *stage);

/**
 * The URL where participants publish and subscribe. Lives as long as the stage.
 */
struct ivs_str ivs_stage_whip_url(const struct ivs_stage *stage);

/**
 * The URL where participants receive events. Lives as long as the stage.
 */
struct ivs_str ivs_stage_events_url(const struct ivs_stage *stage);

/**
 * Frees a stage. NULL is ignored.
 */
void ivs_stage_free(struct ivs_stage *stage);

/**
 * Begins a participant of a stage. By default it may publish and subscribe for 12 hours, under a fresh random
 * participant ID.
 */
IVS_MUST_USE ivs_status ivs_participant_new(const struct ivs_stage *stage, struct ivs_participant **out);

/**
 * The participant's ID, `jti`: 1 to 64 of `A-Z a-z 0-9 _ -`. By default, each token gets a fresh random one: every
 * token needs its own.
 */
IVS_MUST_USE
ivs_status ivs_participant_set_participant_id(struct ivs_participant *participant,
                                              const char *id,
                                              size_t id_len);

/**
 * Your application's name for the participant: at most 128 characters, visible to everyone on the stage.
 */
IVS_MUST_USE
ivs_status ivs_participant_set_user_id(struct ivs_participant *participant,
                                       const char *user_id,
                                       size_t user_id_len);

/**
 * Adds an attribute, or replaces the one of this name: at most 1 024 bytes in UTF-8, all names and values together. If
 * they would exceed that, the attributes stay as they were.
 */
IVS_MUST_USE
ivs_status ivs_participant_set_attribute(struct ivs_participant *participant,
                                         const char *name,
                                         size_t name_len,
                                         const char *value,
                                         size_t value_len);

/**
 * Removes all attributes.
 */
IVS_MUST_USE ivs_status ivs_participant_clear_attributes(struct ivs_participant *participant);

/**
 * What the participant may do: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE`, both or none (0).
 */
IVS_MUST_USE
ivs_status ivs_participant_set_capabilities(struct ivs_participant *participant,
                                            uint32_t capabilities);

/**
 * How long the token lasts from the moment it is minted, in seconds: 1 to 1 209 600 (14 days), 12 hours by default.
 */
IVS_MUST_USE
ivs_status ivs_participant_set_duration(struct ivs_participant *participant,
                                        uint64_t seconds);

/**
 * The version of the token's form; `1.0` by default.
 */
IVS_MUST_USE
ivs_status ivs_participant_set_version(struct ivs_participant *participant,
                                       const char *version,
                                       size_t version_len);

/**
 * Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. It is issued
 * now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The participant
 * stays as it is. The next token gets a fresh ID, unless the participant was given one.
 */
IVS_MUST_USE
ivs_status ivs_participant_mint(const struct ivs_participant *participant,
                                const struct ivs_signing_key *key,
                                char *buffer,
                                size_t *len);

/**
 * Mints a token as an object, which also gives its ID and its expiry. `now` is `IVS_NOW`, or the second since 1970 at
 * which it is issued.
 */
IVS_MUST_USE
ivs_status ivs_participant_mint_token(const struct ivs_participant *participant,
                                      const struct ivs_signing_key *key,
                                      int64_t now,
                                      struct ivs_token **out);

/**
 * Frees a participant. NULL is ignored.
 */
void ivs_participant_free(struct ivs_participant *participant);

/**
 * The token itself: what the client joins with. Lives as long as the object.
 */
struct ivs_str ivs_token_text(const struct ivs_token *token);

/**
 * The claim `jti`: the participant ID, or the ID of a connection token; absent for a playback token. Lives as long as
 * the object.
 */
struct ivs_str ivs_token_id(const struct ivs_token *token);

/**
 * The first second at which the token is no longer valid, in seconds since 1970; -1 for NULL.
 */
int64_t ivs_token_expires_at(const struct ivs_token *token);

/**
 * Writes the token as JSON into the caller's buffer, as the API that issues such tokens returns it.
 */
IVS_MUST_USE ivs_status ivs_token_to_json(const struct ivs_token *token, char *buffer, size_t *len);

/**
 * Frees a token. NULL is ignored.
 */
void ivs_token_free(struct ivs_token *token);

/**
 * Prepares a participant token for a signature that is made elsewhere, by the key that IVS knows as `kid`. `now` is
 * `IVS_NOW`, or the second since 1970 at which the token is issued. The participant stays as it is.
 */
IVS_MUST_USE
ivs_status ivs_participant_unsigned(const struct ivs_participant *participant,
                                    const char *kid,
                                    size_t kid_len,
                                    int64_t now,
                                    struct ivs_unsigned **out);

/**
 * Prepares a token that is exchanged for another, as `ivs_participant_unsigned` does.
 */
IVS_MUST_USE
ivs_status ivs_exchange_unsigned(const struct ivs_exchange *exchange,
                                 const char *kid,
                                 size_t kid_len,
                                 int64_t now,
                                 struct ivs_unsigned **out);

/**
 * Prepares a connection token, as `ivs_participant_unsigned` does. Its account and region are those of `kid`.
 */
IVS_MUST_USE
ivs_status ivs_connection_unsigned(const struct ivs_connection *connection,
                                   const char *kid,
                                   size_t kid_len,
                                   int64_t now,
                                   struct ivs_unsigned **out);

/**
 * Prepares a playback token for a signature that is made elsewhere. It names no key. `now` is `IVS_NOW`, or the second since
 * 1970 at which its time begins.
 */
IVS_MUST_USE
ivs_status ivs_playback_unsigned(const struct ivs_playback *playback,
                                 int64_t now,
                                 struct ivs_unsigned **out);

/**
 * The text to sign with ECDSA on P-384 and SHA-384: header, dot and payload as they will be in the token. It is ASCII.
 * Lives as long as the object.
 */
struct ivs_str ivs_unsigned_signing_input(const struct ivs_unsigned *unsigned_token);

/**
 * Writes the SHA-384 digest of the signing input, 48 bytes: what AWS KMS takes with the message type `DIGEST`. `*len` is the
 * size of the buffer, and becomes 48.
 */
IVS_MUST_USE
ivs_status ivs_unsigned_digest(const struct ivs_unsigned *unsigned_token,
                               uint8_t *buffer,
                               size_t *len);

/**
 * Completes the token. The signature is r then s in 96 bytes, or DER, as AWS KMS and OpenSSL write it. It is checked
 * with `public_key`, the public half of the key that signed: `IVS_WRONG_SIGNATURE` if it is not a signature of this
 * token under that key. The unsigned token stays as it is.
 */
IVS_MUST_USE
ivs_status ivs_unsigned_with_signature(const struct ivs_unsigned *unsigned_token,
                                       const uint8_t *signature,
                                       size_t signature_len,
                                       const struct ivs_verifying_key *public_key,
                                       struct ivs_token **out);

/**
 * Frees an unsigned token. NULL is ignored.
 */
void ivs_unsigned_free(struct ivs_unsigned *unsigned_token);

/**
 * Mints a token for each participant, in order, all issued now. If one fails, the others are still minted. The
 * participants stay as they are. The call itself fails only for a NULL, or for more than 1 048 576 participants.
 */
IVS_MUST_USE
ivs_status ivs_mint_batch(struct ivs_participant *const *participants,
                          size_t count,
                          const struct ivs_signing_key *key,
                          struct ivs_token_list **out);

/**
 * How many tokens and failures there are: as many as there were participants.
 */
size_t ivs_token_list_count(const struct ivs_token_list *list);

/**
 * The token at an index. When it could not be minted, it is absent, and the last error says why. Lives as long as the list.
 */
struct ivs_str ivs_token_list_text(const struct ivs_token_list *list,
                                   size_t index);

/**
 * The participant ID of the token at an index; absent when it could not be minted. Lives as long as the list.
 */
struct ivs_str ivs_token_list_participant_id(const struct ivs_token_list *list, size_t index);

/**
 * The status of minting the token at an index; the last error says more.
 */
IVS_MUST_USE ivs_status ivs_token_list_status(const struct ivs_token_list *list, size_t index);

/**
 * Frees a token list. NULL is ignored.
 */
void ivs_token_list_free(struct ivs_token_list *list);

/**
 * Begins a verifier.
 */
IVS_MUST_USE ivs_status ivs_verifier_builder_new(struct ivs_verifier_builder **out);

/**
 * Adds a public key under its ARN, which tokens name as `kid`. A verifier needs at least one key, and can hold any
 * number.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_add_key(struct ivs_verifier_builder *builder,
                                        const char *kid,
                                        size_t kid_len,
                                        const struct ivs_verifying_key *key);

/**
 * Adds the public half of a playback key pair under its ARN. It verifies playback tokens only. A verifier can hold any
 * number of these keys. Playback tokens name no key, so all are tried.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_add_playback_key(struct ivs_verifier_builder *builder,
                                                 const char *arn,
                                                 size_t arn_len,
                                                 const struct ivs_verifying_key *key);

/**
 * Adds the public half of a playback key pair without its ARN, for all channels in the account and region of
 * `channel`. Playback tokens name no key, so verifying needs no ARN. Give `ivs_verifier_verify_playback` the channel
 * that the token must be for. `ivs_verified_playback_kid` is absent for the tokens of such a key.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_add_playback_key_without_arn(struct ivs_verifier_builder *builder,
                                                             const char *channel,
                                                             size_t channel_len,
                                                             const struct ivs_verifying_key *key);

/**
 * Uses the keys of a ring instead of single keys of its kind, and follows its changes.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_key_ring(struct ivs_verifier_builder *builder,
                                             const struct ivs_key_ring *ring);

/**
 * Asks a store about every token that is otherwise valid, and refuses those that were revoked or spent.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_revocations(struct ivs_verifier_builder *builder,
                                                const struct ivs_revocations *revocations);

/**
 * Remembers `capacity` tokens that were accepted, so that verifying one again costs no signature; 0, which is none, by
 * default. Time, keys, expectations and revocations are still checked each time.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_cache(struct ivs_verifier_builder *builder,
                                          size_t capacity);

/**
 * Prepares at most `limit` of the single keys of each kind, so that verifying takes a tenth of its time. Each prepared
 * key takes 440 KiB and up to 2 ms. 64 by default, 0 for none. A ring has its own limit.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_prepared_limit(struct ivs_verifier_builder *builder,
                                                   size_t limit);

/**
 * Accepts only tokens for this stage.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_stage(struct ivs_verifier_builder *builder,
                                          const char *arn,
                                          size_t arn_len);

/**
 * Accepts only tokens that grant all of these: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE` or both.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_require_capabilities(struct ivs_verifier_builder *builder,
                                                     uint32_t capabilities);

/**
 * Accepts only tokens of this user.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_user_id(struct ivs_verifier_builder *builder,
                                            const char *user_id,
                                            size_t user_id_len);

/**
 * How far in the future `iat` may lie, in seconds, since clocks may disagree: at most 86 400 (a day), 60 by default.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_issued_at_leeway(struct ivs_verifier_builder *builder,
                                                     uint64_t seconds);

/**
 * How long after its expiry a token is still accepted, in seconds: at most 86 400 (a day), 0 by default.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_set_expiry_leeway(struct ivs_verifier_builder *builder,
                                                  uint64_t seconds);

/**
 * Stops the clock at this second since 1970, for tests: tokens no longer expire. `IVS_NOW` is not allowed.
 */
IVS_MUST_USE ivs_status ivs_verifier_builder_set_fixed_time(struct ivs_verifier_builder *builder, int64_t at);

/**
 * Builds the verifier. If a setter refused a value, this answers the same failure until a valid value replaces it. So
 * no verifier expects less than it was told to. The builder stays as it is; free it.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_build(const struct ivs_verifier_builder *builder,
                                      struct ivs_verifier **out);

/**
 * Frees a verifier builder. NULL is ignored.
 */
void ivs_verifier_builder_free(struct ivs_verifier_builder *builder);

/**
 * Verifies a participant token, and checks what the builder was told to expect. If the token is refused, the status is
 * from 400 to 499.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify(const struct ivs_verifier *verifier,
                               const char *token,
                               size_t token_len,
                               struct ivs_verified **out);

/**
 * Verifies a participant token as `ivs_verifier_verify` does, and checks these expectations too. Use it in a gateway
 * that serves many stages with one verifier. `stage_arn` or `user_id` may be NULL, or `capabilities` 0, to expect
 * nothing of it. All three at once are `IVS_NULL_ARGUMENT`, whatever the token, since an empty variable must not turn
 * the check off. To expect nothing, call `ivs_verifier_verify`.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_expecting(const struct ivs_verifier *verifier,
                                         const char *token,
                                         size_t token_len,
                                         const char *stage_arn,
                                         size_t stage_arn_len,
                                         uint32_t capabilities,
                                         const char *user_id,
                                         size_t user_id_len,
                                         struct ivs_verified **out);

/**
 * Verifies a participant token that you have as text, and begins a token in exchange for it. If the verifier has a
 * revocation store, a participant who was disconnected gets none.
 */
IVS_MUST_USE
ivs_status ivs_verifier_exchange(const struct ivs_verifier *verifier,
                                 const char *token,
                                 size_t token_len,
                                 struct ivs_exchange **out);

/**
 * Verifies a connection token.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_connection(const struct ivs_verifier *verifier,
                                          const char *token,
                                          size_t token_len,
                                          struct ivs_verified_connection **out);

/**
 * Verifies a playback token. `channel_arn` is the requested channel, or NULL for any channel. `origin` is the header
 * `Origin` of the request, or NULL if it has none. It is checked if the token strictly enforces its origins.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_playback(const struct ivs_verifier *verifier,
                                        const char *token,
                                        size_t token_len,
                                        const char *channel_arn,
                                        size_t channel_arn_len,
                                        const char *origin,
                                        size_t origin_len,
                                        struct ivs_verified_playback **out);

/**
 * Frees a verifier. NULL is ignored.
 */
void ivs_verifier_free(struct ivs_verifier *verifier);

/**
 * Your application's name for the participant; absent when the token has none. Lives as long as the object.
 */
struct ivs_str ivs_verified_user_id(const struct ivs_verified *verified);

/**
 * The participant's ID, `jti`. Lives as long as the object.
 */
struct ivs_str ivs_verified_participant_id(const struct ivs_verified *verified);

/**
 * The ARN of the stage. Lives as long as the object.
 */
struct ivs_str ivs_verified_stage_arn(const struct ivs_verified *verified);

/**
 * The URL where the participant publishes and subscribes. Lives as long as the object.
 */
struct ivs_str ivs_verified_whip_url(const struct ivs_verified *verified);

/**
 * The URL where the participant receives events. Lives as long as the object.
 */
struct ivs_str ivs_verified_events_url(const struct ivs_verified *verified);

/**
 * The ARN of the key that signed the token. Lives as long as the object.
 */
struct ivs_str ivs_verified_kid(const struct ivs_verified *verified);

/**
 * What the participant may do: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE`, both or none (0).
 */
uint32_t ivs_verified_capabilities(const struct ivs_verified *verified);

/**
 * When the token was issued, in seconds since 1970; -1 for NULL.
 */
int64_t ivs_verified_issued_at(const struct ivs_verified *verified);

/**
 * The first second at which the token is no longer valid, in seconds since 1970; -1 for NULL.
 */
int64_t ivs_verified_expires_at(const struct ivs_verified *verified);

/**
 * The digit before the dot of the token's version.
 */
uint8_t ivs_verified_version_major(const struct ivs_verified *verified);

/**
 * The digit after the dot of the token's version.
 */
uint8_t ivs_verified_version_minor(const struct ivs_verified *verified);

/**
 * How many attributes there are.
 */
size_t ivs_verified_attribute_count(const struct ivs_verified *verified);

/**
 * The attribute at an index below `ivs_verified_attribute_count`; the order is that of the token. Both texts live as
 * long as the object.
 */
IVS_MUST_USE
ivs_status ivs_verified_attribute_at(const struct ivs_verified *verified,
                                     size_t index,
                                     struct ivs_str *name,
                                     struct ivs_str *value);

/**
 * The value of an attribute; absent if there is none with this name. Lives as long as the object.
 */
struct ivs_str ivs_verified_attribute(const struct ivs_verified *verified, const char *name, size_t name_len);

/**
 * Writes the claims as JSON into the caller's buffer, with the API's names.
 */
IVS_MUST_USE ivs_status ivs_verified_to_json(const struct ivs_verified *verified, char *buffer, size_t *len);

/**
 * Frees a verified token. NULL is ignored.
 */
void ivs_verified_free(struct ivs_verified *verified);

/**
 * Verifies many participant tokens at the same moment. If one is refused, the others are still verified. The
 * revocation store is asked once about all. The call itself fails only for a NULL, or for more than 1 048 576 tokens.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_batch(const struct ivs_verifier *verifier,
                                     const struct ivs_str *tokens,
                                     size_t count,
                                     struct ivs_verified_list **out);

/**
 * How many tokens there were, accepted or refused.
 */
size_t ivs_verified_list_count(const struct ivs_verified_list *list);

/**
 * The token at an index, as an object of its own. If it was refused, the status says so and the last error says more.
 */
IVS_MUST_USE
ivs_status ivs_verified_list_get(const struct ivs_verified_list *list,
                                 size_t index,
                                 struct ivs_verified **out);

/**
 * Frees a list of verified tokens. NULL is ignored.
 */
void ivs_verified_list_free(struct ivs_verified_list *list);

/**
 * Begins a token that IVS accepts in exchange for a participant token that was minted here. This asks no revocation
 * store; `ivs_verifier_exchange` does.
 */
IVS_MUST_USE
ivs_status ivs_exchange_of_token(const struct ivs_token *token,
                                 struct ivs_exchange **out);

/**
 * Begins a token that IVS accepts in exchange for one that was verified. The revocation store is not asked again.
 */
IVS_MUST_USE
ivs_status ivs_exchange_of_verified(const struct ivs_verified *verified,
                                    struct ivs_exchange **out);

/**
 * Your application's name for the participant: at most 128 characters, visible to everyone on the stage.
 */
IVS_MUST_USE
ivs_status ivs_exchange_set_user_id(struct ivs_exchange *exchange,
                                    const char *user_id,
                                    size_t user_id_len);

/**
 * Adds an attribute, or replaces the one of this name: at most 1 024 bytes in UTF-8, all names and values together.
 * Attributes of the old token that you do not name stay; `ivs_exchange_remove_attribute` removes one. If they would
 * exceed the limit, the attributes stay as they were.
 */
IVS_MUST_USE
ivs_status ivs_exchange_set_attribute(struct ivs_exchange *exchange,
                                      const char *name,
                                      size_t name_len,
                                      const char *value,
                                      size_t value_len);

/**
 * Removes the attribute with this name, if there is one. All others stay.
 */
IVS_MUST_USE
ivs_status ivs_exchange_remove_attribute(struct ivs_exchange *exchange,
                                         const char *name,
                                         size_t name_len);

/**
 * Removes all attributes.
 */
IVS_MUST_USE ivs_status ivs_exchange_clear_attributes(struct ivs_exchange *exchange);

/**
 * What the participant may do: `IVS_CAPABILITY_PUBLISH`, `IVS_CAPABILITY_SUBSCRIBE`, both or none (0).
 */
IVS_MUST_USE ivs_status ivs_exchange_set_capabilities(struct ivs_exchange *exchange, uint32_t capabilities);

/**
 * How long the token lasts from the moment it is minted, in seconds: 1 to 1 209 600 (14 days). By default it expires
 * when the old token does.
 */
IVS_MUST_USE
ivs_status ivs_exchange_set_duration(struct ivs_exchange *exchange,
                                     uint64_t seconds);

/**
 * Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. It is issued
 * now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The exchange stays
 * as it is: the participant ID is always that of the old token.
 */
IVS_MUST_USE
ivs_status ivs_exchange_mint(const struct ivs_exchange *exchange,
                             const struct ivs_signing_key *key,
                             char *buffer,
                             size_t *len);

/**
 * Mints a token as an object, which also gives its ID and its expiry. `now` is `IVS_NOW`, or the second since 1970 at
 * which it is issued.
 */
IVS_MUST_USE
ivs_status ivs_exchange_mint_token(const struct ivs_exchange *exchange,
                                   const struct ivs_signing_key *key,
                                   int64_t now,
                                   struct ivs_token **out);

/**
 * Checks that IVS and its web client accept one token in exchange for the other. If not, the message names every claim
 * that differs but must not.
 */
IVS_MUST_USE
ivs_status ivs_check_exchange(const struct ivs_verified *old_token,
                              const struct ivs_verified *new_token);

/**
 * Frees an exchange. NULL is ignored.
 */
void ivs_exchange_free(struct ivs_exchange *exchange);

/**
 * Looks at a token without trusting it, and says in words what is wrong with it. Any bytes up to 1 MiB are allowed,
 * even if they are not text. `now` is `IVS_NOW`, or the second since 1970 to judge its times by.
 */
IVS_MUST_USE
ivs_status ivs_inspect(const char *token,
                       size_t token_len,
                       int64_t now,
                       struct ivs_inspection **out);

/**
 * The inspection in words, over many lines. Lives as long as the object.
 */
struct ivs_str ivs_inspection_text(const struct ivs_inspection *inspection);

/**
 * The inspection as JSON. Lives as long as the object.
 */
struct ivs_str ivs_inspection_json(const struct ivs_inspection *inspection);

/**
 * The number of problems; 0 if every rule holds that can be checked without a key.
 */
size_t ivs_inspection_problem_count(const struct ivs_inspection *inspection);

/**
 * What is wrong, in a sentence; absent at an index beyond the last. Lives as long as the object.
 */
struct ivs_str ivs_inspection_problem_at(const struct ivs_inspection *inspection, size_t index);

/**
 * Frees an inspection. NULL is ignored.
 */
void ivs_inspection_free(struct ivs_inspection *inspection);

/**
 * Begins a connection token. By default it lasts 12 hours and has a fresh random ID.
 */
IVS_MUST_USE ivs_status ivs_connection_new(struct ivs_connection **out);

/**
 * The token's ID, `jti`: 1 to 64 of `A-Z a-z 0-9 _ -`. By default, each token gets a fresh random one.
 */
IVS_MUST_USE
ivs_status ivs_connection_set_token_id(struct ivs_connection *connection,
                                       const char *id,
                                       size_t id_len);

/**
 * How long the token lasts from the moment it is minted, in seconds: 1 to 2 419 200 (4 weeks), 12 hours by default.
 */
IVS_MUST_USE
ivs_status ivs_connection_set_duration(struct ivs_connection *connection,
                                       uint64_t seconds);

/**
 * Connects to the server of this stage if it is on this machine, such as `ivs-local`. Otherwise, and by default, the
 * connection goes to the service.
 */
IVS_MUST_USE
ivs_status ivs_connection_set_server_of(struct ivs_connection *connection,
                                        const struct ivs_stage *stage);

/**
 * Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. It is issued
 * now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The connection stays
 * as it is. The next token gets a fresh ID, unless the connection was given one.
 */
IVS_MUST_USE
ivs_status ivs_connection_mint(const struct ivs_connection *connection,
                               const struct ivs_signing_key *key,
                               char *buffer,
                               size_t *len);

/**
 * Mints a token as an object, which also gives its ID and its expiry. `now` is `IVS_NOW`, or the second since 1970 at
 * which it is issued.
 */
IVS_MUST_USE
ivs_status ivs_connection_mint_token(const struct ivs_connection *connection,
                                     const struct ivs_signing_key *key,
                                     int64_t now,
                                     struct ivs_token **out);

/**
 * Frees a connection. NULL is ignored.
 */
void ivs_connection_free(struct ivs_connection *connection);

/**
 * The token's ID, `jti`: RevokeConnectionToken takes it as `tokenId`. Lives as long as the object.
 */
struct ivs_str ivs_verified_connection_token_id(const struct ivs_verified_connection *verified_connection);

/**
 * The account of the key: 12 digits. Lives as long as the object.
 */
struct ivs_str ivs_verified_connection_account_id(const struct ivs_verified_connection *verified_connection);

/**
 * The home region of the key. Lives as long as the object.
 */
struct ivs_str ivs_verified_connection_region(const struct ivs_verified_connection *verified_connection);

/**
 * The ARN of the key that signed the token. Lives as long as the object.
 */
struct ivs_str ivs_verified_connection_kid(const struct ivs_verified_connection *verified_connection);

/**
 * When the token was issued, in seconds since 1970; -1 for NULL.
 */
int64_t ivs_verified_connection_issued_at(const struct ivs_verified_connection *verified_connection);

/**
 * The first second at which the token is no longer valid, in seconds since 1970; -1 for NULL.
 */
int64_t ivs_verified_connection_expires_at(const struct ivs_verified_connection *verified_connection);

/**
 * Writes the claims as JSON into the caller's buffer, with the API's names.
 */
IVS_MUST_USE
ivs_status ivs_verified_connection_to_json(const struct ivs_verified_connection *verified_connection,
                                           char *buffer,
                                           size_t *len);

/**
 * Frees a verified token. NULL is ignored.
 */
void ivs_verified_connection_free(struct ivs_verified_connection *verified_connection);

/**
 * Begins a token for a channel. By default it lasts 10 minutes and is for any origin.
 */
IVS_MUST_USE
ivs_status ivs_playback_new(const char *channel_arn,
                            size_t channel_arn_len,
                            struct ivs_playback **out);

/**
 * How long the token can start playback, counted from the moment it is minted, in seconds: 10 minutes by default. With
 * a viewer ID or for a single use, 10 minutes is also the maximum.
 */
IVS_MUST_USE
ivs_status ivs_playback_set_duration(struct ivs_playback *playback,
                                     uint64_t seconds);

/**
 * Adds an origin, such as `https://example.com`, from which playback may be requested. Without any origin, it may be
 * requested from everywhere.
 */
IVS_MUST_USE
ivs_status ivs_playback_add_origin(struct ivs_playback *playback,
                                   const char *origin,
                                   size_t origin_len);

/**
 * Whether every request, from any program, must come from one of the origins. This needs 1 to 5 origins.
 */
IVS_MUST_USE
ivs_status ivs_playback_set_strict_origin_enforcement(struct ivs_playback *playback,
                                                      bool is_strict);

/**
 * Makes a single-use token, under a fresh random UUID. IVS enforces the single use. A verifier of this library
 * enforces it only with a revocation store, which remembers the tokens that are spent.
 */
IVS_MUST_USE
ivs_status ivs_playback_set_single_use(struct ivs_playback *playback);

/**
 * Makes a single-use token, under this UUID. Every token needs its own.
 */
IVS_MUST_USE
ivs_status ivs_playback_set_single_use_uuid(struct ivs_playback *playback,
                                            const char *uuid,
                                            size_t uuid_len);

/**
 * Your application's name for the viewer, 1 to 40 characters. Without it, the viewer's sessions cannot be revoked. Put
 * no personal data into it.
 */
IVS_MUST_USE
ivs_status ivs_playback_set_viewer_id(struct ivs_playback *playback,
                                      const char *viewer_id,
                                      size_t viewer_id_len);

/**
 * The version of the viewer's session, 0 by default. It needs a viewer ID.
 */
IVS_MUST_USE
ivs_status ivs_playback_set_viewer_session_version(struct ivs_playback *playback,
                                                   int64_t version);

/**
 * The highest resolution that the viewer may see: `SD`, `HD` or `FULL_HD`; no limit by default.
 */
IVS_MUST_USE
ivs_status ivs_playback_set_maximum_resolution(struct ivs_playback *playback,
                                               const char *resolution,
                                               size_t resolution_len);

/**
 * Mints a token into the caller's buffer, with a NUL behind it: `IVS_TOKEN_MAX` bytes are enough for any. Its time
 * begins now. Set `*len` to the size of the buffer before each call; it becomes the length of the token. The key needs
 * no ARN: a playback token names none.
 */
IVS_MUST_USE
ivs_status ivs_playback_mint(const struct ivs_playback *playback,
                             const struct ivs_signing_key *key,
                             char *buffer,
                             size_t *len);

/**
 * Mints a token as an object. `now` is `IVS_NOW`, or the second since 1970 at which its time begins. It has no ID, and
 * `ivs_token_id` is absent.
 */
IVS_MUST_USE
ivs_status ivs_playback_mint_token(const struct ivs_playback *playback,
                                   const struct ivs_signing_key *key,
                                   int64_t now,
                                   struct ivs_token **out);

/**
 * Writes the URL to play into the caller's buffer: `base`, which is the `playbackUrl` that GetChannel returns, with
 * the token as the query parameter `token`.
 */
IVS_MUST_USE
ivs_status ivs_playback_url(const char *base,
                            size_t base_len,
                            const char *token,
                            size_t token_len,
                            char *buffer,
                            size_t *len);

/**
 * Frees a playback. NULL is ignored.
 */
void ivs_playback_free(struct ivs_playback *playback);

/**
 * The channel that may be watched. Lives as long as the object.
 */
struct ivs_str ivs_verified_playback_channel_arn(const struct ivs_verified_playback *verified_playback);

/**
 * The ARN of the key that signed the token; absent when the verifier holds that key without an ARN. Lives as long as the object.
 */
struct ivs_str ivs_verified_playback_kid(const struct ivs_verified_playback *verified_playback);

/**
 * Your application's name for the viewer; absent when the token has none. Lives as long as the object.
 */
struct ivs_str ivs_verified_playback_viewer_id(const struct ivs_verified_playback *verified_playback);

/**
 * The version of the viewer's session, 0 unless the token says otherwise.
 */
int64_t ivs_verified_playback_viewer_session_version(const struct ivs_verified_playback *verified_playback);

/**
 * The UUID of a single-use token; otherwise absent. Lives as long as the object.
 */
struct ivs_str ivs_verified_playback_single_use_uuid(const struct ivs_verified_playback *verified_playback);

/**
 * The highest resolution that the viewer may see, `SD`, `HD` or `FULL_HD`; absent if there is no limit. Lives as long
 * as the object.
 */
struct ivs_str ivs_verified_playback_maximum_resolution(const struct ivs_verified_playback *verified_playback);

/**
 * The number of origins from which playback may be requested; 0 if from any.
 */
size_t ivs_verified_playback_origin_count(const struct ivs_verified_playback *verified_playback);

/**
 * The origin at an index; absent beyond the last. Lives as long as the object.
 */
struct ivs_str ivs_verified_playback_origin_at(const struct ivs_verified_playback *verified_playback,
                                               size_t index);

/**
 * Whether every request, from any program, must come from one of the origins.
 */
bool ivs_verified_playback_strict_origin_enforcement(const struct ivs_verified_playback *verified_playback);

/**
 * When the token was issued, in seconds since 1970; -1 if the token does not say, and for NULL.
 */
int64_t ivs_verified_playback_issued_at(const struct ivs_verified_playback *verified_playback);

/**
 * The first second at which playback can no longer be started, in seconds since 1970; -1 for NULL.
 */
int64_t ivs_verified_playback_expires_at(const struct ivs_verified_playback *verified_playback);

/**
 * Whether a request with this header `Origin`, or without one (NULL), may be answered. Use it to set
 * `Access-Control-Allow-Origin` in the response.
 */
bool ivs_verified_playback_allows_origin(const struct ivs_verified_playback *verified_playback,
                                         const char *origin,
                                         size_t origin_len);

/**
 * Writes what the token says as JSON into the caller's buffer.
 */
IVS_MUST_USE
ivs_status ivs_verified_playback_to_json(const struct ivs_verified_playback *verified_playback,
                                         char *buffer,
                                         size_t *len);

/**
 * Frees a verified token. NULL is ignored.
 */
void ivs_verified_playback_free(struct ivs_verified_playback *verified_playback);

/**
 * An empty ring for keys of participant and connection tokens. `limit` is how many it holds at most, 0 for 64.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_new(size_t limit,
                            struct ivs_key_ring **out);

/**
 * An empty ring for keys of playback tokens. `limit` is how many it holds at most, 0 for 64.
 */
IVS_MUST_USE ivs_status ivs_key_ring_new_playback(size_t limit, struct ivs_key_ring **out);

/**
 * Keeps at most `limit` keys of the ring prepared, so that verifying with them takes a tenth of its time. Each takes
 * 440 KiB and up to 2 ms. Beyond the limit, the least recently used keys are not prepared. 64 by default, 0 for none.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_set_prepared_limit(struct ivs_key_ring *ring,
                                           size_t limit);

/**
 * How many keys of the ring are prepared now, for monitoring.
 */
size_t ivs_key_ring_prepared_count(const struct ivs_key_ring *ring);

/**
 * Imports a key under the ARN that IVS gave it. A key that the ring already holds stays as it is.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_import(struct ivs_key_ring *ring,
                               const char *arn,
                               size_t arn_len,
                               const struct ivs_verifying_key *key);

/**
 * As `ivs_key_ring_import`, with a name: at most 128 of `A-Z a-z 0-9 _ -`, as ImportPublicKey takes it.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_import_named(struct ivs_key_ring *ring,
                                     const char *arn,
                                     size_t arn_len,
                                     const char *name,
                                     size_t name_len,
                                     const struct ivs_verifying_key *key);

/**
 * TagResource: adds a tag to a key, or replaces its value. At most 50 tags, names of 1 to 128 characters and values of
 * at most 256.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_tag(struct ivs_key_ring *ring,
                            const char *arn,
                            size_t arn_len,
                            const char *tag,
                            size_t tag_len,
                            const char *value,
                            size_t value_len);

/**
 * UntagResource: removes a tag, if the key has it.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_untag(struct ivs_key_ring *ring,
                              const char *arn,
                              size_t arn_len,
                              const char *tag,
                              size_t tag_len);

/**
 * Imports many keys in one change, all or none: a JWK set whose `kid`s are ARNs, or what `aws ivs-realtime get-public-key`
 * prints, one or several. A key with `exp` in the set, or `retiredAt` in the other, verifies until that time.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_load(struct ivs_key_ring *ring,
                             const char *json,
                             size_t json_len);

/**
 * Replaces all keys with those of a JWK set, or of what the API prints, in one change. Use it when a configuration is
 * read again. Tokens of a key that is no longer there are refused.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_replace(struct ivs_key_ring *ring,
                                const char *json,
                                size_t json_len);

/**
 * Deletes a key. From now on, all tokens that it signed are refused.
 */
IVS_MUST_USE ivs_status ivs_key_ring_delete(struct ivs_key_ring *ring, const char *arn, size_t arn_len);

/**
 * Retires a key at this second since 1970: from then on it does not verify. `IVS_NOW` retires it at once.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_retire(struct ivs_key_ring *ring,
                               const char *arn,
                               size_t arn_len,
                               int64_t at);

/**
 * Cancels the retirement of a key, even if its time has come. The key verifies again, without an end.
 */
IVS_MUST_USE ivs_status ivs_key_ring_reinstate(struct ivs_key_ring *ring, const char *arn, size_t arn_len);

/**
 * Deletes the keys that are retired by `now`, which is `IVS_NOW` or a second since 1970, and gives their number.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_delete_retired(struct ivs_key_ring *ring,
                                       int64_t now,
                                       size_t *deleted);

/**
 * The key of this ARN, as an object of its own.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_get(const struct ivs_key_ring *ring,
                            const char *arn,
                            size_t arn_len,
                            struct ivs_verifying_key **out);

/**
 * Makes a key that the ring holds the signing key; `key` is its private half. The previous signing key still verifies,
 * without an end. To retire it, use `ivs_key_ring_rotate`.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_sign_with(struct ivs_key_ring *ring,
                                  const char *arn,
                                  size_t arn_len,
                                  const struct ivs_signing_key *key);

/**
 * Leaves the ring without a signing key. Use it to delete a key whose private half has leaked.
 */
IVS_MUST_USE ivs_status ivs_key_ring_stop_signing(struct ivs_key_ring *ring);

/**
 * Makes this the signing key, imports its public half if the ring does not hold it, and retires the previous signing
 * key at `old_until`, all in one change. `old_until` is a second since 1970, or `IVS_NOW`. Choose a time at which the
 * last token of the previous key has expired. If there was no signing key, this sets the first one.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_rotate(struct ivs_key_ring *ring,
                               const char *arn,
                               size_t arn_len,
                               const struct ivs_signing_key *key,
                               int64_t old_until);

/**
 * The signing key, with its ARN, as an object. Ask for it before each token, so that a rotation takes effect with the
 * next token. `IVS_KEY_NOT_FOUND` if there is none.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_signing_key(const struct ivs_key_ring *ring,
                                    struct ivs_signing_key **out);

/**
 * How many keys the ring holds.
 */
size_t ivs_key_ring_count(const struct ivs_key_ring *ring);

/**
 * The keys at this moment, ordered by ARN, as an object.
 */
IVS_MUST_USE ivs_status ivs_key_ring_list(const struct ivs_key_ring *ring, struct ivs_key_list **out);

/**
 * Writes the keys that are not retired as a JWK set into the caller's buffer, each with its ARN as `kid`, and with its
 * end as `exp` if it is being retired. Other verifiers can read it, and so can `ivs_key_ring_load` when the program
 * starts again. It does not say which key signs.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_to_jwks(const struct ivs_key_ring *ring,
                                char *buffer,
                                size_t *len);

/**
 * Frees a key ring; verifiers that were given it keep it. NULL is ignored.
 */
void ivs_key_ring_free(struct ivs_key_ring *ring);

/**
 * How many keys there are.
 */
size_t ivs_key_list_count(const struct ivs_key_list *list);

/**
 * The ARN of the key at an index; absent beyond the last. Lives as long as the list.
 */
struct ivs_str ivs_key_list_arn(const struct ivs_key_list *list, size_t index);

/**
 * The name of the key at an index; absent when it has none. Lives as long as the list.
 */
struct ivs_str ivs_key_list_name(const struct ivs_key_list *list, size_t index);

/**
 * How many tags the key at an index has.
 */
size_t ivs_key_list_tag_count(const struct ivs_key_list *list, size_t index);

/**
 * A tag of the key at an index. The tag's own index is below `ivs_key_list_tag_count`; tags are ordered. Both texts
 * live as long as the list.
 */
IVS_MUST_USE
ivs_status ivs_key_list_tag_at(const struct ivs_key_list *list,
                               size_t index,
                               size_t tag_index,
                               struct ivs_str *tag,
                               struct ivs_str *value);

/**
 * The first second since 1970 at which the key at an index no longer verifies; -1 if it is not being retired.
 */
int64_t ivs_key_list_retired_at(const struct ivs_key_list *list, size_t index);

/**
 * The key at an index, as an object of its own.
 */
IVS_MUST_USE
ivs_status ivs_key_list_key(const struct ivs_key_list *list,
                            size_t index,
                            struct ivs_verifying_key **out);

/**
 * Frees a key list. NULL is ignored.
 */
void ivs_key_list_free(struct ivs_key_list *list);

/**
 * An empty store, to be given to verifiers.
 */
IVS_MUST_USE ivs_status ivs_revocations_new(struct ivs_revocations **out);

/**
 * DisconnectParticipant: refuses every token of this participant on this stage for 14 days and an hour. By then, all
 * tokens that exist now have expired. A token that is exchanged later without asking the store can outlive that, so
 * use `ivs_verifier_exchange`. `reason` may be NULL; it has at most 128 characters.
 */
IVS_MUST_USE
ivs_status ivs_revocations_disconnect_participant(struct ivs_revocations *revocations,
                                                  const char *stage_arn,
                                                  size_t stage_arn_len,
                                                  const char *participant_id,
                                                  size_t participant_id_len,
                                                  const char *reason,
                                                  size_t reason_len);

/**
 * DeleteStage: refuses every token of this stage for 14 days and an hour. By then, all tokens that exist now have
 * expired.
 */
IVS_MUST_USE
ivs_status ivs_revocations_delete_stage(struct ivs_revocations *revocations,
                                        const char *stage_arn,
                                        size_t stage_arn_len);

/**
 * RevokeConnectionToken: refuses the connection token of this ID.
 */
IVS_MUST_USE
ivs_status ivs_revocations_revoke_connection_token(struct ivs_revocations *revocations,
                                                   const char *token_id,
                                                   size_t token_id_len);

/**
 * StartViewerSessionRevocation: refuses every playback token of this viewer on this channel whose session version is at
 * most `up_to`.
 */
IVS_MUST_USE
ivs_status ivs_revocations_revoke_viewer_sessions(struct ivs_revocations *revocations,
                                                  const char *channel_arn,
                                                  size_t channel_arn_len,
                                                  const char *viewer_id,
                                                  size_t viewer_id_len,
                                                  int64_t up_to);

/**
 * How many revocations and spent tokens are in memory, for monitoring.
 */
size_t ivs_revocations_count(const struct ivs_revocations *revocations);

/**
 * Frees a store; verifiers that were given it keep it. NULL is ignored.
 */
void ivs_revocations_free(struct ivs_revocations *revocations);

/**
 * As `ivs_token_text`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_token_text_out(const struct ivs_token *token, struct ivs_str *out);

/**
 * As `ivs_signing_key_kid`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_signing_key_kid_out(const struct ivs_signing_key *key, struct ivs_str *out);

/**
 * As `ivs_stage_arn`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_stage_arn_out(const struct ivs_stage *stage, struct ivs_str *out);

/**
 * As `ivs_stage_whip_url`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_stage_whip_url_out(const struct ivs_stage *stage, struct ivs_str *out);

/**
 * As `ivs_stage_events_url`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_stage_events_url_out(const struct ivs_stage *stage, struct ivs_str *out);

/**
 * As `ivs_token_id`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_token_id_out(const struct ivs_token *token, struct ivs_str *out);

/**
 * As `ivs_unsigned_signing_input`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_unsigned_signing_input_out(const struct ivs_unsigned *unsigned_token,
                                          struct ivs_str *out);

/**
 * As `ivs_token_list_text`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_token_list_text_out(const struct ivs_token_list *list,
                                   size_t index,
                                   struct ivs_str *out);

/**
 * As `ivs_token_list_participant_id`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_token_list_participant_id_out(const struct ivs_token_list *list,
                                             size_t index,
                                             struct ivs_str *out);

/**
 * As `ivs_verified_user_id`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_verified_user_id_out(const struct ivs_verified *verified, struct ivs_str *out);

/**
 * As `ivs_verified_participant_id`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_participant_id_out(const struct ivs_verified *verified,
                                           struct ivs_str *out);

/**
 * As `ivs_verified_stage_arn`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_verified_stage_arn_out(const struct ivs_verified *verified, struct ivs_str *out);

/**
 * As `ivs_verified_whip_url`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_verified_whip_url_out(const struct ivs_verified *verified, struct ivs_str *out);

/**
 * As `ivs_verified_events_url`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_verified_events_url_out(const struct ivs_verified *verified, struct ivs_str *out);

/**
 * As `ivs_verified_kid`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_verified_kid_out(const struct ivs_verified *verified, struct ivs_str *out);

/**
 * As `ivs_verified_attribute`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_attribute_out(const struct ivs_verified *verified,
                                      const char *name,
                                      size_t name_len,
                                      struct ivs_str *out);

/**
 * As `ivs_inspection_text`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_inspection_text_out(const struct ivs_inspection *inspection, struct ivs_str *out);

/**
 * As `ivs_inspection_json`, through an out-pointer.
 */
IVS_MUST_USE ivs_status ivs_inspection_json_out(const struct ivs_inspection *inspection, struct ivs_str *out);

/**
 * As `ivs_inspection_problem_at`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_inspection_problem_at_out(const struct ivs_inspection *inspection,
                                         size_t index,
                                         struct ivs_str *out);

/**
 * As `ivs_verified_connection_token_id`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_connection_token_id_out(const struct ivs_verified_connection *verified_connection,
                                                struct ivs_str *out);

/**
 * As `ivs_verified_connection_account_id`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_connection_account_id_out(const struct ivs_verified_connection *verified_connection,
                                                  struct ivs_str *out);

/**
 * As `ivs_verified_connection_region`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_connection_region_out(const struct ivs_verified_connection *verified_connection,
                                              struct ivs_str *out);

/**
 * As `ivs_verified_connection_kid`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_connection_kid_out(const struct ivs_verified_connection *verified_connection,
                                           struct ivs_str *out);

/**
 * As `ivs_verified_playback_channel_arn`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_playback_channel_arn_out(const struct ivs_verified_playback *verified_playback,
                                                 struct ivs_str *out);

/**
 * As `ivs_verified_playback_kid`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_playback_kid_out(const struct ivs_verified_playback *verified_playback,
                                         struct ivs_str *out);

/**
 * As `ivs_verified_playback_viewer_id`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_playback_viewer_id_out(const struct ivs_verified_playback *verified_playback,
                                               struct ivs_str *out);

/**
 * As `ivs_verified_playback_single_use_uuid`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_playback_single_use_uuid_out(const struct ivs_verified_playback *verified_playback,
                                                     struct ivs_str *out);

/**
 * As `ivs_verified_playback_maximum_resolution`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_playback_maximum_resolution_out(const struct ivs_verified_playback *verified_playback,
                                                        struct ivs_str *out);

/**
 * As `ivs_verified_playback_origin_at`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_verified_playback_origin_at_out(const struct ivs_verified_playback *verified_playback,
                                               size_t index,
                                               struct ivs_str *out);

/**
 * As `ivs_key_list_arn`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_key_list_arn_out(const struct ivs_key_list *list,
                                size_t index,
                                struct ivs_str *out);

/**
 * As `ivs_key_list_name`, through an out-pointer.
 */
IVS_MUST_USE
ivs_status ivs_key_list_name_out(const struct ivs_key_list *list,
                                 size_t index,
                                 struct ivs_str *out);

/**
 * Mints a token in one call, and writes it as JSON into the caller's buffer, with a NUL behind it: what
 * `ivs_token_to_json()` writes, with the member `token`. `IVS_JSON_MAX` bytes are enough for any. Give a buffer of
 * that size at once, since asking for the size costs a signature. To mint many tokens, keep an ivs_signing_key
 * instead: this function reads the key for each token.
 *
 * `key` is the private key: PEM, DER or JWK, not encrypted. It is not part of the request, so that only the caller has a copy
 * to wipe.
 *
 * `request` is a JSON object. A member with another name is refused; null is the same as no member. `kind` is
 * "participant", "connection" or "playback"; without it, the token is a participant token. Durations are in seconds,
 * and `now` is the second since 1970 at which the token is issued; by default the present one.
 *
 * participant  `kid` (the ARN of the key, which must be there), `stage` (the object that CreateStage or GetStage answers, which
 *              must be there), `userId`, `attributes` (an object of strings), `capabilities` (an array of "PUBLISH" and
 *              "SUBSCRIBE"; both unless given), `durationSeconds`, `participantId`, `now`.
 * connection   `kid`, which must be there, `durationSeconds`, `tokenId`, `serverOf` (a stage as above: where its server is on this
 *              machine, the token leads there), `now`.
 * playback     `channelArn`, which must be there, `durationSeconds`, `origins` (an array of strings),
 *              `strictOriginEnforcement` (true or false), `singleUse` (true or false), `singleUseUuid`, `viewerId`,
 *              `viewerSessionVersion`, `maximumResolution`, `now`.
 *
 * `error` may be NULL. Otherwise the status, the reason and the message of this call are always written to it.
 */
IVS_MUST_USE
ivs_status ivs_mint_json(const uint8_t *key,
                         size_t key_len,
                         const char *request,
                         size_t request_len,
                         char *buffer,
                         size_t *len,
                         struct ivs_error *error);

/**
 * Verifies a token in one call, and writes its claims as JSON into the caller's buffer, with a NUL behind it: what
 * `ivs_verified_to_json()` and its like write. `IVS_JSON_MAX` bytes are enough for any. If the token is refused, the
 * status is from 400 to 499. To verify many tokens, keep an ivs_verifier instead: it is ten times as fast, and can ask
 * a revocation store. This function remembers nothing, so it accepts a single-use token each time.
 *
 * `keys` is the public key whose ARN is the member `kid` (PEM, DER or JWK), or without that member a set of keys: a JWK set
 * whose `kid`s are ARNs, or what `aws ivs-realtime get-public-key` prints, one or several.
 *
 * `request` is a JSON object, as for `ivs_mint_json()`: `kind`, `token` (which must be there), `kid`, and `now`, the
 * second since 1970 at which it must be valid. These members are checked against the token if they are given:
 *
 * participant  `stageArn`, `userId`, `capabilities` (all of an array of "PUBLISH" and "SUBSCRIBE").
 * playback     `channelArn`, `origin` (the header `Origin` of the request, which is held against a token that says so
 *              strictly).
 *
 * `error` may be NULL. Otherwise the status, the reason and the message of this call are always written to it.
 */
IVS_MUST_USE
ivs_status ivs_verify_json(const uint8_t *keys,
                           size_t keys_len,
                           const char *request,
                           size_t request_len,
                           char *buffer,
                           size_t *len,
                           struct ivs_error *error);

/**
 * As `ivs_signing_key_from_bytes`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_from_bytes_e(const uint8_t *data,
                                        size_t len,
                                        const char *passphrase,
                                        size_t passphrase_len,
                                        const char *kid,
                                        size_t kid_len,
                                        struct ivs_signing_key **out,
                                        struct ivs_error *error);

/**
 * As `ivs_signing_key_from_pem`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_from_pem_e(const char *pem,
                                      size_t pem_len,
                                      const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);

/**
 * As `ivs_signing_key_from_file`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_from_file_e(const char *path,
                                       size_t path_len,
                                       const char *passphrase,
                                       size_t passphrase_len,
                                       const char *kid,
                                       size_t kid_len,
                                       struct ivs_signing_key **out,
                                       struct ivs_error *error);

/**
 * As `ivs_signing_key_generate`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_generate_e(const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);

/**
 * As `ivs_signing_key_with_kid`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_signing_key_with_kid_e(const struct ivs_signing_key *key,
                                      const char *kid,
                                      size_t kid_len,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);

/**
 * As `ivs_verifying_key_from_bytes`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_from_bytes_e(const uint8_t *data,
                                          size_t len,
                                          struct ivs_verifying_key **out,
                                          struct ivs_error *error);

/**
 * As `ivs_verifying_key_from_pem`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_from_pem_e(const char *pem,
                                        size_t pem_len,
                                        struct ivs_verifying_key **out,
                                        struct ivs_error *error);

/**
 * As `ivs_verifying_key_from_file`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifying_key_from_file_e(const char *path,
                                         size_t path_len,
                                         struct ivs_verifying_key **out,
                                         struct ivs_error *error);

/**
 * As `ivs_stage_new`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_stage_new_e(const char *arn,
                           size_t arn_len,
                           const char *whip_url,
                           size_t whip_url_len,
                           const char *events_url,
                           size_t events_url_len,
                           struct ivs_stage **out,
                           struct ivs_error *error);

/**
 * As `ivs_stage_from_json`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_stage_from_json_e(const char *json,
                                 size_t json_len,
                                 struct ivs_stage **out,
                                 struct ivs_error *error);

/**
 * As `ivs_participant_mint`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_participant_mint_e(const struct ivs_participant *participant,
                                  const struct ivs_signing_key *key,
                                  char *buffer,
                                  size_t *len,
                                  struct ivs_error *error);

/**
 * As `ivs_participant_mint_token`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_participant_mint_token_e(const struct ivs_participant *participant,
                                        const struct ivs_signing_key *key,
                                        int64_t now,
                                        struct ivs_token **out,
                                        struct ivs_error *error);

/**
 * As `ivs_participant_unsigned`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_participant_unsigned_e(const struct ivs_participant *participant,
                                      const char *kid,
                                      size_t kid_len,
                                      int64_t now,
                                      struct ivs_unsigned **out,
                                      struct ivs_error *error);

/**
 * As `ivs_exchange_unsigned`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_exchange_unsigned_e(const struct ivs_exchange *exchange,
                                   const char *kid,
                                   size_t kid_len,
                                   int64_t now,
                                   struct ivs_unsigned **out,
                                   struct ivs_error *error);

/**
 * As `ivs_connection_unsigned`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_connection_unsigned_e(const struct ivs_connection *connection,
                                     const char *kid,
                                     size_t kid_len,
                                     int64_t now,
                                     struct ivs_unsigned **out,
                                     struct ivs_error *error);

/**
 * As `ivs_playback_unsigned`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_playback_unsigned_e(const struct ivs_playback *playback,
                                   int64_t now,
                                   struct ivs_unsigned **out,
                                   struct ivs_error *error);

/**
 * As `ivs_unsigned_with_signature`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_unsigned_with_signature_e(const struct ivs_unsigned *unsigned_token,
                                         const uint8_t *signature,
                                         size_t signature_len,
                                         const struct ivs_verifying_key *public_key,
                                         struct ivs_token **out,
                                         struct ivs_error *error);

/**
 * As `ivs_mint_batch`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_mint_batch_e(struct ivs_participant *const *participants,
                            size_t count,
                            const struct ivs_signing_key *key,
                            struct ivs_token_list **out,
                            struct ivs_error *error);

/**
 * As `ivs_token_list_status`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_token_list_status_e(const struct ivs_token_list *list,
                                   size_t index,
                                   struct ivs_error *error);

/**
 * As `ivs_verifier_builder_build`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifier_builder_build_e(const struct ivs_verifier_builder *builder,
                                        struct ivs_verifier **out,
                                        struct ivs_error *error);

/**
 * As `ivs_verifier_verify`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_e(const struct ivs_verifier *verifier,
                                 const char *token,
                                 size_t token_len,
                                 struct ivs_verified **out,
                                 struct ivs_error *error);

/**
 * As `ivs_verifier_verify_expecting`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_expecting_e(const struct ivs_verifier *verifier,
                                           const char *token,
                                           size_t token_len,
                                           const char *stage_arn,
                                           size_t stage_arn_len,
                                           uint32_t capabilities,
                                           const char *user_id,
                                           size_t user_id_len,
                                           struct ivs_verified **out,
                                           struct ivs_error *error);

/**
 * As `ivs_verifier_verify_connection`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_connection_e(const struct ivs_verifier *verifier,
                                            const char *token,
                                            size_t token_len,
                                            struct ivs_verified_connection **out,
                                            struct ivs_error *error);

/**
 * As `ivs_verifier_verify_playback`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifier_verify_playback_e(const struct ivs_verifier *verifier,
                                          const char *token,
                                          size_t token_len,
                                          const char *channel_arn,
                                          size_t channel_arn_len,
                                          const char *origin,
                                          size_t origin_len,
                                          struct ivs_verified_playback **out,
                                          struct ivs_error *error);

/**
 * As `ivs_verified_list_get`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verified_list_get_e(const struct ivs_verified_list *list,
                                   size_t index,
                                   struct ivs_verified **out,
                                   struct ivs_error *error);

/**
 * As `ivs_exchange_of_token`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_exchange_of_token_e(const struct ivs_token *token,
                                   struct ivs_exchange **out,
                                   struct ivs_error *error);

/**
 * As `ivs_exchange_of_verified`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_exchange_of_verified_e(const struct ivs_verified *verified,
                                      struct ivs_exchange **out,
                                      struct ivs_error *error);

/**
 * As `ivs_exchange_mint`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_exchange_mint_e(const struct ivs_exchange *exchange,
                               const struct ivs_signing_key *key,
                               char *buffer,
                               size_t *len,
                               struct ivs_error *error);

/**
 * As `ivs_exchange_mint_token`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_exchange_mint_token_e(const struct ivs_exchange *exchange,
                                     const struct ivs_signing_key *key,
                                     int64_t now,
                                     struct ivs_token **out,
                                     struct ivs_error *error);

/**
 * As `ivs_verifier_exchange`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_verifier_exchange_e(const struct ivs_verifier *verifier,
                                   const char *token,
                                   size_t token_len,
                                   struct ivs_exchange **out,
                                   struct ivs_error *error);

/**
 * As `ivs_check_exchange`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_check_exchange_e(const struct ivs_verified *old_token,
                                const struct ivs_verified *new_token,
                                struct ivs_error *error);

/**
 * As `ivs_connection_mint`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_connection_mint_e(const struct ivs_connection *connection,
                                 const struct ivs_signing_key *key,
                                 char *buffer,
                                 size_t *len,
                                 struct ivs_error *error);

/**
 * As `ivs_connection_mint_token`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_connection_mint_token_e(const struct ivs_connection *connection,
                                       const struct ivs_signing_key *key,
                                       int64_t now,
                                       struct ivs_token **out,
                                       struct ivs_error *error);

/**
 * As `ivs_playback_new`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_playback_new_e(const char *channel_arn,
                              size_t channel_arn_len,
                              struct ivs_playback **out,
                              struct ivs_error *error);

/**
 * As `ivs_playback_mint`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_playback_mint_e(const struct ivs_playback *playback,
                               const struct ivs_signing_key *key,
                               char *buffer,
                               size_t *len,
                               struct ivs_error *error);

/**
 * As `ivs_playback_mint_token`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_playback_mint_token_e(const struct ivs_playback *playback,
                                     const struct ivs_signing_key *key,
                                     int64_t now,
                                     struct ivs_token **out,
                                     struct ivs_error *error);

/**
 * As `ivs_playback_url`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_playback_url_e(const char *base,
                              size_t base_len,
                              const char *token,
                              size_t token_len,
                              char *buffer,
                              size_t *len,
                              struct ivs_error *error);

/**
 * As `ivs_key_ring_import`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_import_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 const struct ivs_verifying_key *key,
                                 struct ivs_error *error);

/**
 * As `ivs_key_ring_import_named`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_import_named_e(struct ivs_key_ring *ring,
                                       const char *arn,
                                       size_t arn_len,
                                       const char *name,
                                       size_t name_len,
                                       const struct ivs_verifying_key *key,
                                       struct ivs_error *error);

/**
 * As `ivs_key_ring_tag`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_tag_e(struct ivs_key_ring *ring,
                              const char *arn,
                              size_t arn_len,
                              const char *tag,
                              size_t tag_len,
                              const char *value,
                              size_t value_len,
                              struct ivs_error *error);

/**
 * As `ivs_key_ring_untag`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_untag_e(struct ivs_key_ring *ring,
                                const char *arn,
                                size_t arn_len,
                                const char *tag,
                                size_t tag_len,
                                struct ivs_error *error);

/**
 * As `ivs_key_ring_load`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_load_e(struct ivs_key_ring *ring,
                               const char *json,
                               size_t json_len,
                               struct ivs_error *error);

/**
 * As `ivs_key_ring_replace`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_replace_e(struct ivs_key_ring *ring,
                                  const char *json,
                                  size_t json_len,
                                  struct ivs_error *error);

/**
 * As `ivs_key_ring_delete`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_delete_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 struct ivs_error *error);

/**
 * As `ivs_key_ring_retire`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_retire_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 int64_t at,
                                 struct ivs_error *error);

/**
 * As `ivs_key_ring_reinstate`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_reinstate_e(struct ivs_key_ring *ring,
                                    const char *arn,
                                    size_t arn_len,
                                    struct ivs_error *error);

/**
 * As `ivs_key_ring_get`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_get_e(const struct ivs_key_ring *ring,
                              const char *arn,
                              size_t arn_len,
                              struct ivs_verifying_key **out,
                              struct ivs_error *error);

/**
 * As `ivs_key_ring_sign_with`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_sign_with_e(struct ivs_key_ring *ring,
                                    const char *arn,
                                    size_t arn_len,
                                    const struct ivs_signing_key *key,
                                    struct ivs_error *error);

/**
 * As `ivs_key_ring_rotate`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_rotate_e(struct ivs_key_ring *ring,
                                 const char *arn,
                                 size_t arn_len,
                                 const struct ivs_signing_key *key,
                                 int64_t old_until,
                                 struct ivs_error *error);

/**
 * As `ivs_key_ring_signing_key`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_key_ring_signing_key_e(const struct ivs_key_ring *ring,
                                      struct ivs_signing_key **out,
                                      struct ivs_error *error);

/**
 * As `ivs_revocations_disconnect_participant`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_revocations_disconnect_participant_e(struct ivs_revocations *revocations,
                                                    const char *stage_arn,
                                                    size_t stage_arn_len,
                                                    const char *participant_id,
                                                    size_t participant_id_len,
                                                    const char *reason,
                                                    size_t reason_len,
                                                    struct ivs_error *error);

/**
 * As `ivs_revocations_delete_stage`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_revocations_delete_stage_e(struct ivs_revocations *revocations,
                                          const char *stage_arn,
                                          size_t stage_arn_len,
                                          struct ivs_error *error);

/**
 * As `ivs_revocations_revoke_connection_token`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_revocations_revoke_connection_token_e(struct ivs_revocations *revocations,
                                                     const char *token_id,
                                                     size_t token_id_len,
                                                     struct ivs_error *error);

/**
 * As `ivs_revocations_revoke_viewer_sessions`, and writes its error into a struct of the caller's.
 */
IVS_MUST_USE
ivs_status ivs_revocations_revoke_viewer_sessions_e(struct ivs_revocations *revocations,
                                                    const char *channel_arn,
                                                    size_t channel_arn_len,
                                                    const char *viewer_id,
                                                    size_t viewer_id_len,
                                                    int64_t up_to,
                                                    struct ivs_error *error);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* IVS_TOKEN_H */
