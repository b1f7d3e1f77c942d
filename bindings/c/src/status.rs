use std::ffi::{CStr, c_char};

/// The result of a call. Numbers are stable: a retired number is never used again.
///
/// 1 to 99 are about the call, 100 to 199 about keys, 200 to 299 about values, 300 to 399 about minting, 400 to 499 about
/// tokens that are refused, 500 to 599 about key rings, verifiers and revocation.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ivs_status {
    /// The call succeeded.
    IVS_OK = 0,
    /// A fault in the library itself.
    IVS_INTERNAL = 1,
    /// An argument is NULL but must not be.
    IVS_NULL_ARGUMENT = 2,
    /// A text is not UTF-8.
    IVS_INVALID_UTF8 = 3,
    /// The caller's buffer is too small; its length argument says what is needed.
    IVS_BUFFER_TOO_SMALL = 4,
    /// An input is longer than 1 MiB.
    IVS_INPUT_TOO_LONG = 5,
    /// A number or an index is beyond its limits.
    IVS_OUT_OF_RANGE = 6,
    /// A file cannot be read.
    IVS_IO = 7,
    /// A text contains a NUL. Perhaps its length counts the NUL at its end.
    IVS_NUL_IN_TEXT = 8,
    /// Not the JSON of a request, or a member that it cannot have.
    IVS_INVALID_REQUEST = 9,

    /// The text or bytes are not a usable P-384 key; the reason says why.
    IVS_KEY_INVALID = 100,
    /// A key of another curve than P-384.
    IVS_KEY_WRONG_CURVE = 101,
    /// A public key where a private one is wanted.
    IVS_KEY_PUBLIC_GIVEN = 102,
    /// A private key where a public one is wanted.
    IVS_KEY_PRIVATE_GIVEN = 103,
    /// The key is encrypted, and there is no passphrase.
    IVS_KEY_PASSPHRASE_MISSING = 104,
    /// The passphrase is not that of the key.
    IVS_KEY_PASSPHRASE_WRONG = 105,
    /// The key is encrypted in a way that is not supported.
    IVS_KEY_ENCRYPTION_UNSUPPORTED = 106,

    /// Not an ARN of its kind.
    IVS_INVALID_ARN = 200,
    /// Not an endpoint URL of its kind.
    IVS_INVALID_ENDPOINT = 201,
    /// Not the JSON of a stage.
    IVS_INVALID_STAGE = 202,
    /// Not a participant ID.
    IVS_INVALID_PARTICIPANT_ID = 203,
    /// Not a token ID.
    IVS_INVALID_TOKEN_ID = 204,
    /// Not a user ID.
    IVS_INVALID_USER_ID = 205,
    /// Attributes beyond their limit.
    IVS_INVALID_ATTRIBUTES = 206,
    /// Not a capability.
    IVS_INVALID_CAPABILITY = 207,
    /// A duration beyond its limits.
    IVS_INVALID_DURATION = 208,
    /// Not a version.
    IVS_INVALID_VERSION = 209,
    /// Not a viewer ID.
    IVS_INVALID_VIEWER_ID = 210,
    /// Not a reason for a disconnection.
    IVS_INVALID_REASON = 211,
    /// Not an origin, or not origins that go together.
    IVS_INVALID_ORIGINS = 212,
    /// Not a UUID.
    IVS_INVALID_UUID = 213,
    /// Not the version of a viewer's session, or one without a viewer.
    IVS_INVALID_SESSION_VERSION = 214,
    /// Not a resolution.
    IVS_INVALID_MAXIMUM_RESOLUTION = 215,
    /// Not a URL to play, or not a token to be put into one.
    IVS_INVALID_PLAYBACK_URL = 216,

    /// The signing key has no ARN.
    IVS_NO_KEY_ID = 300,
    /// The key is of another account or region.
    IVS_FOREIGN_KEY = 301,
    /// The key's ARN has no account of 12 digits.
    IVS_INVALID_KEY_ACCOUNT = 302,
    /// The clock is later than a token can end.
    IVS_CLOCK_TOO_LATE = 303,
    /// The token would be longer than 16 KiB.
    IVS_TOKEN_TOO_LONG = 304,
    /// The operating system gave no random bytes.
    IVS_NO_RANDOMNESS = 305,
    /// The signature could not be made.
    IVS_SIGNING_FAILED = 306,
    /// The new token cannot be exchanged for the old one.
    IVS_INVALID_EXCHANGE = 307,
    /// The old token has ended, and the new one was given no duration.
    IVS_OLD_TOKEN_ENDED = 308,
    /// The external signature is neither 96 bytes of r and s nor DER.
    IVS_MALFORMED_SIGNATURE = 309,
    /// The external signature is not valid for this token under the given public key.
    IVS_WRONG_SIGNATURE = 310,

    /// The token is empty.
    IVS_TOKEN_MISSING = 400,
    /// The token breaks a rule; the reason says which.
    IVS_TOKEN_INVALID = 401,
    /// The signature is not that of the key.
    IVS_TOKEN_INVALID_SIGNATURE = 402,
    /// The token has expired.
    IVS_TOKEN_EXPIRED = 403,
    /// The token is not valid yet: it was issued in the future.
    IVS_TOKEN_NOT_YET_VALID = 404,
    /// The CreateParticipantToken API issued the token: only AWS can verify it.
    IVS_TOKEN_ISSUED_BY_API = 405,
    /// The token names a key that the verifier does not hold.
    IVS_UNKNOWN_KEY = 406,
    /// A valid token for another stage.
    IVS_WRONG_STAGE = 407,
    /// A valid token of another user.
    IVS_WRONG_USER = 408,
    /// A valid token that does not grant what is wanted.
    IVS_INSUFFICIENT_CAPABILITIES = 409,
    /// The participant was disconnected.
    IVS_PARTICIPANT_DISCONNECTED = 410,
    /// The stage was deleted.
    IVS_STAGE_DELETED = 411,
    /// The connection token was revoked.
    IVS_CONNECTION_TOKEN_REVOKED = 412,
    /// The sessions of the viewer were revoked.
    IVS_VIEWER_SESSION_REVOKED = 413,
    /// A token for a single use was used before.
    IVS_TOKEN_ALREADY_USED = 414,
    /// The revocation store gave no answer, so the token is refused.
    IVS_REVOCATION_UNKNOWN = 415,
    /// A valid token for another channel.
    IVS_WRONG_CHANNEL = 416,
    /// The token does not allow the origin of the request.
    IVS_ORIGIN_NOT_ALLOWED = 417,
    /// The token names a key that is retired.
    IVS_RETIRED_KEY = 418,

    /// The verifier was given no key.
    IVS_NO_KEYS = 500,
    /// Two different keys have one ARN.
    IVS_AMBIGUOUS_KEY = 501,
    /// The key ring holds no key of this ARN.
    IVS_KEY_NOT_FOUND = 502,
    /// The key ring can hold no more keys.
    IVS_KEY_RING_FULL = 503,
    /// The key is the signing key, so it cannot be deleted or retired.
    IVS_KEY_SIGNS = 504,
    /// The key is retired, or being retired, so it cannot sign.
    IVS_KEY_RETIRED = 505,
    /// The private key is not the other half of the public one.
    IVS_SIGNING_KEY_MISMATCH = 506,
    /// Not a set of keys that can be loaded; the reason says why.
    IVS_INVALID_KEY_SET = 507,
    /// The verifier was given both single keys and a ring.
    IVS_KEYS_AND_RING = 508,
    /// The leeways are longer than revocations are remembered.
    IVS_LEEWAY_TOO_LONG = 509,
    /// Not a name of a key.
    IVS_INVALID_KEY_NAME = 510,
    /// Not a tag that a key can have, or one too many.
    IVS_INVALID_TAG = 511,
}

