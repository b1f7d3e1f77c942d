//! Minting in two steps, for keys that sign elsewhere.

use std::fmt;

use es384::{Signature, VerifyingKey, signature_from_der};
use serde::Serialize;

use crate::error::{MintError, SignError};
use crate::key::{KeyId, SigningKey};
use crate::mint::signing_input;
use crate::token::connection::{Connection, ConnectionClaims};
use crate::token::exchange::Exchange;
use crate::token::minted::Token;
use crate::token::participant::{Participant, ParticipantClaims};
use crate::token::playback::{Playback, PlaybackClaims};
use crate::value::arn::PublicKeyArn;
use crate::value::timestamp::Timestamp;
use crate::wire::jws;

/// A token that lacks only its signature. It is for private keys that never leave their vault, such as AWS KMS, an HSM
/// or another process.
///
/// Have [`signing_input`](Self::signing_input) signed with ECDSA on P-384 and SHA-384, or its [`digest`](Self::digest) where
/// the vault takes a digest, and give the signature to [`with_signature`](Self::with_signature).
///
/// ```
/// # use ivs_token::{SigningKey, Stage};
/// # let stage = Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse()?, "https://whip.example")?;
/// # let kid: ivs_token::PublicKeyArn = "arn:aws:ivs:us-west-2:123456789012:public-key/y".parse()?;
/// # let vault = ivs_token::es384::SigningKey::generate()?;
/// # let public_key = vault.verifying_key().clone();
/// let unsigned = stage.participant().user_id("ana").unsigned(&kid)?;
/// let signature = vault.sign(unsigned.signing_input().as_bytes())?;
/// let token = unsigned.with_signature(signature, &public_key)?;
/// assert_eq!(token.user_id(), Some("ana"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use = "a token is not minted until it has its signature"]
pub struct Unsigned<C = ParticipantClaims> {
    text: String,
    claims: C,
}

impl<C> Unsigned<C> {
    /// The text to sign: header, dot and payload, as they will be in the token (RFC 7515, section 5.1). It is ASCII.
    pub fn signing_input(&self) -> &str {
        &self.text
    }

    /// The SHA-384 digest of the signing input, in 48 bytes: what AWS KMS takes with the message type `DIGEST`.
    pub fn digest(&self) -> [u8; 48] {
        es384::sha384(self.text.as_bytes())
    }

    /// All claims of the future token.
    pub fn claims(&self) -> &C {
        &self.claims
    }

    /// Completes the token.
    ///
    /// `signature` is r then s in 96 bytes (RFC 7518, section 3.4), or DER (RFC 3279, section 2.2.3), as KMS and
    /// OpenSSL write it. It is checked with `key`, the public half of the key that signed. So a signature by another
    /// key fails here, and not when a participant tries to join.
    ///
    /// # Errors
    ///
    /// [`MintError::MalformedSignature`] when the bytes are neither form, and [`MintError::WrongSignature`] when they
    /// are not a signature of this token under `key`.
    pub fn with_signature(
        mut self,
        signature: impl AsRef<[u8]>,
        key: &VerifyingKey,
    ) -> Result<Token<C>, MintError> {
        let signature = checked(&self.text, signature.as_ref(), key)?;
        jws::append_signature(&mut self.text, &signature);
        Ok(Token::new(self.text, self.claims))
    }

    pub(super) fn sign(self, key: &SigningKey) -> Result<Token<C>, MintError> {
        let signature = key.as_es384().sign(self.text.as_bytes());
        self.signed(signature)
    }

    pub(super) fn signed(mut self, signature: Result<Signature, SignError>) -> Result<Token<C>, MintError> {
        jws::append_signature(&mut self.text, &signature?);
        Ok(Token::new(self.text, self.claims))
    }
}

impl<C: Serialize> Unsigned<C> {
    pub(super) fn new(header: &str, claims: C) -> Result<Self, MintError> {
        Ok(Self { text: signing_input(header, &claims)?, claims })
    }
}

impl<C: fmt::Debug> fmt::Debug for Unsigned<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsigned").field("claims", &self.claims).finish_non_exhaustive()
    }
}

