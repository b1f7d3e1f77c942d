use std::fmt;
use std::hash::Hash;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::value::error::ArnError;
use crate::value::printable::shorten;

/// The longest ARN the service takes, in bytes (`ivs-realtime` service model, 2020-07-14).
const MAX_LEN: usize = 128;

arn_type! {
    /// The ARN of a stage: `arn:aws:ivs:<region>:<account>:stage/<stage id>`.
    ///
    /// At most 128 bytes; the shape is `StageArn` of the `ivs-realtime` service model. A value that exists is valid.
    ///
    /// ```
    /// let arn: ivs_token::StageArn = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ".parse()?;
    /// assert_eq!(arn.region(), "us-west-2");
    /// assert_eq!(arn.account_id(), "123456789012");
    /// assert_eq!(arn.resource_id(), "oRmLNwuCeMlQ");
    /// # Ok::<(), ivs_token::ArnError>(())
    /// ```
    StageArn, "stage"
}

arn_type! {
    /// The ARN of an imported public key: `arn:aws:ivs:<region>:<account>:public-key/<key id>`.
    ///
    /// What `ImportPublicKey` and `GetPublicKey` return, and what a token names as `kid`. At most 128 bytes; the shape
    /// is `PublicKeyArn` of the `ivs-realtime` service model.
    PublicKeyArn, "public-key"
}

arn_type! {
    /// The ARN of a low-latency channel: `arn:aws:ivs:<region>:<account>:channel/<channel id>`.
    ///
    /// At most 128 bytes; the shape is `ChannelArn` of the `ivs` service model.
    ChannelArn, "channel"
}

arn_type! {
    /// The ARN of a playback key pair: `arn:aws:ivs:<region>:<account>:playback-key/<key id>`.
    ///
    /// What `ImportPlaybackKeyPair` returns. At most 128 bytes; the shape is `PlaybackKeyPairArn` of the `ivs` service
    /// model.
    PlaybackKeyArn, "playback-key"
}

/// The ARN of a key: [`PublicKeyArn`] or [`PlaybackKeyArn`], and nothing else.
pub trait KeyArn:
    sealed::Sealed
    + Clone
    + Ord
    + Hash
    + fmt::Debug
    + fmt::Display
    + for<'t> TryFrom<&'t str, Error = ArnError>
    + Send
    + Sync
    + 'static
{
}

/// What the ID of a placeholder begins with. IDs of IVS have no hyphen there.
const PLACEHOLDER: &str = "sha256-";

impl PlaybackKeyArn {
    /// Whether this is a placeholder for a key that was given without an ARN: see
    /// [`VerifierBuilder::playback_key_without_arn`](crate::VerifierBuilder::playback_key_without_arn). IVS does not
    /// know such an ARN.
    pub fn is_placeholder(&self) -> bool {
        self.resource_id().starts_with(PLACEHOLDER)
    }

    /// Stands for the key of this fingerprint, in the account and region of a channel.
    pub(crate) fn placeholder(channel: &ChannelArn, fingerprint: &[u8; 32]) -> Self {
        let mut id = PLACEHOLDER.to_owned();
        // 16 bytes tell keys apart, as in the fingerprints that AWS shows.
        for byte in &fingerprint[..16] {
            id.extend(
                [byte >> 4, byte & 15].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)),
            );
        }
        Self(Parts::join(channel.region(), channel.account_id(), Self::RESOURCE_TYPE, &id))
    }
}

impl KeyArn for PublicKeyArn {}
impl KeyArn for PlaybackKeyArn {}

mod sealed {
    use super::{PlaybackKeyArn, PublicKeyArn};

    pub trait Sealed {
        /// What stands before the `/` in the last part of such an ARN.
        const TYPE: &'static str;

        /// What tokens signed with the key of this ARN name as their `kid`. Playback tokens name none.
        fn kid(&self) -> Option<&PublicKeyArn>;
    }

    impl Sealed for PublicKeyArn {
        const TYPE: &'static str = Self::RESOURCE_TYPE;

        fn kid(&self) -> Option<&PublicKeyArn> {
            Some(self)
        }
    }

    impl Sealed for PlaybackKeyArn {
        const TYPE: &'static str = Self::RESOURCE_TYPE;

        fn kid(&self) -> Option<&PublicKeyArn> {
            None
        }
    }
}

