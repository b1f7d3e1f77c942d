use std::marker::PhantomData;
use std::sync::Arc;

use es384::{InvalidSignature, Signature, VerifyingKey};

use super::decided::Believed;
use super::header::Header;
use super::rings::{self, Signer};
use super::verifiable::Verifiable;
use super::{AUD, NBF};
use crate::error::{ClaimsError, MalformedError, VerifyError};
use crate::key_ring::{Held, State};
use crate::token::kind::kind_of;
use crate::value::timestamp::Timestamp;
use crate::wire::claim_set::ClaimSet;
use crate::wire::jws::Compact;
use crate::wire::paste;

/// A token in good form, of which nothing is believed yet: its signature is still to be checked.
pub(super) struct Unproved<'t, 'k, C: Verifiable> {
    /// The payload, decoded.
    payload: Vec<u8>,
    /// What is signed.
    signed: &'t str,
    signature: Signature,
    /// The key that the header names, if it names one.
    named: Option<&'k Held<C::KeyArn>>,
    claims: PhantomData<C>,
}

impl<'t, 'k, C: Verifiable> Unproved<'t, 'k, C> {
    /// All checks that come before that of the signature.
    pub(super) fn read(
        token: &'t str,
        keys: &'k State<C::KeyArn>,
        now: Timestamp,
    ) -> Result<Self, VerifyError> {
        if token.is_empty() {
            return Err(VerifyError::Missing);
        }
        let compact = Compact::parse(token).map_err(|error| {
            // Looked for only in what is in three parts, and so not too long.
            let header = || token.split('.').next().unwrap_or_default();
            if error.is_of_signature() && Header::is_of_api(header()) {
                return VerifyError::IssuedByApi;
            }
            in_words_of_what_is_around(error.into(), token)
        })?;
        let named = rings::named(keys, compact.header, C::KID_REQUIRED)
            .map_err(|error| in_words_of_what_is_around(error, token))?;
        let signature = *compact.signature.whole()?;
        if let Some(key) = named
            && let Some(retired_at) = key.retired_at().filter(|&at| now >= at)
        {
            return Err(VerifyError::RetiredKey { kid: key.arn().to_string(), retired_at });
        }
        let Compact { payload, signed, .. } = compact;
        Ok(Self { payload, signed, signature, named, claims: PhantomData })
    }

    /// Checks the signature.
    pub(super) fn signer(
        &self,
        keys: &'k State<C::KeyArn>,
        now: Timestamp,
    ) -> Result<Signer<'k, C::KeyArn>, VerifyError> {
        match self.question() {
            Some((key, signed, signature)) => self.answered(key.verify(signed, signature)),
            None => rings::found(keys, self.signed.as_bytes(), &self.signature, now),
        }
    }

    /// Key, message and signature, to be checked elsewhere; none if the header names no key.
    pub(super) fn question(&self) -> Option<(&'k VerifyingKey, &[u8], &[u8])> {
        self.named.map(|key| (key.verifier(), self.signed.as_bytes(), &self.signature[..]))
    }

    /// The signer of a token, whose [`Self::question`] had this answer.
    pub(super) fn answered(
        &self,
        answer: Result<(), InvalidSignature>,
    ) -> Result<Signer<'k, C::KeyArn>, VerifyError> {
        match (self.named, answer) {
            (Some(key), Ok(())) => Ok(Signer::Named(key)),
            _ => Err(VerifyError::Signature),
        }
    }

    /// Reads the claims, now that the signature holds.
    pub(super) fn believe(
        self,
        signer: Signer<'k, C::KeyArn>,
        keys: &'k State<C::KeyArn>,
        now: Timestamp,
    ) -> Result<Believed<C>, VerifyError> {
        let set = ClaimSet::parse(&self.payload)?;
        let claims = C::read(&set).map_err(|error| match kind_of(set.names()) {
            Some(found) if found != C::KIND => VerifyError::WrongKind { expected: C::KIND, found },
            _ => error.into(),
        })?;
        if set.raw(AUD).is_some() {
            return Err(ClaimsError::Audience.into());
        }
        let key = Arc::clone(signer.of(keys, now, |arn| claims.check_key(arn))?.public());
        Ok(Believed { key, not_before: set.optional_time(NBF)?, withdrawals: keys.withdrawals(), claims })
    }
}

/// The error of a text that has no form of a token, told as what stands around the token where that is it.
fn in_words_of_what_is_around(error: VerifyError, token: &str) -> VerifyError {
    use MalformedError::{Base64, Parts};
    match error {
        VerifyError::Malformed(Base64 { .. } | Parts { .. }) => match paste::around(token) {
            Some(note) => MalformedError::NotAlone { note }.into(),
            None => error,
        },
        error => error,
    }
}
