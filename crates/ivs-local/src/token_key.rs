//! The key of the tokens that the server itself hands out.

use std::ops::Deref;

use es384::KeyError;
use ivs_token::{MintError, Participant, SigningKey, Timestamp, Token, VerifyingKey};
use p384::ecdsa::signature::Signer;
use p384::pkcs8::DecodePrivateKey;

use crate::http::hash::hmac_sha256;

/// The key of `CreateParticipantToken`.
pub(crate) struct TokenKey {
    key: SigningKey,
    /// The same key, for a server with a seed, whose tokens are the same in each run.
    repeating: Option<p384::ecdsa::SigningKey>,
}

impl TokenKey {
    /// A new key.
    pub(crate) fn random() -> Result<Self, KeyError> {
        let key = SigningKey::generate()?;
        key.accelerate();
        Ok(Self { key, repeating: None })
    }

    /// The key that a seed gives: anybody who knows the seed knows the key.
    pub(crate) fn seeded(seed: &str) -> Result<Self, KeyError> {
        // An EC private key (RFC 5915) of the curve P-384.
        const BEFORE: &[u8] = &[0x30, 0x3e, 0x02, 0x01, 0x01, 0x04, 0x30];
        const AFTER: &[u8] = &[0xa0, 0x07, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
        let half = |label: &[u8]| hmac_sha256(seed.as_bytes(), label);
        // The first bit is 0: the number is below the order of the curve, and it is not 0.
        let mut number = [half(b"token key, first half"), half(b"token key, second half")].concat();
        number.truncate(48);
        number[0] &= 0x7f;
        let key = es384::SigningKey::from_der([BEFORE, &number[..], AFTER].concat())?;
        Self::read(&key.to_pkcs8_pem(), true)
    }

    /// Reads a key. With a seed, it signs the same in the same way each time.
    pub(crate) fn read(pem: &str, is_seeded: bool) -> Result<Self, KeyError> {
        let key = SigningKey::from_pem(pem)?;
        key.accelerate();
        let der = key.as_es384().to_pkcs8_der();
        let repeating = is_seeded.then(|| repeating(&der)).transpose()?;
        Ok(Self { key, repeating })
    }

    /// As PEM, which is overwritten in memory when it goes. Whoever has it can mint tokens.
    pub(crate) fn to_pem(&self) -> impl Deref<Target = String> {
        self.key.as_es384().to_pkcs8_pem()
    }

    /// The public half.
    pub(crate) fn verifying_key(&self) -> &VerifyingKey {
        self.key.verifying_key()
    }

    /// Mints a token as `CreateParticipantToken` does. With a seed, its signature has the nonce of RFC 6979, section 3.2, and
    /// is the same each time; otherwise it differs from call to call.
    pub(crate) fn mint(&self, participant: Participant, now: Timestamp) -> Result<Token, MintError> {
        let Some(repeating) = &self.repeating else {
            return participant.mint_as_service_at(&self.key, now);
        };
        let unsigned = participant.unsigned_as_service_at(now)?;
        let signature: p384::ecdsa::Signature = repeating.sign(unsigned.signing_input().as_bytes());
        unsigned.with_signature(signature.to_bytes(), self.verifying_key())
    }
}

/// The key that signs the same in the same way each time. Without it, a run with a seed would not be the same again.
fn repeating(der: &[u8]) -> Result<p384::ecdsa::SigningKey, KeyError> {
    p384::ecdsa::SigningKey::from_pkcs8_der(der).map_err(|_| KeyError::NotAKey)
}

#[cfg(test)]
mod tests {
    use ivs_token::Stage;

    use super::*;

    fn minted(key: &TokenKey) -> String {
        let arn = "arn:aws:ivs:us-east-1:123456789012:stage/abc".try_into().unwrap();
        let stage = Stage::with_endpoints(arn, "http://localhost:1", "ws://localhost:1").unwrap();
        let now = Timestamp::from_secs(1_767_323_045).unwrap();
        let token = key.mint(stage.participant().participant_id("ana"), now).unwrap();
        token.as_str().to_owned()
    }

    #[test]
    fn a_seed_gives_the_same_tokens_and_nothing_else_does() {
        let key = TokenKey::seeded("x").unwrap();
        let token = minted(&key);
        assert_eq!(minted(&key), token);
        assert_eq!(minted(&TokenKey::seeded("x").unwrap()), token);
        assert_ne!(minted(&TokenKey::seeded("y").unwrap()), token);
        // Also after a restart.
        assert_eq!(minted(&TokenKey::read(&key.to_pem(), true).unwrap()), token);
        let key = TokenKey::read(&key.to_pem(), false).unwrap();
        assert_ne!(minted(&key), minted(&key), "without a seed, a nonce is new each time");
    }

    #[test]
    fn what_can_not_be_read_is_an_error_and_no_key_that_signs_anew_each_time() {
        assert!(matches!(repeating(b"no key"), Err(KeyError::NotAKey)));
        for is_seeded in [true, false] {
            assert!(TokenKey::read("no key", is_seeded).is_err());
        }
    }
}