/// Defines one kind of ARN: a new type over [`Parts`] that can only be made by parsing.
macro_rules! arn_type {
    ($(#[$doc:meta])* $name:ident, $resource:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Parts);

        impl $name {
            /// What stands before the `/` in the last part of such an ARN.
            pub const RESOURCE_TYPE: &'static str = $resource;

            /// The whole ARN.
            pub fn as_str(&self) -> &str {
                &self.0.text
            }

            /// The region, such as `us-west-2`.
            pub fn region(&self) -> &str {
                self.0.region()
            }

            /// The account, digits only.
            pub fn account_id(&self) -> &str {
                self.0.account_id()
            }

            /// The account and the region: where a resource lives, and where its keys must.
            pub(crate) fn home(&self) -> (&str, &str) {
                (self.account_id(), self.region())
            }

            /// What follows the `/`: the ID of the resource itself.
            pub fn resource_id(&self) -> &str {
                self.0.resource_id()
            }
        }

        impl TryFrom<&str> for $name {
            type Error = ArnError;

            fn try_from(text: &str) -> Result<Self, ArnError> {
                Parts::parse(text, $resource).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ArnError;

            fn try_from(text: String) -> Result<Self, ArnError> {
                Self::try_from(text.as_str())
            }
        }

        impl FromStr for $name {
            type Err = ArnError;

            fn from_str(text: &str) -> Result<Self, ArnError> {
                Self::try_from(text)
            }
        }

        impl From<$name> for String {
            fn from(arn: $name) -> String {
                arn.as_str().to_owned()
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.as_str())
            }
        }
    };
}
use arn_type;

/// A checked ARN and where its parts end. The text comes first, so that ordering is by text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts {
    /// Shared, since each verified token names its key.
    text: Arc<str>,
    region_end: u8,
    account_end: u8,
    resource_type_len: u8,
}

const PREFIX: &str = "arn:aws:ivs:";

