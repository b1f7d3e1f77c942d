//! Flags that several commands share, and the environment variables that stand in for them.

use std::str::FromStr;

use clap::Args;
use ivs_token::es384;
use ivs_token::{ArnError, PlaybackKeyArn, PublicKeyArn, SigningKey, Stage, StageArn};

use crate::failure::Failure;
use crate::input::{self, Source};
use crate::keys::{self, Material};

pub(crate) const KID: &str = "IVS_TOKEN_KID";
pub(crate) const STAGE_ARN: &str = "IVS_TOKEN_STAGE_ARN";
const WHIP_URL: &str = "IVS_TOKEN_WHIP_URL";
const EVENTS_URL: &str = "IVS_TOKEN_EVENTS_URL";

/// Where the private key is.
#[derive(Args, Debug)]
#[command(next_help_heading = "Key")]
pub(crate) struct PrivateKeyArgs {
    /// The private key: PEM, DER or JWK; `-` for standard input [env: IVS_TOKEN_PRIVATE_KEY, the key itself]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<Source>,

    /// A file with the passphrase of an encrypted key [env: IVS_TOKEN_PASSPHRASE, the passphrase itself]
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<Source>,
}

impl PrivateKeyArgs {
    /// The private key, from the flag or the variable.
    pub(crate) fn read(&self) -> Result<es384::SigningKey, Failure> {
        let material = self.material()?;
        let passphrase = self.passphrase()?;
        material.private(passphrase.as_ref().map(|bytes| bytes.as_slice()))
    }

    /// The private key and its ARN: that of the flag or the variable, or otherwise the `kid` of a JWK.
    pub(crate) fn read_named(&self, kid: &KidArgs) -> Result<SigningKey, Failure> {
        let material = self.material()?;
        let passphrase = self.passphrase()?;
        let key = material.private(passphrase.as_ref().map(|bytes| bytes.as_slice()))?;
        let of_jwk = || material.kid().and_then(|kid| kid.parse().ok());
        let kid = kid.given()?.or_else(of_jwk).ok_or_else(no_kid)?;
        Ok(SigningKey::from(key).with_id(kid))
    }

    /// The key's bytes, from the flag or the variable.
    pub(crate) fn material(&self) -> Result<Material, Failure> {
        match &self.key {
            Some(source) => Material::from_source(source),
            None => Material::from_variable(keys::PRIVATE_KEY).ok_or_else(no_private_key),
        }
    }

    /// The passphrase, from the flag or the variable.
    pub(crate) fn passphrase(&self) -> Result<Option<zeroize::Zeroizing<Vec<u8>>>, Failure> {
        keys::passphrase(self.passphrase_file.as_ref())
    }

    /// That there is a private key at all, before anything is read.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.key.is_some() || input::variable(keys::PRIVATE_KEY).is_some() {
            return Ok(());
        }
        Err(no_private_key())
    }

    /// The flags that may read standard input.
    pub(crate) fn sources(&self) -> [(&'static str, Option<&Source>); 2] {
        [("--key", self.key.as_ref()), ("--passphrase-file", self.passphrase_file.as_ref())]
    }
}

fn no_private_key() -> Failure {
    Failure::misuse(format!(
        "there is no private key: give --key FILE, --key - for standard input, or the key itself in {}",
        keys::PRIVATE_KEY
    ))
}

/// The name of a key.
#[derive(Args, Debug)]
#[command(next_help_heading = "Key")]
pub(crate) struct KidArgs {
    /// The ARN that ImportPublicKey returned for the public key; by default, the `kid` of a JWK [env: IVS_TOKEN_KID]
    #[arg(long, value_name = "ARN")]
    kid: Option<PublicKeyArn>,
}

impl KidArgs {
    /// The ARN, from the flag or the variable.
    pub(crate) fn read(&self) -> Result<PublicKeyArn, Failure> {
        self.given()?.ok_or_else(no_kid)
    }

    fn given(&self) -> Result<Option<PublicKeyArn>, Failure> {
        match &self.kid {
            Some(kid) => Ok(Some(kid.clone())),
            None => kid_variable(),
        }
    }
}

fn no_kid() -> Failure {
    Failure::misuse(format!(
        "there is no key ARN: give --kid ARN or {KID}, with the ARN that `aws ivs-realtime import-public-key` returned"
    ))
}

