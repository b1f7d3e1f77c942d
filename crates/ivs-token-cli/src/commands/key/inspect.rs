use clap::Args;

use super::description::Description;
use crate::args::PrivateKeyArgs;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::keys::{self, AnyKey, Material};
use crate::output;

/// Says what a key is: private or public, its curve, its fingerprints. Never shows anything private.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct InspectKeyArgs {
    /// The key, private or public; the same as --key
    #[arg(value_name = "FILE", conflicts_with = "key")]
    file: Option<Source>,

    #[command(flatten)]
    key: PrivateKeyArgs,
}

const EXAMPLES: &str = "\
The key may be private or public, in any form. Without a file, it is read from IVS_TOKEN_PRIVATE_KEY, or else from \
IVS_TOKEN_PUBLIC_KEY. Two keys belong together if their fingerprints are the same. GetPublicKey shows a different \
fingerprint.

Examples:
  ivs-token key inspect private.pem
  ivs-token key inspect - --json < public.pem";

pub(super) fn run(args: &InspectKeyArgs, json: bool) -> Result<(), Failure> {
    let [key, passphrase] = args.key.sources();
    input::one_stdin(&[("FILE", args.file.as_ref()), key, passphrase])?;
    let key = material(args)?.any(args.key.passphrase()?.as_ref().map(|bytes| bytes.as_slice()))?;
    let kind = match key {
        AnyKey::Private(_) => "private",
        AnyKey::Public(_) => "public",
    };
    let description = Description::of(kind, key.verifying_key());
    if json { output::json(&description) } else { output::line(&description.table()) }
}

fn material(args: &InspectKeyArgs) -> Result<Material, Failure> {
    if let Some(source) = args.file.as_ref().or(args.key.key.as_ref()) {
        return Material::from_source(source);
    }
    [keys::PRIVATE_KEY, keys::PUBLIC_KEY].into_iter().find_map(Material::from_variable).ok_or_else(|| {
        Failure::misuse(format!(
            "there is no key: give its file, `-` for standard input, or the key itself in {} or {}",
            keys::PRIVATE_KEY,
            keys::PUBLIC_KEY
        ))
    })
}
