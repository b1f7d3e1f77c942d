//! Many public keys at once, from one place.

use std::path::Path;

use clap::Args;
use ivs_token::{KeyRing, KeySet, KeySetError, PublicKeyArn};

use crate::exit::Failure;
use crate::input::Source;

/// Where the public keys are that tokens may name.
#[derive(Args, Debug)]
#[command(next_help_heading = "Key")]
pub(crate) struct KeyRingArgs {
    /// Many public keys with their ARNs, in place of --public-key and --kid: what `aws ivs-realtime get-public-key` printed,
    /// once or several times; a JWK set; or a folder of PEM files named by key ID; `-` for standard input
    #[arg(long, value_name = "PATH", conflicts_with_all = ["public_key", "kid"])]
    key_ring: Option<Source>,

    /// The account of the keys in a folder
    #[arg(long, value_name = "ID", requires = "key_ring")]
    account: Option<String>,

    /// The region of the keys in a folder
    #[arg(long, value_name = "NAME", requires = "key_ring")]
    region: Option<String>,
}

impl KeyRingArgs {
    /// The ring, if one is given.
    pub(crate) fn read(&self) -> Result<Option<KeyRing>, Failure> {
        let Some(source) = &self.key_ring else { return Ok(None) };
        let keys = match source {
            Source::File(path) if path.is_dir() => self.folder(source, path)?,
            _ => self.file(source)?,
        };
        let ring = KeyRing::with_limit(KeySet::<PublicKeyArn>::MAX_KEYS);
        ring.import_all(keys).map_err(|error| Failure::coded(error.code(), format!("{source}: {error}")))?;
        Ok(Some(ring))
    }

    /// The flag that may read standard input.
    pub(crate) fn source(&self) -> (&'static str, Option<&Source>) {
        ("--key-ring", self.key_ring.as_ref())
    }

    fn folder(&self, source: &Source, path: &Path) -> Result<KeySet, Failure> {
        let (Some(account), Some(region)) = (&self.account, &self.region) else {
            return Err(Failure::misuse(format!(
                "{source} is a folder: give --account and --region too, which with the names of the files make the ARNs of \
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

    fn file(&self, source: &Source) -> Result<KeySet, Failure> {
        if self.account.is_some() || self.region.is_some() {
            return Err(Failure::misuse(format!(
                "--account and --region are for a folder of PEM files, and {source} is none: leave them out"
            )));
        }
        let bytes = source.read("a set of keys", KeySet::<PublicKeyArn>::MAX_LEN)?;
        KeySet::from_any(&*bytes).map_err(|error| failure(source, &error))
    }
}

fn failure(source: &Source, error: &KeySetError) -> Failure {
    Failure::coded(error.code(), format!("{source}: {error}"))
}
