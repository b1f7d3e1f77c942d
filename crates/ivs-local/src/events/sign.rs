//! The signatures of what goes out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::http::hash::{hex, hmac_sha256, sha256};

/// The signature of a webhook (Standard Webhooks 1.0): HMAC-SHA-256 of ID, time in seconds and body.
pub(super) fn webhook(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    let text = format!("{id}.{seconds}.{body}");
    format!("v1,{}", STANDARD.encode(hmac_sha256(secret, text.as_bytes())))
}

/// Whose signature it is.
pub(super) struct Signer<'a> {
    pub(super) access_key: &'a str,
    pub(super) secret_key: &'a str,
    pub(super) region: &'a str,
}

/// `Authorization` of AWS Signature Version 4 for a `POST` to `/` of `EventBridge` with these headers, whose names are small
/// and in order. `date` is in the basic form of ISO 8601.
pub(super) fn aws(signer: &Signer<'_>, headers: &[(&str, &str)], date: &str, body: &str) -> String {
    let Signer { access_key, secret_key, region } = signer;
    let day = date.get(..8).unwrap_or_default();
    let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    let names = names.join(";");
    let lines: String = headers.iter().flat_map(|(name, value)| [name, ":", value, "\n"]).collect();
    let canonical = format!("POST\n/\n\n{lines}\n{names}\n{}", hex(&sha256(body.as_bytes())));
    let scope = format!("{day}/{region}/events/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&sha256(canonical.as_bytes())));
    let mut key = hmac_sha256(format!("AWS4{secret_key}").as_bytes(), day.as_bytes());
    for part in [region, "events", "aws4_request"] {
        key = hmac_sha256(&key, part.as_bytes());
    }
    let signature = hex(&hmac_sha256(&key, text.as_bytes()));
    format!("AWS4-HMAC-SHA256 Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use aws_credential_types::Credentials;
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    use aws_sigv4::sign::v4;

    use super::*;

    /// The example of the specification of Standard Webhooks.
    #[test]
    fn webhooks_are_signed_as_their_standard_says() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            webhook(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn awss_own_signer_signs_the_same() {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("host", "localhost:4566"),
            ("x-amz-date", "20260102T030405Z"),
            ("x-amz-target", "AWSEvents.PutEvents"),
        ];
        let signer = Signer { access_key: "test", secret_key: "secret", region: "eu-west-1" };
        let ours = aws(&signer, &headers, "20260102T030405Z", "{}");
        let identity = Credentials::from_keys("test", "secret", None).into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name("events")
            .time(UNIX_EPOCH + Duration::from_secs(1_767_323_045))
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let body = SignableBody::Bytes(b"{}");
        let without_date = headers.into_iter().filter(|(name, _)| *name != "x-amz-date");
        let request = SignableRequest::new("POST", "http://localhost:4566/", without_date, body).unwrap();
        let theirs = sign(request, &params).unwrap().into_parts().0;
        let theirs = theirs.headers().find(|(name, _)| *name == "authorization").unwrap().1.to_owned();
        assert_eq!(ours, theirs);
    }
}
