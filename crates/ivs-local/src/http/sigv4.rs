//! AWS Signature Version 4, as the service checks it: in the header `Authorization`, or in the query.

use hyper::HeaderMap;
use ivs_model::{ApiError, Source};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::hash::{hex, hmac_sha256, sha256};
use crate::settings::{Auth, Settings};
use crate::time::basic;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// All but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The region of callers who sign nothing.
const DEFAULT_REGION: &str = "us-east-1";

/// Whose call it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Empty for callers who sign nothing.
    pub(crate) access_key: String,
    pub(crate) account: String,
    pub(crate) region: String,
}

/// What a signature is about.
pub(crate) struct Signed<'r> {
    pub(crate) method: &'r str,
    /// The path as it is on the wire.
    pub(crate) path: &'r str,
    /// The query as it is on the wire.
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
    /// The body as it is on the wire.
    pub(crate) body: &'r [u8],
}

/// The parts of a signature, from either form.
struct Signature<'r> {
    access_key: String,
    scope: Scope,
    signed_headers: Vec<String>,
    hex: String,
    date: String,
    /// Seconds that it is good for, in the query form.
    expires: Option<i64>,
    request: &'r Signed<'r>,
}

struct Scope {
    day: String,
    region: String,
    service: String,
}

/// Finds out whose call it is, and whether it was signed right. `now` is in seconds since 1970.
pub(crate) fn caller(request: &Signed<'_>, settings: &Settings, now: i64) -> Result<Caller, ApiError> {
    let Some(signature) = Signature::read(request)? else {
        return match settings.auth {
            Auth::Off => Ok(Caller {
                access_key: String::new(),
                account: settings.account.clone(),
                region: DEFAULT_REGION.to_owned(),
            }),
            _ => Err(refuse("MissingAuthenticationTokenException", "Missing Authentication Token")),
        };
    };
    let scope = &signature.scope;
    if scope.service != "ivs" {
        let message =
            format!("Credential should be scoped to correct service: 'ivs', not '{}'.", scope.service);
        return Err(refuse("InvalidSignatureException", message));
    }
    match (settings.credentials.get(&signature.access_key), settings.auth) {
        (_, Auth::Off) | (None, Auth::Known) => {}
        (Some(secret), _) => signature.verify(secret, settings.skew_secs, now)?,
        (None, Auth::Strict) => {
            let message = "The security token included in the request is invalid.";
            return Err(refuse("UnrecognizedClientException", message));
        }
    }
    let (account, region) = (account(&signature.access_key, settings), scope.region.clone());
    Ok(Caller { access_key: signature.access_key, account, region })
}

/// An access key of 12 digits is the account itself.
fn account(access_key: &str, settings: &Settings) -> String {
    let is_account = access_key.len() == 12 && access_key.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { access_key.to_owned() } else { settings.account.clone() }
}

fn refuse(code: &'static str, message: impl Into<String>) -> ApiError {
    ApiError::new(code, message, "signature", Source::Guide)
}

fn incomplete(part: &str) -> ApiError {
    let message = format!("The signature is incomplete: {part} is missing or malformed.");
    refuse("IncompleteSignatureException", message)
}

impl<'r> Signature<'r> {
    /// Reads the signature of a request, if it has one.
    fn read(request: &'r Signed<'r>) -> Result<Option<Self>, ApiError> {
        if let Some(header) = request.headers.get("authorization") {
            let header = header.to_str().map_err(|_| incomplete("Authorization"))?;
            return Self::of_header(header, request).map(Some);
        }
        let query = |name: &str| parameter(request.query, name);
        match query("X-Amz-Algorithm") {
            None => Ok(None),
            Some(algorithm) if algorithm == ALGORITHM => {
                let needed = |name| query(name).ok_or_else(|| incomplete(name));
                let expires = needed("X-Amz-Expires")?;
                let expires = expires.parse().ok().filter(|secs| (1..=604_800).contains(secs));
                let expires = Some(expires.ok_or_else(|| incomplete("X-Amz-Expires"))?);
                let [credential, date] = [needed("X-Amz-Credential")?, needed("X-Amz-Date")?];
                let [headers, signature] = [needed("X-Amz-SignedHeaders")?, needed("X-Amz-Signature")?];
                Self::of_parts(&credential, &headers, signature, date, expires, request).map(Some)
            }
            Some(_) => Err(incomplete("X-Amz-Algorithm")),
        }
    }