impl Parts {
    fn parse(text: &str, resource_type: &'static str) -> Result<Self, ArnError> {
        if text.is_empty() {
            return Err(ArnError::Empty { expected: resource_type });
        }
        if text.contains(char::is_whitespace) {
            return Err(ArnError::WhiteSpace { is_around: !text.trim().contains(char::is_whitespace) });
        }
        if text.len() > MAX_LEN {
            return Err(ArnError::TooLong { actual: text.len(), limit: MAX_LEN });
        }
        let Some(rest) = text.strip_prefix(PREFIX) else {
            return Err(ArnError::NotIvs { expected: resource_type });
        };
        let mut fields = rest.splitn(3, ':');
        let (Some(region), Some(account), Some(resource)) = (fields.next(), fields.next(), fields.next())
        else {
            return Err(ArnError::TooFewParts { expected: resource_type });
        };
        if region.is_empty()
            || !region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return Err(ArnError::Region);
        }
        if account.is_empty() || !account.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ArnError::Account);
        }
        let (found, id) = resource.split_once('/').unwrap_or((resource, ""));
        if found != resource_type {
            return Err(ArnError::ResourceType {
                expected: resource_type,
                found: shorten(found).into_owned(),
            });
        }
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(ArnError::ResourceId { expected: resource_type });
        }
        Ok(Self::of(text.into(), region, account, resource_type))
    }

    /// An ARN of good parts. A placeholder is longer than [`MAX_LEN`] beside the longest channel ARN.
    fn join(region: &str, account: &str, resource_type: &str, id: &str) -> Self {
        let text = format!("{PREFIX}{region}:{account}:{resource_type}/{id}");
        Self::of(text.into(), region, account, resource_type)
    }

    fn of(text: Arc<str>, region: &str, account: &str, resource_type: &str) -> Self {
        let region_end = PREFIX.len() + region.len();
        // Region and account are those of an ARN of at most MAX_LEN, so each offset fits.
        let small = |offset: usize| u8::try_from(offset).unwrap_or(u8::MAX);
        Self {
            text,
            region_end: small(region_end),
            account_end: small(region_end + 1 + account.len()),
            resource_type_len: small(resource_type.len()),
        }
    }

    fn region(&self) -> &str {
        &self.text[PREFIX.len()..usize::from(self.region_end)]
    }

    fn account_id(&self) -> &str {
        &self.text[usize::from(self.region_end) + 1..usize::from(self.account_end)]
    }

    fn resource_id(&self) -> &str {
        &self.text[usize::from(self.account_end) + 1 + usize::from(self.resource_type_len) + 1..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";

    #[test]
    fn parts_are_found() {
        let arn: PublicKeyArn = "arn:aws:ivs:eu-central-1:42:public-key/A-b-9".parse().unwrap();
        assert_eq!((arn.region(), arn.account_id(), arn.resource_id()), ("eu-central-1", "42", "A-b-9"));
        assert_eq!(arn.to_string(), "arn:aws:ivs:eu-central-1:42:public-key/A-b-9");
        assert_eq!(format!("{arn:?}"), "PublicKeyArn(arn:aws:ivs:eu-central-1:42:public-key/A-b-9)");
    }

    #[test]
    fn each_kind_takes_its_own() {
        assert!(ChannelArn::try_from("arn:aws:ivs:us-west-2:1:channel/a").is_ok());
        assert!(PlaybackKeyArn::try_from("arn:aws:ivs:us-west-2:1:playback-key/a").is_ok());
        assert_eq!(
            PublicKeyArn::try_from(STAGE),
            Err(ArnError::ResourceType { expected: "public-key", found: "stage".into() })
        );
    }

    #[test]
    fn a_placeholder_stands_beside_its_channel() {
        for id_len in [1, MAX_LEN - "arn:aws:ivs:us-west-2:1:channel/".len()] {
            let channel: ChannelArn =
                format!("arn:aws:ivs:us-west-2:1:channel/{}", "x".repeat(id_len)).parse().unwrap();
            let arn = PlaybackKeyArn::placeholder(&channel, &[0xa5; 32]);
            assert_eq!(arn.home(), channel.home());
            assert_eq!(arn.resource_id(), format!("sha256-{}", "a5".repeat(16)));
            assert_eq!(PlaybackKeyArn::try_from(arn.as_str()), Ok(arn.clone()));
            assert!(arn.is_placeholder());
        }
        let known = PlaybackKeyArn::try_from("arn:aws:ivs:us-west-2:1:playback-key/sha256").unwrap();
        assert!(!known.is_placeholder());
        // The longest region: the parts are found all the same.
        let region = "r".repeat(MAX_LEN - "arn:aws:ivs::1:channel/x".len());
        let channel: ChannelArn = format!("arn:aws:ivs:{region}:1:channel/x").parse().unwrap();
        let arn = PlaybackKeyArn::placeholder(&channel, &[0; 32]);
        assert_eq!((arn.region(), arn.account_id()), (region.as_str(), "1"));
        assert!(arn.is_placeholder());
    }

    #[test]
    fn the_limit_is_128_bytes() {
        let longest = format!("{STAGE}{}", "x".repeat(MAX_LEN - STAGE.len()));
        assert!(StageArn::try_from(longest.as_str()).is_ok());
        assert_eq!(
            StageArn::try_from(format!("{longest}x")),
            Err(ArnError::TooLong { actual: 129, limit: 128 })
        );
    }

    #[test]
    fn each_bad_part_is_named() {
        let bad = |text: &str| StageArn::try_from(text).unwrap_err();
        assert_eq!(bad(""), ArnError::Empty { expected: "stage" });
        assert_eq!(bad("arn:aws-cn:ivs:a:1:stage/x"), ArnError::NotIvs { expected: "stage" });
        for text in
            [" arn:aws:ivs:a:1:stage/x", "arn:aws:ivs:a:1:stage/x\n", "arn:aws:ivs:a:1:stage/x\r\n", "\n"]
        {
            assert_eq!(bad(text), ArnError::WhiteSpace { is_around: true }, "{text:?}");
        }
        assert_eq!(bad("arn:aws:ivs:a: 1:stage/x"), ArnError::WhiteSpace { is_around: false });
        assert_eq!(bad("arn:aws:ivs:us-west-2"), ArnError::TooFewParts { expected: "stage" });
        assert_eq!(bad("arn:aws:ivs:US:1:stage/x"), ArnError::Region);
        assert_eq!(bad("arn:aws:ivs::1:stage/x"), ArnError::Region);
        assert_eq!(bad("arn:aws:ivs:a:1x:stage/x"), ArnError::Account);
        assert_eq!(bad("arn:aws:ivs:a::stage/x"), ArnError::Account);
        for id in ["", "a_b", "a/b", "a:b", "é"] {
            assert_eq!(
                bad(&format!("arn:aws:ivs:a:1:stage/{id}")),
                ArnError::ResourceId { expected: "stage" },
                "{id:?}"
            );
        }
    }

    #[test]
    fn serde_goes_through_the_parser() {
        let arn: StageArn = serde_json::from_str(&format!("\"{STAGE}\"")).unwrap();
        assert_eq!(serde_json::to_string(&arn).unwrap(), format!("\"{STAGE}\""));
        assert!(serde_json::from_str::<StageArn>("\"arn:aws:ivs:a:1:channel/x\"").is_err());
    }
}