/// The name of a status, such as `IVS_TOKEN_EXPIRED`; `IVS_UNKNOWN_STATUS` for an unknown number. Never NULL, and never
/// freed. Leaves the last error as it is.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_status_name(status: u32) -> *const c_char {
    of_number(status).map_or(c"IVS_UNKNOWN_STATUS", |row| row.name).as_ptr()
}

/// What a status means, in a sentence. `ivs_last_error_message` says more about the case at hand. Never NULL, and never
/// freed. Leaves the last error as it is.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_status_text(status: u32) -> *const c_char {
    of_number(status).map_or(c"not a status of this library", |row| row.text).as_ptr()
}

impl ivs_status {
    /// The status of a stable name of the library below.
    pub(crate) fn of_reason(reason: &str) -> Option<Self> {
        TABLE.iter().find(|row| row.reasons.contains(&reason)).map(|row| row.status)
    }

    /// Whether it is that of a refused token.
    pub(crate) fn is_refusal(self) -> bool {
        (400..500).contains(&(self as u32))
    }

    /// The stable name of a status that has only one.
    pub(crate) fn reason(self) -> &'static str {
        TABLE
            .iter()
            .find(|row| row.status == self)
            .and_then(|row| row.name.to_str().ok()?.strip_prefix("IVS_"))
            .unwrap_or_default()
    }
}

