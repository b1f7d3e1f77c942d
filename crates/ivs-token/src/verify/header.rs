use std::borrow::Cow;

use crate::error::{HeaderError, MalformedError, Part, VerifyError};
use crate::value::arn::KeyArn;
use crate::value::printable::shorten;
use crate::wire::claim_set::string;
use crate::wire::json::Members;
use crate::wire::jws;

/// A header that keeps the rules: `alg` is `ES384`, `typ` is `JWT` or absent, `kid` is a string if it is
/// there, and there is no `crit`. Other members are ignored (RFC 7515, section 4).
pub(crate) struct Header {
    /// What the header calls the key: not yet known to be the ARN of one.
    kid: Option<String>,
}

impl Header {
    /// Reads the header as it stands in the token.
    pub(crate) fn parse(text: &str) -> Result<Self, VerifyError> {
        let part = Part::Header;
        let bytes = jws::decode(part, text)?;
        let json = std::str::from_utf8(&bytes).map_err(|_| MalformedError::NotUtf8 { part })?;
        let members = Members::parse(json).map_err(|source| MalformedError::Json { part, source })?;
        algorithm(&members)?;
        if members.get("crit").is_some() {
            return Err(HeaderError::Critical.into());
        }
        if let Some(found) = members.get("typ").filter(|raw| word(raw) != Some("JWT".into())) {
            return Err(HeaderError::Type { found: shorten(found).into_owned() }.into());
        }
        Ok(Self { kid: members.get("kid").map(kid).transpose()? })
    }

    /// The key's ARN, if the header names one.
    pub(crate) fn kid<A: KeyArn>(&self) -> Result<Option<A>, HeaderError> {
        self.kid.as_deref().map(|kid| A::try_from(kid).map_err(HeaderError::KeyId)).transpose()
    }

    /// The key's ARN, which most tokens must name.
    pub(crate) fn required_kid<A: KeyArn>(&self) -> Result<A, HeaderError> {
        self.kid()?.ok_or(HeaderError::KeyIdMissing)
    }

    /// Whether this is the header of a token that the `CreateParticipantToken` API issued, whose signature may have any
    /// form.
    pub(crate) fn is_of_api(text: &str) -> bool {
        matches!(Self::parse(text), Err(VerifyError::IssuedByApi))
    }
}

fn algorithm(members: &Members<'_>) -> Result<(), VerifyError> {
    let raw = members.get("alg").ok_or(HeaderError::AlgorithmMissing)?;
    match word(raw).as_deref() {
        Some("ES384") => Ok(()),
        Some("KMS") => Err(VerifyError::IssuedByApi),
        _ => Err(HeaderError::Algorithm { found: shorten(raw).into_owned() }.into()),
    }
}

fn kid(raw: &str) -> Result<String, HeaderError> {
    word(raw).map(Cow::into_owned).ok_or(HeaderError::KeyIdType)
}

/// The string that a JSON value is, if it is one.
fn word(raw: &str) -> Option<Cow<'_, str>> {
    string("", raw).ok()
}
