use es384::{Hashed, Signature};

use super::header::Header;
use crate::error::{ArnError, HeaderError, VerifyError};
use crate::key;
use crate::key_ring::{Held, KeyRing, State};
use crate::value::arn::{KeyArn, PlaybackKeyArn, PublicKeyArn};
use crate::value::timestamp::Timestamp;

/// The keys that a verifier holds, by the kind of tokens that they sign.
#[derive(Clone, Debug)]
pub(crate) struct Rings {
    pub(crate) public: KeyRing<PublicKeyArn>,
    pub(crate) playback: KeyRing<PlaybackKeyArn>,
}

/// The key that a header names, if it names one.
pub(super) fn named<'k, A: KeyArn>(
    keys: &'k State<A>,
    header: &str,
    kid_required: bool,
) -> Result<Option<&'k Held<A>>, VerifyError> {
    if let Some(key) = keys.by_header(header) {
        return Ok(Some(key));
    }
    if !kid_required && header == key::HEADER_WITHOUT_KID {
        return Ok(None);
    }
    let header = Header::parse(header)?;
    // Where no `kid` is documented, one that is no ARN, such as the ID of a key pair, says nothing: the keys held are tried.
    let kid: Option<A> = match header.kid() {
        Err(HeaderError::KeyId(ArnError::NotIvs { .. })) if !kid_required => None,
        _ if kid_required => Some(header.required_kid()?),
        kid => kid?,
    };
    kid.map(|kid| keys.by_arn(&kid).ok_or_else(|| VerifyError::UnknownKey { kid: kid.to_string() }))
        .transpose()
}

/// Finds the key that signed a token which names none.
pub(super) fn found<'k, A: KeyArn>(
    keys: &'k State<A>,
    signed: &[u8],
    signature: &Signature,
    now: Timestamp,
) -> Result<Signer<'k, A>, VerifyError> {
    // Once, however many keys there are: whoever forges a token of 16 KiB is not to have it hashed for each.
    let signed = Hashed::new(signed);
    let mut tried = 0;
    for key in keys.keys().filter(|key| key.verifies_at(now)) {
        if key.verifier().verify_hashed(&signed, signature).is_ok() {
            return Ok(Signer::Found(key));
        }
        tried += 1;
    }
    Err(VerifyError::NoKeyMatches { tried })
}

/// The key that signed a token.
#[derive(Clone, Copy)]
pub(super) enum Signer<'k, A> {
    /// The header names it.
    Named(&'k Held<A>),
    /// It was found by trying: it may be held under other ARNs too.
    Found(&'k Held<A>),
}

impl<'k, A: KeyArn> Signer<'k, A> {
    pub(super) fn key(&self) -> &'k Held<A> {
        let (Self::Named(key) | Self::Found(key)) = self;
        key
    }

    /// The key, if `check` finds nothing against its ARN; or, if the header did not name it, the same key under an ARN that
    /// `check` finds nothing against.
    pub(super) fn of<E>(
        self,
        keys: &'k State<A>,
        now: Timestamp,
        check: impl Fn(&A) -> Result<(), E>,
    ) -> Result<&'k Held<A>, E> {
        let key = self.key();
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
