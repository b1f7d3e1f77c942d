use std::io::{self, IsTerminal};

use clap::{Args, ValueEnum};
use ivs_token::VerifyingKey;

use super::description::Description;
use crate::args::PrivateKeyArgs;
use crate::failure::Failure;
use crate::input;
use crate::keys::AnyKey;
use crate::output;
use crate::target::{Draft, Readers, Target};

/// Prints the public half of a key, for ImportPublicKey and for verifiers.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct PublicArgs {
    #[command(flatten)]
    key: PrivateKeyArgs,

    /// Where the public key goes; `-` for standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    out: Target,

    /// The form of the public key
    #[arg(long, value_enum, default_value_t = PublicForm::Pem)]
    form: PublicForm,

    /// Replace an existing file
    #[arg(long)]
    force: bool,
}

const EXAMPLES: &str = "\
The key may also be a public key, to change its form.

Examples:
  ivs-token key public --key private.pem --out public.pem
  ivs-token key public --key - --form jwk < private.pem";

/// The forms of a public key.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum PublicForm {
    /// `PUBLIC KEY`, what ImportPublicKey takes
    Pem,
    /// The same in binary (SPKI)
    Der,
    /// JSON (RFC 7517)
    Jwk,
}

pub(super) fn run(args: &PublicArgs, json: bool) -> Result<(), Failure> {
    input::one_stdin(&args.key.sources())?;
    let key = args.key.material()?.any(args.key.passphrase()?.as_ref().map(|bytes| bytes.as_slice()))?;
    if let AnyKey::Public(_) = key {
        output::word("The key given is a public key already.");
    }
    let key = key.verifying_key();
    if let Target::File(path) = &args.out {
        Draft::new(path, &in_form(key, args.form), Readers::Everyone, args.force)?.keep()?;
        output::word(&format!("Wrote the public key to {}.", input::shown(path)));
    }
    match &args.out {
        _ if json => output::json(&Description::of("public", key)),
        Target::File(_) => Ok(()),
        Target::Stdout if matches!(args.form, PublicForm::Der) && io::stdout().is_terminal() => {
            Err(Failure::misuse("DER is binary and not for a terminal: give --out FILE"))
        }
        Target::Stdout => output::bytes(&in_form(key, args.form)),
    }
}

fn in_form(key: &VerifyingKey, form: PublicForm) -> Vec<u8> {
    match form {
        PublicForm::Pem => key.to_spki_pem().into_bytes(),
        PublicForm::Der => key.to_spki_der(),
        PublicForm::Jwk => (key.to_jwk() + "\n").into_bytes(),
    }
}