/// The name of a key of whichever kind: a public key, or the public half of a playback key pair.
#[derive(Clone, Debug)]
pub(crate) enum AnyKid {
    /// It verifies participant and connection tokens.
    Public(PublicKeyArn),
    /// It verifies playback tokens.
    Playback(PlaybackKeyArn),
}

impl FromStr for AnyKid {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        if text.contains(":playback-key/") {
            text.parse().map(Self::Playback)
        } else {
            text.parse().map(Self::Public)
        }
    }
}

/// The ARN in the variable, if that is set.
pub(crate) fn kid_variable<T: FromStr<Err: std::fmt::Display>>() -> Result<Option<T>, Failure> {
    parsed_variable(KID)
}

/// Where the stage is described.
#[derive(Args, Debug)]
#[command(next_help_heading = "Stage")]
pub(crate) struct StageArgs {
    /// The stage's ARN [env: IVS_TOKEN_STAGE_ARN]
    #[arg(long, value_name = "ARN")]
    stage_arn: Option<StageArn>,

    /// The stage's `endpoints.whip` [env: IVS_TOKEN_WHIP_URL]
    #[arg(long, value_name = "URL")]
    whip_url: Option<String>,

    /// The stage's `endpoints.events`, if not the usual one [env: IVS_TOKEN_EVENTS_URL]
    #[arg(long, value_name = "URL")]
    events_url: Option<String>,

    /// The output of `aws ivs-realtime get-stage`, in place of the three options above; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["stage_arn", "whip_url", "events_url"])]
    pub(crate) stage_json: Option<Source>,
}

impl StageArgs {
    /// The stage, if a flag names it. The variables alone do not: they are there for participant tokens.
    pub(crate) fn read_given(&self) -> Result<Option<Stage>, Failure> {
        let is_given = self.stage_arn.is_some()
            || self.whip_url.is_some()
            || self.events_url.is_some()
            || self.stage_json.is_some();
        is_given.then(|| self.read()).transpose()
    }

    /// The stage, from `--stage-json`, or from the other flags and the variables.
    pub(crate) fn read(&self) -> Result<Stage, Failure> {
        if let Some(source) = &self.stage_json {
            let json = source.read("a stage", 1 << 20)?;
            return Stage::from_json(&*json)
                .map_err(|error| Failure::coded(error.code(), format!("{source}: {error}")));
        }
        let arn = match &self.stage_arn {
            Some(arn) => Some(arn.clone()),
            None => stage_arn_variable()?,
        };
        let whip_url = given_or(self.whip_url.as_ref(), WHIP_URL)?;
        let events_url = given_or(self.events_url.as_ref(), EVENTS_URL)?;
        let (Some(arn), Some(whip_url)) = (&arn, whip_url) else {
            if arn.is_some() {
                return Err(Failure::misuse(format!(
                    "the stage's WHIP URL is not known: give --whip-url or {WHIP_URL}, with `endpoints.whip` of what `aws \
                     ivs-realtime get-stage` prints"
                )));
            }
            return Err(Failure::misuse(format!(
                "the stage is not known: give --stage-arn and --whip-url, or {STAGE_ARN} and {WHIP_URL}, or \
                 --stage-json with what `aws ivs-realtime get-stage` prints"
            )));
        };
        match events_url {
            Some(events_url) => Stage::with_endpoints(arn.clone(), whip_url, events_url),
            None => Stage::new(arn.clone(), whip_url),
        }
        .map_err(|error| Failure::misuse(error.to_string()))
    }
}

/// The stage's ARN in the variable, if that is set.
pub(crate) fn stage_arn_variable() -> Result<Option<StageArn>, Failure> {
    parsed_variable(STAGE_ARN)
}

fn given_or(flag: Option<&String>, variable: &str) -> Result<Option<String>, Failure> {
    match flag {
        Some(value) => Ok(Some(value.clone())),
        None => input::text_variable(variable),
    }
}

fn parsed_variable<T: FromStr<Err: std::fmt::Display>>(name: &str) -> Result<Option<T>, Failure> {
    let Some(text) = input::text_variable(name)? else { return Ok(None) };
    text.parse().map(Some).map_err(|error| Failure::misuse(format!("{name}: {error}")))
}
