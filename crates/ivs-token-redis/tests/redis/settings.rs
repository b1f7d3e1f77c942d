//! What a store can be told, and what it shows of it.

use std::time::Duration;

use ivs_token_redis::{BuildError, RedisStore, RedisStoreBuilder, WhenAway};

const URL: &str = "redis://ana:hunter2@cache.example:7000/2";

fn builder() -> RedisStoreBuilder {
    RedisStore::builder(URL, WhenAway::Refuse)
}

#[test]
fn settings_have_limits() {
    let ms = Duration::from_millis;
    let hour = Duration::from_secs(3600);
    for good in [
        builder().prefix("x").connect_timeout(ms(1)).response_timeout(ms(1)).reconnect_pause(Duration::ZERO),
        builder().prefix("é".repeat(64)).connect_timeout(hour).response_timeout(hour).reconnect_pause(hour),
        builder().idle_connections(0),
    ] {
        good.build().unwrap();
    }
    for (bad, said) in [
        (builder().prefix(""), "the prefix of the keys has 0 bytes, but must have 1 to 128"),
        (builder().prefix("x".repeat(129)), "the prefix of the keys has 129 bytes, but must have 1 to 128"),
        (
            builder().connect_timeout(Duration::ZERO),
            "`connect_timeout` is 0ns, but must be from 1ms to 3600s",
        ),
        (
            builder().response_timeout(hour + ms(1)),
            "`response_timeout` is 3600.001s, but must be from 1ms to 3600s",
        ),
        (
            builder().reconnect_pause(Duration::MAX),
            "`reconnect_pause` is 18446744073709551615.999999999s, but must be from 0ns to 3600s",
        ),
    ] {
        assert_eq!(bad.build().unwrap_err().to_string(), said);
    }
}

#[test]
fn urls_are_checked_before_anything_connects() {
    for (url, code, word) in [
        ("", "url", "(it has no scheme)"),
        ("http://h", "url", "(Redis URL did not parse)"),
        ("redis://h/x", "url", "(Invalid database number)"),
        ("redis://u:p@ss/word@h", "url", "must be percent-encoded"),
        ("rediss://h/#insecure", "fragment", "#insecure, which is not supported"),
    ] {
        let error = RedisStore::builder(url, WhenAway::Refuse).build().unwrap_err();
        assert_eq!(error.code(), code, "{url}: {error}");
        assert!(error.to_string().contains(word), "{url}: {error}");
    }
}

#[test]
#[cfg(not(feature = "tls"))]
fn tls_without_the_feature_is_named() {
    let error = RedisStore::builder("rediss://h", WhenAway::Refuse).build().unwrap_err();
    assert_eq!(error, BuildError::TlsFeature);
    assert!(error.to_string().contains("the feature `tls`"));
}

#[test]
#[cfg(feature = "tls")]
fn certificates_are_for_tls() {
    let error = builder().root_certificates("x").build().unwrap_err();
    assert_eq!(error, BuildError::CertificatesWithoutTls);
    assert!(error.to_string().contains("rediss://"));
}

#[test]
fn debug_shows_what_matters_and_no_password() {
    let said = format!("{:?}", builder());
    assert!(said.contains("prefix: \"{ivs-token}:\"") && said.contains("when_away: Refuse"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let store = RedisStore::builder(URL, WhenAway::accept(|_| ())).build().unwrap();
    let said = format!("{store:?}");
    assert!(said.contains("cache.example") && said.contains("when_away: Accept(..)"), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
}