    fn of_header(header: &str, request: &'r Signed<'r>) -> Result<Self, ApiError> {
        let parts = header.strip_prefix(ALGORITHM).ok_or_else(|| incomplete(ALGORITHM))?;
        let part = |name: &str| {
            let of = |part: &str| Some(part.trim().strip_prefix(name)?.strip_prefix('=')?.to_owned());
            parts.split(',').find_map(of).ok_or_else(|| incomplete(name))
        };
        let date = request.headers.get("x-amz-date").and_then(|date| date.to_str().ok());
        let date = date.ok_or_else(|| incomplete("X-Amz-Date"))?.to_owned();
        let [credential, headers] = [part("Credential")?, part("SignedHeaders")?];
        Self::of_parts(&credential, &headers, part("Signature")?, date, None, request)
    }

    fn of_parts(
        credential: &str,
        signed_headers: &str,
        signature: String,
        date: String,
        expires: Option<i64>,
        request: &'r Signed<'r>,
    ) -> Result<Self, ApiError> {
        // Access keys may hold slashes; the scope has four parts.
        let mut parts = credential.rsplitn(5, '/');
        let mut part =
            || parts.next().filter(|part| !part.is_empty()).ok_or_else(|| incomplete("Credential"));
        let (end, service, region, day, access_key) = (part()?, part()?, part()?, part()?, part()?);
        let is_region = region.len() <= 32
            && region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if end != "aws4_request" || !is_region {
            return Err(incomplete("Credential"));
        }
        let scope = Scope { day: day.into(), region: region.into(), service: service.into() };
        let signed_headers = signed_headers.split(';').map(str::to_owned).collect();
        Ok(Self {
            access_key: access_key.into(),
            scope,
            signed_headers,
            hex: signature,
            date,
            expires,
            request,
        })
    }

    fn verify(&self, secret: &str, skew: i64, now: i64) -> Result<(), ApiError> {
        let date = basic(&self.date).ok_or_else(|| incomplete("X-Amz-Date"))?;
        let good_for = self.expires.unwrap_or(skew);
        if date > now + skew || now > date + good_for {
            let message =
                format!("Signature expired or not yet valid: {date} is signed, the server's time is {now}.");
            return Err(refuse("InvalidSignatureException", message));
        }
        if !self.date.starts_with(&self.scope.day) || !self.signed_headers.iter().any(|name| name == "host") {
            return Err(refuse(
                "InvalidSignatureException",
                "The scope has another date, or host is not signed.",
            ));
        }
        let Scope { day, region, service } = &self.scope;
        let scope = format!("{day}/{region}/{service}/aws4_request");
        let canonical = hex(&sha256(self.canonical()?.as_bytes()));
        let text = format!("{ALGORITHM}\n{}\n{scope}\n{canonical}", self.date);
        let mut key = hmac_sha256(format!("AWS4{secret}").as_bytes(), day.as_bytes());
        for part in [region.as_str(), service, "aws4_request"] {
            key = hmac_sha256(&key, part.as_bytes());
        }
        let expected = hex(&hmac_sha256(&key, text.as_bytes()));
        if is_same(expected.as_bytes(), self.hex.as_bytes()) {
            return Ok(());
        }
        let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";
        Err(refuse("InvalidSignatureException", message))
    }

    /// The canonical request.
    fn canonical(&self) -> Result<String, ApiError> {
        let request = self.request;
        // Every service but S3 encodes the path once more.
        let path: Vec<_> = request.path.split('/').map(encode).collect();
        let mut query: Vec<(String, String)> = pairs(request.query)
            .filter(|(name, _)| name != "X-Amz-Signature")
            .map(|(name, value)| (encode(&name), encode(&value)))
            .collect();
        query.sort();
        let query: Vec<_> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut headers = String::new();
        for name in &self.signed_headers {
            let values: Result<Vec<_>, _> =
                request.headers.get_all(name).iter().map(|value| value.to_str()).collect();
            let values = values.ok().filter(|values| !values.is_empty());
            let values = values.ok_or_else(|| incomplete("SignedHeaders"))?;
            let values: Vec<_> =
                values.iter().map(|value| value.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
            headers.extend([name.as_str(), ":", &values.join(","), "\n"]);
        }
        let hash = hex(&sha256(request.body));
        let given = request.headers.get("x-amz-content-sha256").and_then(|hash| hash.to_str().ok());
        let hash = match given {
            Some("UNSIGNED-PAYLOAD") => "UNSIGNED-PAYLOAD".to_owned(),
            Some(given) if given != hash => {
                let message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
                return Err(refuse("InvalidSignatureException", message));
            }
            _ => hash,
        };
        Ok([
            request.method,
            &path.join("/"),
            &query.join("&"),
            &headers,
            &self.signed_headers.join(";"),
            &hash,
        ]
        .join("\n"))
    }
}

/// The first value of a parameter.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    pairs(query).find(|(found, _)| found == name).map(|(_, value)| value)
}

/// The parameters of a query, decoded.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

pub(crate) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Compares without telling by its time where texts differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |sum, (one, other)| sum | (one ^ other)) == 0
}
