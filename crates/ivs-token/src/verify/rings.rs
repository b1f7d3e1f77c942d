use std::sync::Arc;

use es384::VerifyingKey;

use super::header::Header;
use crate::arn::{KeyArn, PlaybackKeyArn, PublicKeyArn};
use crate::error::VerifyError;
use crate::jws::Compact;
use crate::key;
use crate::key_ring::{KeyRing, PublicKey, State};
use crate::timestamp::Timestamp;

/// The keys that a verifier holds, by the kind of tokens that they sign.
#[derive(Clone, Debug)]
pub(crate) struct Rings {
    pub(crate) public: KeyRing<PublicKeyArn>,
    pub(crate) playback: KeyRing<PlaybackKeyArn>,
}

/// Finds the key that signed a token, and checks that it did.
pub(super) fn signer<'k, A: KeyArn>(
    keys: &'k State<A>,
    token: &Compact<'_>,
    kid_required: bool,
    now: Timestamp,
) -> Result<Signer<'k, A>, VerifyError> {
    let named = named(keys, token.header, kid_required)?;
    let signature = token.signature.whole()?;
    let signed = |key: &VerifyingKey| key.verify(token.signed.as_bytes(), signature).is_ok();
    if let Some(key) = named {
        if let Some(retired_at) = key.retired_at().filter(|&at| now >= at) {
            return Err(VerifyError::RetiredKey { kid: key.arn().to_string(), retired_at });
        }
        return if signed(key.key()) { Ok(Signer::Named(key)) } else { Err(VerifyError::Signature) };
    }
    let mut tried = 0;
    for key in keys.keys().filter(|key| key.verifies_at(now)) {
        if signed(key.key()) {
            return Ok(Signer::Found(key));
        }
        tried += 1;
    }
    Err(VerifyError::NoKeyMatches { tried })
}

/// The key that signed a token.
pub(super) enum Signer<'k, A> {
    /// The header names it.
    Named(&'k Arc<PublicKey<A>>),
    /// It was found by trying: it may be held under other ARNs too.
    Found(&'k Arc<PublicKey<A>>),
}

impl<'k, A: KeyArn> Signer<'k, A> {
    /// The key, if `check` finds nothing against its ARN; or, if the header did not name it, the same key under an ARN that
    /// `check` finds nothing against.
    pub(super) fn of<E>(
        self,
        keys: &'k State<A>,
        now: Timestamp,
        check: impl Fn(&A) -> Result<(), E>,
    ) -> Result<&'k Arc<PublicKey<A>>, E> {
        let (Self::Named(key) | Self::Found(key)) = self;
        match check(key.arn()) {
            Ok(()) => Ok(key),
            Err(error) => match self {
                Self::Named(_) => Err(error),
                Self::Found(_) => keys
                    .keys()
                    .find(|other| {
                        other.key() == key.key() && other.verifies_at(now) && check(other.arn()).is_ok()
                    })
                    .ok_or(error),
            },
        }
    }
}

/// The key that a header names, if it names one.
fn named<'k, A: KeyArn>(
    keys: &'k State<A>,
    header: &str,
    kid_required: bool,
) -> Result<Option<&'k Arc<PublicKey<A>>>, VerifyError> {
    if let Some(key) = keys.by_header(header) {
        return Ok(Some(key));
    }
    if !kid_required && header == key::HEADER_WITHOUT_KID {
        return Ok(None);
    }
    let header = Header::parse(header)?;
    let kid: Option<A> = if kid_required { Some(header.required_kid()?) } else { header.kid()? };
    kid.map(|kid| keys.by_arn(&kid).ok_or_else(|| VerifyError::UnknownKey { kid: kid.to_string() }))
        .transpose()
}
