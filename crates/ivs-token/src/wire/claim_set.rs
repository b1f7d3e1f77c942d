//! The claims of a payload, read one at a time and typed strictly.

use std::borrow::Cow;
use std::str::FromStr;

use crate::error::{ArnError, ClaimError, ClaimsError, MalformedError, Part};
use crate::value::printable::shorten;
use crate::value::timestamp::Timestamp;
use crate::wire::json::Members;

/// The members of a payload. Each kind of token reads its claims from one of these.
pub(crate) struct ClaimSet<'a>(Members<'a>);

impl<'a> ClaimSet<'a> {
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, MalformedError> {
        let part = Part::Payload;
        let text = std::str::from_utf8(payload).map_err(|_| MalformedError::NotUtf8 { part })?;
        Members::parse(text).map(Self).map_err(|source| MalformedError::Json { part, source })
    }

    /// The names of all claims.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name)
    }

    /// The text of a claim's value, if the claim is there.
    pub(crate) fn raw(&self, claim: &str) -> Option<&'a str> {
        self.0.get(claim)
    }

    pub(crate) fn required(&self, claim: &'static str) -> Result<&'a str, ClaimsError> {
        self.raw(claim).ok_or(ClaimsError::Missing { claim })
    }

    pub(crate) fn string(&self, claim: &'static str) -> Result<Cow<'a, str>, ClaimsError> {
        string(claim, self.required(claim)?)
    }

    pub(crate) fn optional_string(&self, claim: &'static str) -> Result<Option<Cow<'a, str>>, ClaimsError> {
        self.raw(claim).map(|raw| string(claim, raw)).transpose()
    }

    /// A string that has a type of its own.
    pub(crate) fn value<T: FromStr<Err = ClaimError>>(&self, claim: &'static str) -> Result<T, ClaimsError> {
        self.string(claim)?.parse().map_err(beyond_limit(claim))
    }

    pub(crate) fn optional_value<T: FromStr<Err = ClaimError>>(
        &self,
        claim: &'static str,
    ) -> Result<Option<T>, ClaimsError> {
        self.raw(claim).map(|_| self.value(claim)).transpose()
    }

    /// `true` or `false`.
    pub(crate) fn optional_boolean(&self, claim: &'static str) -> Result<Option<bool>, ClaimsError> {
        self.raw(claim).map(|raw| boolean(claim, raw)).transpose()
    }

    pub(crate) fn optional_int64(&self, claim: &'static str) -> Result<Option<i64>, ClaimsError> {
        self.raw(claim).map(|raw| int64(claim, raw)).transpose()
    }

    pub(crate) fn arn<T>(&self, claim: &'static str) -> Result<T, ClaimsError>
    where
        T: for<'t> TryFrom<&'t str, Error = ArnError>,
    {
        T::try_from(&self.string(claim)?).map_err(|source| ClaimsError::Arn { claim, source })
    }

    pub(crate) fn time(&self, claim: &'static str) -> Result<Timestamp, ClaimsError> {
        time(claim, self.required(claim)?)
    }

    pub(crate) fn optional_time(&self, claim: &'static str) -> Result<Option<Timestamp>, ClaimsError> {
        self.raw(claim).map(|raw| time(claim, raw)).transpose()
    }

    /// `iat` and `exp`: the second after the first, by at most so many seconds.
    pub(crate) fn lifetime(&self, limit: u32) -> Result<(Timestamp, Timestamp), ClaimsError> {
        let expires_at = self.time("exp")?;
        let issued_at = self.time("iat")?;
        match expires_at.secs_since(issued_at) {
            ..=0 => Err(ClaimsError::ExpiresBeforeIssued { issued_at, expires_at }),
            actual if actual > limit.into() => Err(ClaimsError::Lifetime { actual, limit: limit.into() }),
            _ => Ok((issued_at, expires_at)),
        }
    }

    /// The object that a claim is, member by member.
    pub(crate) fn object(&self, claim: &'static str) -> Result<&Members<'a>, ClaimsError> {
        let raw = self.required(claim)?;
        self.0.object(claim).ok_or_else(|| wrong_type(claim, "an object", raw))
    }

    pub(crate) fn optional_object(&self, claim: &'static str) -> Result<Option<&Members<'a>>, ClaimsError> {
        if self.raw(claim).is_some() { self.object(claim).map(Some) } else { Ok(None) }
    }
}

/// The fault of a claim whose value is beyond its limit.
pub(crate) fn beyond_limit(claim: &'static str) -> impl Fn(ClaimError) -> ClaimsError {
    move |source| ClaimsError::Value { claim, source }
}

pub(crate) fn string<'a>(claim: &'static str, raw: &'a str) -> Result<Cow<'a, str>, ClaimsError> {
    let wrong = || wrong_type(claim, "a string", raw);
    let inner = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(wrong)?;
    if inner.contains('\\') {
        return serde_json::from_str(raw).map(Cow::Owned).map_err(|_| wrong());
    }
    // The text is a JSON string that was checked when the object was parsed: without escapes it means itself.
    Ok(Cow::Borrowed(inner))
}

/// `true` or `false`.
pub(crate) fn boolean(claim: &'static str, raw: &str) -> Result<bool, ClaimsError> {
    match raw {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(wrong_type(claim, "true or false", raw)),
    }
}

/// Seconds since 1970 as an integer in plain digits: no fraction, no exponent, no string.
fn time(claim: &'static str, raw: &str) -> Result<Timestamp, ClaimsError> {
    check_integer(claim, raw)?;
    match raw.parse::<i64>() {
        Err(_) => Err(out_of_range(claim, raw)),
        Ok(found) => Timestamp::from_secs(found).ok_or_else(|| match Timestamp::from_secs(found / 1000) {
            Some(_) if found > 0 => ClaimsError::Milliseconds { claim, found },
            _ => out_of_range(claim, raw),
        }),
    }
}

/// An integer in plain digits, as a time is, of 64 bits.
fn int64(claim: &'static str, raw: &str) -> Result<i64, ClaimsError> {
    check_integer(claim, raw)?;
    raw.parse().map_err(|_| ClaimsError::NotInt64 { claim, found: shorten(raw).into_owned() })
}

fn check_integer(claim: &'static str, raw: &str) -> Result<(), ClaimsError> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err(wrong_type(claim, "an integer", raw))
    }
}

fn out_of_range(claim: &'static str, raw: &str) -> ClaimsError {
    ClaimsError::OutOfRange { claim, found: shorten(raw).into_owned() }
}

fn wrong_type(claim: &'static str, expected: &'static str, raw: &str) -> ClaimsError {
    ClaimsError::Type { claim, expected, found: type_name(raw) }
}

/// What a JSON value is, with its article.
pub(crate) fn type_name(raw: &str) -> &'static str {
    match raw.as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ if raw.contains(['.', 'e', 'E']) => "a number with a fraction or an exponent",
        _ => "a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_plain_integers() {
        assert_eq!(time("exp", "1795252645").unwrap().as_secs(), 1_795_252_645);
        assert_eq!(time("exp", "0").unwrap().as_secs(), 0);
        assert_eq!(time("exp", "99999999999"), Ok(Timestamp::MAX));
        for found in [100_000_000_000, 99_999_999_999_999] {
            assert_eq!(
                time("exp", &found.to_string()),
                Err(ClaimsError::Milliseconds { claim: "exp", found })
            );
        }
        for (raw, found) in [
            ("1e9", "a number with a fraction or an exponent"),
            ("1.0", "a number with a fraction or an exponent"),
            ("\"1\"", "a string"),
            ("null", "null"),
            ("true", "a boolean"),
            ("[1]", "an array"),
            ("{}", "an object"),
        ] {
            assert_eq!(
                time("exp", raw),
                Err(ClaimsError::Type { claim: "exp", expected: "an integer", found })
            );
        }
        for raw in [
            "-1",
            "-999",
            "100000000000000",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775809",
        ] {
            assert_eq!(time("exp", raw), Err(ClaimsError::OutOfRange { claim: "exp", found: raw.into() }));
        }
        assert_eq!(
            time("exp", &"9".repeat(99)),
            Err(ClaimsError::OutOfRange { claim: "exp", found: format!("{}…", "9".repeat(40)) })
        );
        assert_eq!(
            time("exp", "1795252645000"),
            Err(ClaimsError::Milliseconds { claim: "exp", found: 1_795_252_645_000 })
        );
    }
}
