//! Many public keys at once, from one place.

use std::path::Path;

use clap::Args;
use ivs_token::{KeyArn, KeyRing, KeySet, KeySetError, PlaybackKeyArn, PublicKeyArn};

use crate::failure::Failure;
use crate::input::Source;

/// Where the public keys are that sign tokens.
#[derive(Args, Debug)]
#[command(next_help_heading = "Key")]
pub(crate) struct KeyRingArgs {
    /// Many public keys with their ARNs, in place of --public-key and --kid: what `aws ivs-realtime get-public-key` printed,
    /// once or several times; a JWK set; or a folder of PEM files named by key ID; `-` for standard input
    #[arg(long, value_name = "PATH", conflicts_with_all = ["public_key", "kid"])]
    key_ring: Option<Source>,

    /// Many public halves of playback key pairs: a JWK set, or a folder as above
    #[arg(long, value_name = "PATH", conflicts_with_all = ["public_key", "kid"])]
    playback_key_ring: Option<Source>,

    /// The account of the keys in a folder
    #[arg(long, value_name = "ID")]
    account: Option<String>,

    /// The region of the keys in a folder
    #[arg(long, value_name = "NAME")]
    region: Option<String>,
}

impl KeyRingArgs {
    /// The rings, as far as they are given.
    pub(crate) fn read(&self) -> Result<Rings, Failure> {
        let rings = [&self.key_ring, &self.playback_key_ring];
        if self.has_home() && !rings.into_iter().flatten().any(is_folder) {
            let message = "--account and --region are for a folder of PEM files, and no --key-ring is one: leave them out";
            return Err(Failure::misuse(message.to_owned()));
        }
        Ok(Rings {
            public: self.ring(self.key_ring.as_ref())?,
            playback: self.ring(self.playback_key_ring.as_ref())?,
        })
    }

    /// Whether a ring is given.
    pub(crate) fn is_given(&self) -> bool {
        self.key_ring.is_some() || self.playback_key_ring.is_some()
    }

    /// Whether a ring of each kind is given.
    pub(crate) fn is_of_both_kinds(&self) -> bool {
        self.key_ring.is_some() && self.playback_key_ring.is_some()
    }

    /// The flags that may read standard input.
    pub(crate) fn sources(&self) -> [(&'static str, Option<&Source>); 2] {
        [("--key-ring", self.key_ring.as_ref()), ("--playback-key-ring", self.playback_key_ring.as_ref())]
    }

    fn ring<A: KeyArn>(&self, source: Option<&Source>) -> Result<Option<KeyRing<A>>, Failure> {
        let Some(source) = source else { return Ok(None) };
        let keys = match source {
            Source::File(path) if path.is_dir() => self.folder(source, path)?,
            _ => file(source)?,
        };
        let ring = KeyRing::with_limit(KeySet::<A>::MAX_KEYS);
        // For one token, preparing would take longer than it saves.
        ring.set_prepared_limit(0);
        ring.import_all(keys).map_err(|error| Failure::coded(error.code(), format!("{source}: {error}")))?;
        Ok(Some(ring))
    }

    fn folder<A: KeyArn>(&self, source: &Source, path: &Path) -> Result<KeySet<A>, Failure> {
        let (Some(account), Some(region)) = (&self.account, &self.region) else {
            return Err(Failure::misuse(format!(
                "{source} is a folder: give --account and --region too: with the names of the files they make the ARNs of \
                 the keys"
            )));
        };
        KeySet::from_folder(path, region, account).map_err(|error| match error {
            // These name the file by themselves.
            KeySetError::Entry { .. } | KeySetError::Repeated { .. } | KeySetError::Read { .. } => {
                Failure::coded(error.code(), error.to_string())
            }
            _ => failure(source, &error),
        })
    }

    fn has_home(&self) -> bool {
        self.account.is_some() || self.region.is_some()
    }
}

/// What was read.
pub(crate) struct Rings {
    pub(crate) public: Option<KeyRing<PublicKeyArn>>,
    pub(crate) playback: Option<KeyRing<PlaybackKeyArn>>,
}

impl Rings {
    pub(crate) fn is_none(&self) -> bool {
        self.public.is_none() && self.playback.is_none()
    }
}

fn file<A: KeyArn>(source: &Source) -> Result<KeySet<A>, Failure> {
    let bytes = source.read("a set of keys", KeySet::<A>::MAX_LEN)?;
    KeySet::from_any(&*bytes).map_err(|error| match error {
        KeySetError::Json(_) if is_public_pem(&bytes) => Failure::coded(
            error.code(),
            format!("{source}: this is one PEM key: give it with --public-key, and with --kid its ARN"),
        ),
        error => failure(source, &error),
    })
}

fn is_public_pem(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("-----BEGIN PUBLIC KEY-----")
}

fn is_folder(source: &Source) -> bool {
    matches!(source, Source::File(path) if path.is_dir())
}

fn failure(source: &Source, error: &KeySetError) -> Failure {
    Failure::coded(error.code(), format!("{source}: {error}"))
}