struct Row {
    status: ivs_status,
    name: &'static CStr,
    text: &'static CStr,
    /// The stable names in the library below that this status stands for.
    reasons: &'static [&'static str],
}

fn of_number(status: u32) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.status as u32 == status)
}

macro_rules! table {
    ($($status:ident $text:literal [$($reason:literal)*])*) => {
        &[$(Row {
            status: ivs_status::$status,
            name: match CStr::from_bytes_with_nul(concat!(stringify!($status), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => c"",
            },
            text: $text,
            reasons: &[$($reason),*],
        }),*]
    };
}

const TABLE: &[Row] = table! {
    IVS_OK c"the call succeeded" []
    IVS_INTERNAL c"a fault in the library itself" []
    IVS_NULL_ARGUMENT c"an argument is NULL but must not be" []
    IVS_INVALID_UTF8 c"a text is not UTF-8" []
    IVS_BUFFER_TOO_SMALL c"the buffer is too small: the length says what is needed" []
    IVS_INPUT_TOO_LONG c"an input is longer than 1 MiB" []
    IVS_OUT_OF_RANGE c"a number or an index is beyond its limits" ["INVALID_MAX_RESULTS" "INVALID_NEXT_TOKEN"]
    IVS_IO c"a file cannot be read" []
    IVS_NUL_IN_TEXT c"a text holds a NUL: give the length without the one that ends it" []
    IVS_INVALID_REQUEST c"not the JSON of a request, or a member that it cannot have" []
    IVS_KEY_INVALID c"not a usable P-384 key" ["KEY_INVALID"]
    IVS_KEY_WRONG_CURVE c"a key of another curve than P-384" ["KEY_WRONG_CURVE" "KEY_EXPLICIT_CURVE"]
    IVS_KEY_PUBLIC_GIVEN c"a public key where a private one is wanted" ["KEY_PUBLIC_KEY_GIVEN"]
    IVS_KEY_PRIVATE_GIVEN c"a private key where a public one is wanted" ["KEY_PRIVATE_KEY_GIVEN"]
    IVS_KEY_PASSPHRASE_MISSING c"the key is encrypted, and there is no passphrase" ["KEY_PASSPHRASE_MISSING"]
    IVS_KEY_PASSPHRASE_WRONG c"the passphrase is not that of the key" ["KEY_PASSPHRASE_WRONG" "KEY_PASSPHRASE_EMPTY"]
    IVS_KEY_ENCRYPTION_UNSUPPORTED c"the key is encrypted in a way that is not supported"
        ["KEY_ENCRYPTION_UNSUPPORTED" "KEY_ENCRYPTION_NOT_BUILT" "KEY_LEGACY_PEM_ENCRYPTION" "KEY_KDF_TOO_COSTLY"]
    IVS_INVALID_ARN c"not an ARN of its kind" ["INVALID_ARN"]
    IVS_INVALID_ENDPOINT c"not an endpoint URL of its kind" ["INVALID_ENDPOINT"]
    IVS_INVALID_STAGE c"not the JSON of a stage" ["INVALID_STAGE"]
    IVS_INVALID_PARTICIPANT_ID c"not a participant ID" ["INVALID_PARTICIPANT_ID"]
    IVS_INVALID_TOKEN_ID c"not a token ID" ["INVALID_TOKEN_ID"]
    IVS_INVALID_USER_ID c"not a user ID" ["INVALID_USER_ID"]
    IVS_INVALID_ATTRIBUTES c"attributes beyond their limit" ["INVALID_ATTRIBUTES"]
    IVS_INVALID_CAPABILITY c"not a capability" ["INVALID_CAPABILITY"]
    IVS_INVALID_DURATION c"a duration beyond its limits" ["INVALID_DURATION"]
    IVS_INVALID_VERSION c"not a version" ["INVALID_VERSION"]
    IVS_INVALID_VIEWER_ID c"not a viewer ID" ["INVALID_VIEWER_ID"]
    IVS_INVALID_REASON c"not a reason for a disconnection" ["INVALID_REASON"]
    IVS_INVALID_ORIGINS c"not an origin, or not origins that go together" ["INVALID_ORIGINS"]
    IVS_INVALID_UUID c"not a UUID" ["INVALID_UUID"]
    IVS_INVALID_SESSION_VERSION c"not the version of a viewer's session, or one without a viewer" ["INVALID_SESSION_VERSION"]
    IVS_INVALID_MAXIMUM_RESOLUTION c"not a resolution" ["INVALID_MAXIMUM_RESOLUTION"]
    IVS_INVALID_PLAYBACK_URL c"not a URL to play, or not a token to be put into one" ["INVALID_PLAYBACK_URL" "INVALID_TOKEN"]
    IVS_NO_KEY_ID c"the signing key has no ARN" ["NO_KEY_ID"]
    IVS_FOREIGN_KEY c"the key is of another account or region" ["FOREIGN_KEY"]
    IVS_INVALID_KEY_ACCOUNT c"the key's ARN has no account of 12 digits" ["INVALID_KEY_ACCOUNT"]
    IVS_CLOCK_TOO_LATE c"the clock is later than a token can end" ["CLOCK_TOO_LATE"]
    IVS_TOKEN_TOO_LONG c"the token would be longer than 16 KiB" ["TOKEN_TOO_LONG"]
    IVS_NO_RANDOMNESS c"the operating system gave no random bytes" ["NO_RANDOMNESS" "KEY_RANDOMNESS"]
    IVS_SIGNING_FAILED c"the signature could not be made" ["SIGNING_FAILED" "SIGNER_FAILED"]
    IVS_INVALID_EXCHANGE c"the new token cannot be exchanged for the old one" ["INVALID_EXCHANGE"]
    IVS_OLD_TOKEN_ENDED c"the old token has ended, and the new one was given no duration" ["OLD_TOKEN_ENDED"]
    IVS_MALFORMED_SIGNATURE c"the signature is neither 96 bytes of r and s nor DER" ["MALFORMED_SIGNATURE" "NOT_A_SIGNING_INPUT"]
    IVS_WRONG_SIGNATURE c"the signature is not valid for this token under the given public key" ["WRONG_SIGNATURE"]
    IVS_TOKEN_MISSING c"the token is empty" ["MISSING" "TOKEN_MISSING"]
    IVS_TOKEN_INVALID c"the token breaks a rule" ["TOKEN_INVALID"]
    IVS_TOKEN_INVALID_SIGNATURE c"the signature is not that of the key" ["TOKEN_INVALID_SIGNATURE"]
    IVS_TOKEN_EXPIRED c"the token has expired" ["TOKEN_EXPIRED"]
    IVS_TOKEN_NOT_YET_VALID c"the token is not valid yet" ["ISSUED_IN_FUTURE" "NOT_YET_VALID"]
    IVS_TOKEN_ISSUED_BY_API c"only AWS can verify a token that its API issued" ["ISSUED_BY_API"]
    IVS_UNKNOWN_KEY c"the token names a key that the verifier does not hold" ["UNKNOWN_KEY"]
    IVS_WRONG_STAGE c"a valid token for another stage" ["WRONG_STAGE"]
    IVS_WRONG_USER c"a valid token of another user" ["WRONG_USER"]
    IVS_INSUFFICIENT_CAPABILITIES c"a valid token that does not grant what is wanted" ["INSUFFICIENT_CAPABILITIES"]
    IVS_PARTICIPANT_DISCONNECTED c"the participant was disconnected" ["PARTICIPANT_DISCONNECTED"]
    IVS_STAGE_DELETED c"the stage was deleted" ["STAGE_DELETED"]
    IVS_CONNECTION_TOKEN_REVOKED c"the connection token was revoked" ["CONNECTION_TOKEN_REVOKED"]
    IVS_VIEWER_SESSION_REVOKED c"the sessions of the viewer were revoked" ["VIEWER_SESSION_REVOKED"]
    IVS_TOKEN_ALREADY_USED c"a token for a single use was used before" ["TOKEN_ALREADY_USED"]
    IVS_REVOCATION_UNKNOWN c"the revocation store gave no answer" ["REVOCATION_UNKNOWN"]
    IVS_WRONG_CHANNEL c"a valid token for another channel" ["WRONG_CHANNEL"]
    IVS_ORIGIN_NOT_ALLOWED c"the token does not allow the origin of the request" ["ORIGIN_NOT_ALLOWED"]
    IVS_RETIRED_KEY c"the token names a key that is retired" ["RETIRED_KEY"]
    IVS_NO_KEYS c"the verifier was given no key" ["NO_KEYS"]
    IVS_AMBIGUOUS_KEY c"two different keys have one ARN" ["AMBIGUOUS_KEY"]
    IVS_KEY_NOT_FOUND c"the key ring holds no key of this ARN" ["KEY_NOT_FOUND"]
    IVS_KEY_RING_FULL c"the key ring can hold no more keys" ["KEY_RING_FULL"]
    IVS_KEY_SIGNS c"the key is the signing key, so it cannot be deleted or retired" ["KEY_SIGNS" "KEY_SIGNS_ALREADY"]
    IVS_KEY_RETIRED c"the key is retired, or being retired, so it cannot sign" ["KEY_RETIRED"]
    IVS_SIGNING_KEY_MISMATCH c"the private key is not the other half of the public one" ["SIGNING_KEY_MISMATCH"]
    IVS_INVALID_KEY_SET c"not a set of keys that can be loaded"
        ["INVALID_KEY_SET" "KEY_SET_TOO_LONG" "KEY_SET_UNREADABLE" "TOO_MANY_KEYS" "NO_KEY_MATERIAL"]
    IVS_KEYS_AND_RING c"the verifier was given both single keys and a ring" ["KEYS_AND_RING"]
    IVS_LEEWAY_TOO_LONG c"the leeways are longer than revocations are remembered" ["LEEWAY_TOO_LONG"]
    IVS_INVALID_KEY_NAME c"not a name of a key" ["INVALID_KEY_NAME"]
    IVS_INVALID_TAG c"not a tag that a key can have, or one too many"
        ["INVALID_TAG_KEY" "INVALID_TAG_VALUE" "RESERVED_TAG" "TOO_MANY_TAGS"]
};

/// Every reason that a call can have.
#[cfg(test)]
pub(crate) fn reasons() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|row| row.reasons).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers are what programs were compiled with: none is there twice, and the enum has no more than the table.
    #[test]
    fn one_row_a_status() {
        let source = include_str!("status.rs");
        let (head, _) = source.split_once("\n}\n").unwrap();
        let declared: Vec<&str> = head
            .lines()
            .filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "))
            .map(|(name, _)| name)
            .collect();
        let rows: Vec<&str> = TABLE.iter().map(|row| row.name.to_str().unwrap()).collect();
        assert_eq!(declared, rows);
        let mut reasons: Vec<&str> = TABLE.iter().flat_map(|row| row.reasons).copied().collect();
        let count = reasons.len();
        reasons.sort_unstable();
        reasons.dedup();
        assert_eq!(reasons.len(), count, "a reason stands in two rows");
    }

    /// A code that the library below has and this table lacks would be told as a fault of our own.
    #[test]
    fn every_code_of_the_library_has_a_status() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/ivs-token/src");
        let mut missing = Vec::new();
        let folders = ["error", "value/error"].map(|folder| format!("{source}/{folder}"));
        for entry in folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap()) {
            let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let Some((_, codes)) = source.split_once("pub fn code(&self) -> &'static str {") else {
                continue;
            };
            let (codes, _) = codes.split_once("\n    }\n").unwrap();
            let codes =
                codes.split('"').skip(1).step_by(2).filter(|code| ivs_status::of_reason(code).is_none());
            missing.extend(codes.map(str::to_owned));
        }
        assert!(missing.is_empty(), "no status stands for {missing:?}");
    }
}
