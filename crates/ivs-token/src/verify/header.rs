use crate::arn::PublicKeyArn;
use crate::claim_set::string;
use crate::error::{HeaderError, MalformedError, Part, VerifyError};
use crate::json::Members;
use crate::jws;
use crate::printable::shorten;

/// A header that keeps the rules: `alg` is `ES384`, `typ` is `JWT` or absent, `kid` is the ARN of a public key if it is
/// there, and there is no `crit`. Other members are ignored (RFC 7515, section 4).
pub(crate) struct Header {
    kid: Option<PublicKeyArn>,
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
            return Err(HeaderError::Type { found: shorten(found).to_owned() }.into());
        }
        Ok(Self { kid: members.get("kid").map(kid).transpose()? })
    }

    /// The key's ARN, which a participant token must name.
    pub(crate) fn kid(self) -> Result<PublicKeyArn, HeaderError> {
        self.kid.ok_or(HeaderError::KeyIdMissing)
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
        _ => Err(HeaderError::Algorithm { found: shorten(raw).to_owned() }.into()),
    }
}

fn kid(raw: &str) -> Result<PublicKeyArn, HeaderError> {
    let text = word(raw).ok_or(HeaderError::KeyIdType)?;
    PublicKeyArn::try_from(&*text).map_err(HeaderError::KeyId)
}

/// The string that a JSON value is, if it is one.
fn word(raw: &str) -> Option<std::borrow::Cow<'_, str>> {
    string("", raw).ok()
}
