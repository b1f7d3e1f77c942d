//! All tests but those that measure a whole process.

mod connection;
// The same whichever backend the tests run through.
#[cfg(feature = "aws-lc-rs")]
mod dependent;
mod exchange;
mod golden;
mod hostile;
mod hostile_cases;
mod interop_jsonwebtoken;
mod interop_openssl;
mod interop_p384;
mod interop_pyjwt;
mod key_ring;
mod key_set;
mod limits;
mod long_texts;
mod playback;
mod prepared;
mod properties;
mod revocation;
mod security_page;
mod several_keys;
mod signer;
mod threads;
mod vault_page;
mod vectors;
mod verify_cache;
mod wycheproof;
