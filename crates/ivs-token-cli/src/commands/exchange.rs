use clap::Args;
use ivs_token::{
    Capabilities, Capability, Exchange, ParticipantDuration, PublicKeyArn, TokenKind, UserId, Verifier,
};

use super::verify;
use super::verify::Wanted;
use crate::args::{KidArgs, PrivateKeyArgs};
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::keys::Material;
use crate::signers::{self, SignCommandArgs};
use crate::{minted, output, values};

/// Mints a token that IVS accepts in exchange for an old one: the same participant, with other rights, attributes or user
/// ID, without leaving the stage. The old token is verified first.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ExchangeArgs {
    /// The old token; `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    token: Source,

    #[command(flatten)]
    key: PrivateKeyArgs,

    #[command(flatten)]
    kid: KidArgs,

    /// The public key of the old token, if another key signed it
    #[arg(long, value_name = "FILE", requires = "old_kid", help_heading = "Key")]
    old_public_key: Option<Source>,

    /// The ARN of that key
    #[arg(long, value_name = "ARN", requires = "old_public_key", help_heading = "Key")]
    old_kid: Option<PublicKeyArn>,

    /// Another name for the participant: at most 128 characters, seen by everyone on the stage
    #[arg(long, value_name = "TEXT", value_parser = values::user_id, help_heading = "Changes")]
    user_id: Option<UserId>,

    /// An attribute to add or to replace; repeat it for more, at most 1024 bytes together
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = values::attribute, help_heading = "Changes")]
    attributes: Vec<(String, String)>,

    /// The name of an attribute to remove; repeat it for more
    #[arg(long = "remove-attribute", value_name = "NAME", help_heading = "Changes")]
    removed: Vec<String>,

    /// What the participant may do from now on, in place of what the old token says: PUBLISH or SUBSCRIBE
    #[arg(
        long = "capability",
        value_name = "NAME",
        value_parser = values::capability,
        value_delimiter = ',',
        help_heading = "Changes"
    )]
    capabilities: Vec<Capability>,

    /// How long the new token lasts from now, from 1s to 14d; by default it ends when the old one does
    #[arg(long, value_name = "DURATION", value_parser = values::token_duration, help_heading = "Changes")]
    duration: Option<ParticipantDuration>,

    #[command(flatten)]
    elsewhere: SignCommandArgs,
}

const EXAMPLES: &str = "\
What you do not change stays the same, including the end of the token. With --json, the output has the form of the CreateParticipantToken API. A token \
from the CreateParticipantToken API cannot be exchanged.

Examples:
  ivs-token exchange --key private.pem --kid ARN --capability PUBLISH,SUBSCRIBE < token > new-token
  ivs-token exchange --key new.pem --kid NEW-ARN --old-public-key old.pem --old-kid OLD-ARN < token";

pub(crate) fn run(args: &ExchangeArgs, json: bool) -> Result<(), Failure> {
    let [key, passphrase] = args.key.sources();
    let old_key = ("--old-public-key", args.old_public_key.as_ref());
    input::one_stdin(&[("the token", Some(&args.token)), key, passphrase, old_key, args.elsewhere.source()])?;
    let (kid, public_key, key) = if args.elsewhere.is_given() {
        (args.kid.read()?, args.elsewhere.public_key()?, None)
    } else {
        args.key.check()?;
        let key = args.key.read_named(&args.kid)?;
        (
            key.id().cloned().ok_or_else(|| Failure::misuse("the key has no ARN"))?,
            key.verifying_key().clone(),
            Some(key),
        )
    };
    // For one token, preparing a key would take longer than it saves.
    let mut builder = Verifier::builder().key(kid.clone(), public_key).prepared_limit(0);
    if let (Some(source), Some(kid)) = (&args.old_public_key, &args.old_kid) {
        builder = builder.key(kid.clone(), Material::from_source(source)?.public()?);
    }
    let verifier = builder.build().map_err(|error| Failure::misuse(error.to_string()))?;
    let text = verify::read_token(&args.token)?;
    let wanted = Wanted {
        kind: TokenKind::Participant,
        wish: "an exchange is".to_owned(),
        undo: "mint a new one instead".to_owned(),
    };
    let exchange =
        verifier.exchange(&text).map_err(|error| verify::refused_as(&error, &text, Some(&wanted)))?;
    let exchange = args.change(exchange)?;
    let minted = match key {
        Some(key) => exchange.mint(&key),
        None if args.elsewhere.unsigned => {
            let unsigned = exchange.unsigned(&kid).map_err(|error| minted::failure(&error))?;
            return signers::print_unsigned(unsigned.signing_input(), &unsigned.digest(), json);
        }
        None => exchange.mint_with(&args.elsewhere.signer(Some(kid))?),
    };
    let token = minted.map_err(|error| minted::failure(&error))?;
    let mut line = Vec::new();
    minted::write(&mut line, &token, json)?;
    output::bytes(&line)
}

impl ExchangeArgs {
    fn change(&self, mut exchange: Exchange) -> Result<Exchange, Failure> {
        if let Some(duration) = self.duration {
            exchange = exchange.duration(duration);
        }
        if let Some(user_id) = &self.user_id {
            exchange = exchange.user_id(user_id.clone());
        }
        for name in &self.removed {
            exchange = exchange.without_attribute(name);
        }
        for (name, value) in values::attributes(&self.attributes)?.iter() {
            exchange = exchange.attribute(name, value);
        }
        if !self.capabilities.is_empty() {
            exchange = exchange.capabilities(self.capabilities.iter().copied().collect::<Capabilities>());
        }
        Ok(exchange)
    }
}
