//! Keys that sign elsewhere, behind one trait.

use std::future::Future;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use es384::VerifyingKey;

use crate::error::{MintError, SignerError};
use crate::key::SigningKey;
use crate::mint::Unsigned;
use crate::token::connection::{Connection, ConnectionClaims};
use crate::token::exchange::Exchange;
use crate::token::minted::Token;
use crate::token::participant::{Participant, ParticipantClaims};
use crate::token::playback::{Playback, PlaybackClaims};
use crate::value::arn::PublicKeyArn;
use crate::value::timestamp::Timestamp;

/// A P-384 key that signs somewhere else, such as in AWS KMS, in an HSM or in another process.
///
/// [`Participant::mint_with`] mints with it, and so do the builders of the other kinds. Each signature is checked with
/// [`verifying_key`](Self::verifying_key) before the token is returned. A [`SigningKey`] is a signer too.
///
/// Implement [`AsyncSigner`] instead if signing waits for a network.
pub trait Signer {
    /// The ARN under which IVS knows the key, the `kid` of its tokens. Playback tokens need none.
    fn kid(&self) -> Option<&PublicKeyArn>;

    /// The public half of the key.
    fn verifying_key(&self) -> &VerifyingKey;

    /// Signs with ECDSA on P-384 and SHA-384. The answer is r then s in 96 bytes, or DER.
    ///
    /// # Errors
    ///
    /// [`SignerError`], in words that may be logged: they should hold no secret.
    fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError>;
}

/// A [`Signer`] that does not block. It works with any async runtime.
pub trait AsyncSigner {
    /// As [`Signer::kid`].
    fn kid(&self) -> Option<&PublicKeyArn>;

    /// As [`Signer::verifying_key`].
    fn verifying_key(&self) -> &VerifyingKey;

    /// As [`Signer::sign`].
    ///
    /// # Errors
    ///
    /// As [`Signer::sign`].
    fn sign(&self, input: SigningInput<'_>) -> impl Future<Output = Result<Vec<u8>, SignerError>> + Send;
}

/// What a [`Signer`] signs.
#[derive(Clone, Copy)]
pub struct SigningInput<'a>(&'a str);

impl<'a> SigningInput<'a> {
    /// The message: header, dot and payload of a token (RFC 7515, section 5.1), in at most 16 KiB of ASCII.
    pub fn as_str(self) -> &'a str {
        self.0
    }

    /// The message in bytes.
    pub fn as_bytes(self) -> &'a [u8] {
        self.0.as_bytes()
    }

    /// The SHA-384 digest of the message, in 48 bytes.
    pub fn digest(self) -> [u8; 48] {
        es384::sha384(self.as_bytes())
    }
}

impl std::fmt::Debug for SigningInput<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningInput").finish_non_exhaustive()
    }
}

impl Signer for SigningKey {
    fn kid(&self) -> Option<&PublicKeyArn> {
        self.id()
    }

    fn verifying_key(&self) -> &VerifyingKey {
        self.verifying_key()
    }

    fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        self.as_es384().sign(input.as_bytes()).map(Vec::from).map_err(SignerError::new)
    }
}

/// What can be minted: a [`Participant`], a [`Connection`], a [`Playback`] or an [`Exchange`]. Nothing else can.
pub trait Mintable: sealed::Prepare {}

impl<B: sealed::Prepare> Mintable for B {}

mod sealed {
    use super::{MintError, PublicKeyArn, Timestamp, Unsigned};

    pub trait Prepare {
        /// What the token says.
        type Claims;

        /// The token but for its signature, by a key of this ARN.
        fn prepare_for(
            self,
            kid: Option<&PublicKeyArn>,
            now: Timestamp,
        ) -> Result<Unsigned<Self::Claims>, MintError>;

        /// What a failure of the signer says of the token.
        fn name(claims: &Self::Claims) -> String;
    }
}

/// Mints a token for each of `builders`, in order, all issued at the same moment. It signs up to `concurrency` of them
/// at once, each on its own thread, which ends with the call. If one fails, the others are still minted.
///
/// # Errors
///
/// Each element is what `mint_with` would have returned; [`MintError::Signer`] names the token.
pub fn mint_batch_with<B>(
    signer: &(impl Signer + Sync + ?Sized),
    builders: impl IntoIterator<Item = B>,
    concurrency: NonZeroUsize,
) -> Vec<Result<Token<B::Claims>, MintError>>
where
    B: Mintable,
    B::Claims: Send,
{
    let now = Timestamp::now();
    let prepared: Vec<_> = builders
        .into_iter()
        .map(|builder| Mutex::new(Some(builder.prepare_for(signer.kid(), now))))
        .collect();
    let tokens: Vec<_> = prepared.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some((unsigned, token)) = {
            let place = next.fetch_add(1, Ordering::Relaxed);
            prepared.get(place).zip(tokens.get(place))
        } {
            let unsigned = unsigned.lock().unwrap_or_else(PoisonError::into_inner).take();
            let minted = unsigned.map(|unsigned| sign_with::<B>(unsigned?, signer));
            *token.lock().unwrap_or_else(PoisonError::into_inner) = minted;
        }
    };
    thread::scope(|scope| {
        // The calling thread works, too.
        for _ in 1..concurrency.get().min(prepared.len()) {
            scope.spawn(work);
        }
        work();
    });
    let lost = || Err(MintError::Sign(crate::error::SignError));
    tokens
        .into_iter()
        .map(|token| token.into_inner().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(lost))
        .collect()
}