/// Completes a token from its signing input alone. Use it when the signature was made in another process or at another
/// time.
///
/// `signing_input` is what [`Unsigned::signing_input`] gave; `signature` and `key` are as for
/// [`Unsigned::with_signature`].
///
/// # Errors
///
/// [`MintError::NotASigningInput`] when the text is not two parts of base64url with a dot between; otherwise as
/// [`Unsigned::with_signature`].
pub fn assemble(
    signing_input: &str,
    signature: impl AsRef<[u8]>,
    key: &VerifyingKey,
) -> Result<String, MintError> {
    if !jws::is_signing_input(signing_input) {
        return Err(MintError::NotASigningInput);
    }
    let signature = checked(signing_input, signature.as_ref(), key)?;
    let mut token = signing_input.to_owned();
    jws::append_signature(&mut token, &signature);
    Ok(token)
}

/// The signature in the form that a token has it, if it is one of this text under this key.
fn checked(text: &str, signature: &[u8], key: &VerifyingKey) -> Result<Signature, MintError> {
    let actual = signature.len();
    // 96 bytes can be DER only where r or s is one of 2^16 short ones: whichever of both verifies is meant.
    let plain = Signature::try_from(signature).ok();
    let der = signature_from_der(signature).ok();
    if plain.is_none() && der.is_none() {
        return Err(MintError::MalformedSignature { actual });
    }
    [plain, der]
        .into_iter()
        .flatten()
        .find(|signature| key.verify(text.as_bytes(), signature).is_ok())
        .ok_or(MintError::WrongSignature)
}

impl Participant {
    /// Prepares the token for a signature that is made elsewhere: issued now, by the system's clock, under the key that IVS
    /// knows as `kid`.
    ///
    /// # Errors
    ///
    /// As [`Participant::mint`].
    pub fn unsigned(self, kid: &PublicKeyArn) -> Result<Unsigned, MintError> {
        self.unsigned_at(kid, Timestamp::now())
    }

    /// Prepares the token as [`Self::unsigned`] does, as if the time were `now`.
    ///
    /// # Errors
    ///
    /// As [`Participant::mint`].
    pub fn unsigned_at(self, kid: &PublicKeyArn, now: Timestamp) -> Result<Unsigned, MintError> {
        self.prepare(&KeyId::new(kid.clone()), now)
    }
}

impl Connection {
    /// Prepares the token for a signature that is made elsewhere: issued now, by the system's clock, under the key that IVS
    /// knows as `kid`, whose account and region it names.
    ///
    /// # Errors
    ///
    /// As [`Connection::mint`].
    pub fn unsigned(self, kid: &PublicKeyArn) -> Result<Unsigned<ConnectionClaims>, MintError> {
        self.unsigned_at(kid, Timestamp::now())
    }

    /// Prepares the token as [`Self::unsigned`] does, as if the time were `now`.
    ///
    /// # Errors
    ///
    /// As [`Connection::mint`].
    pub fn unsigned_at(
        self,
        kid: &PublicKeyArn,
        now: Timestamp,
    ) -> Result<Unsigned<ConnectionClaims>, MintError> {
        self.prepare(&KeyId::new(kid.clone()), now)
    }
}

impl Playback {
    /// Prepares the token for a signature that is made elsewhere: its time begins now, by the system's clock. It names no key.
    ///
    /// # Errors
    ///
    /// As [`Playback::mint`].
    pub fn unsigned(self) -> Result<Unsigned<PlaybackClaims>, MintError> {
        self.unsigned_at(Timestamp::now())
    }

    /// Prepares the token as [`Self::unsigned`] does, as if the time were `now`.
    ///
    /// # Errors
    ///
    /// As [`Playback::mint`].
    pub fn unsigned_at(self, now: Timestamp) -> Result<Unsigned<PlaybackClaims>, MintError> {
        self.prepare(now)
    }
}

impl Exchange {
    /// Prepares the new token for a signature that is made elsewhere: issued now, by the system's clock, under the key that
    /// IVS knows as `kid`.
    ///
    /// # Errors
    ///
    /// As [`Exchange::mint`].
    pub fn unsigned(self, kid: &PublicKeyArn) -> Result<Unsigned, MintError> {
        self.unsigned_at(kid, Timestamp::now())
    }

    /// Prepares the new token as [`Self::unsigned`] does, as if the time were `now`.
    ///
    /// # Errors
    ///
    /// As [`Exchange::mint`].
    pub fn unsigned_at(self, kid: &PublicKeyArn, now: Timestamp) -> Result<Unsigned, MintError> {
        self.prepare_participant(now)?.unsigned_at(kid, now)
    }
}