/// Mints as [`mint_batch_with`] does, without blocking: up to `concurrency` signatures are under way at once.
///
/// # Errors
///
/// As [`mint_batch_with`].
#[cfg(feature = "async")]
pub async fn mint_batch_with_async<B: Mintable>(
    signer: &(impl AsyncSigner + ?Sized),
    builders: impl IntoIterator<Item = B>,
    concurrency: NonZeroUsize,
) -> Vec<Result<Token<B::Claims>, MintError>> {
    use futures_util::StreamExt;

    let now = Timestamp::now();
    let prepared: Vec<_> =
        builders.into_iter().map(|builder| builder.prepare_for(signer.kid(), now)).collect();
    let signing =
        prepared.into_iter().map(|unsigned| async { sign_with_async::<B>(unsigned?, signer).await });
    futures_util::stream::iter(signing).buffered(concurrency.get()).collect().await
}

fn sign_with<B: Mintable>(
    unsigned: Unsigned<B::Claims>,
    signer: &(impl Signer + ?Sized),
) -> Result<Token<B::Claims>, MintError> {
    let signature = signer
        .sign(SigningInput(unsigned.signing_input()))
        .map_err(|source| MintError::Signer { token: B::name(unsigned.claims()), source })?;
    unsigned.with_signature(signature, signer.verifying_key())
}

async fn sign_with_async<B: Mintable>(
    unsigned: Unsigned<B::Claims>,
    signer: &(impl AsyncSigner + ?Sized),
) -> Result<Token<B::Claims>, MintError> {
    let signature = signer
        .sign(SigningInput(unsigned.signing_input()))
        .await
        .map_err(|source| MintError::Signer { token: B::name(unsigned.claims()), source })?;
    unsigned.with_signature(signature, signer.verifying_key())
}

/// Defines `mint_with` and its kin for one builder.
macro_rules! mint_with {
    ($builder:ident => $claims:ty) => {
        impl $builder {
            /// Mints the token with a key that signs elsewhere: it is issued now, by the system's clock.
            ///
            /// # Errors
            ///
            /// As `mint`, and [`MintError::Signer`] when the signer failed, [`MintError::MalformedSignature`] or
            /// [`MintError::WrongSignature`] when it signed with another key or algorithm.
            pub fn mint_with(self, signer: &(impl Signer + ?Sized)) -> Result<Token<$claims>, MintError> {
                self.mint_with_at(signer, Timestamp::now())
            }

            /// Mints the token as [`Self::mint_with`] does, as if the time were `now`.
            ///
            /// # Errors
            ///
            /// As [`Self::mint_with`].
            pub fn mint_with_at(
                self,
                signer: &(impl Signer + ?Sized),
                now: Timestamp,
            ) -> Result<Token<$claims>, MintError> {
                sign_with::<Self>(sealed::Prepare::prepare_for(self, signer.kid(), now)?, signer)
            }

            /// Mints the token with a key that signs elsewhere, without blocking: it is issued now, by the system's clock.
            ///
            /// # Errors
            ///
            /// As [`Self::mint_with`].
            pub async fn mint_with_async(
                self,
                signer: &(impl AsyncSigner + ?Sized),
            ) -> Result<Token<$claims>, MintError> {
                self.mint_with_async_at(signer, Timestamp::now()).await
            }

            /// Mints the token as [`Self::mint_with_async`] does, as if the time were `now`.
            ///
            /// # Errors
            ///
            /// As [`Self::mint_with`].
            pub async fn mint_with_async_at(
                self,
                signer: &(impl AsyncSigner + ?Sized),
                now: Timestamp,
            ) -> Result<Token<$claims>, MintError> {
                sign_with_async::<Self>(sealed::Prepare::prepare_for(self, signer.kid(), now)?, signer).await
            }
        }
    };
}

mint_with!(Participant => ParticipantClaims);
mint_with!(Connection => ConnectionClaims);
mint_with!(Playback => PlaybackClaims);
mint_with!(Exchange => ParticipantClaims);

impl sealed::Prepare for Participant {
    type Claims = ParticipantClaims;

    fn prepare_for(self, kid: Option<&PublicKeyArn>, now: Timestamp) -> Result<Unsigned, MintError> {
        self.check()?;
        self.unsigned_at(kid.ok_or(MintError::NoKeyId)?, now)
    }

    fn name(claims: &ParticipantClaims) -> String {
        format!("of participant {}", claims.participant_id())
    }
}

impl sealed::Prepare for Connection {
    type Claims = ConnectionClaims;

    fn prepare_for(
        self,
        kid: Option<&PublicKeyArn>,
        now: Timestamp,
    ) -> Result<Unsigned<ConnectionClaims>, MintError> {
        self.check()?;
        self.unsigned_at(kid.ok_or(MintError::NoKeyId)?, now)
    }

    fn name(claims: &ConnectionClaims) -> String {
        format!("of connection {}", claims.token_id())
    }
}

impl sealed::Prepare for Playback {
    type Claims = PlaybackClaims;

    fn prepare_for(
        self,
        _: Option<&PublicKeyArn>,
        now: Timestamp,
    ) -> Result<Unsigned<PlaybackClaims>, MintError> {
        self.unsigned_at(now)
    }

    fn name(claims: &PlaybackClaims) -> String {
        format!("for channel {}", claims.channel_arn())
    }
}

impl sealed::Prepare for Exchange {
    type Claims = ParticipantClaims;

    fn prepare_for(self, kid: Option<&PublicKeyArn>, now: Timestamp) -> Result<Unsigned, MintError> {
        self.prepare_participant(now)?.prepare_for(kid, now)
    }

    fn name(claims: &ParticipantClaims) -> String {
        <Participant as sealed::Prepare>::name(claims)
    }
}
