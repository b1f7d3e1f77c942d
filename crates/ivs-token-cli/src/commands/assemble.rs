use clap::Args;
use ivs_token::assemble;
use serde_json::json;

use crate::failure::Failure;
use crate::input::{self, Source};
use crate::keys::{self, Material};
use crate::{minted, output, signers};

/// Completes a token that `--unsigned` printed, with a signature that was made elsewhere. The signature is checked.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct AssembleArgs {
    /// What was signed; `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    signing_input: Source,

    /// The signature: DER, or r and s in 96 bytes, either of them raw, in base64 or in hex
    #[arg(long, value_name = "FILE")]
    signature: Source,

    /// The public half of the key that signed [env: IVS_TOKEN_PUBLIC_KEY, the key itself]
    #[arg(long, value_name = "FILE")]
    public_key: Option<Source>,
}

const EXAMPLES: &str = "\
Examples:
  ivs-token mint --unsigned --kid ARN --stage-json stage.json --user-id ana > input
  openssl dgst -sha384 -sign private.pem -out signature input
  ivs-token assemble --public-key public.pem --signature signature input
  aws kms sign --key-id alias/ivs-tokens --message fileb://input --message-type RAW \\
    --signing-algorithm ECDSA_SHA_384 --query Signature --output text > signature";

/// More than any signing input or signature has.
const MAX_LEN: usize = 64 * 1024;

pub(crate) fn run(args: &AssembleArgs, json: bool) -> Result<(), Failure> {
    let (input_flag, signature_flag) = ("what was signed", "--signature");
    input::one_stdin(&[
        (input_flag, Some(&args.signing_input)),
        (signature_flag, Some(&args.signature)),
        ("--public-key", args.public_key.as_ref()),
    ])?;
    let material = match &args.public_key {
        Some(source) => Some(Material::from_source(source)?),
        None => Material::from_variable(keys::PUBLIC_KEY),
    };
    let missing = || {
        Failure::misuse(
            "there is no public key: give --public-key FILE, the public half of the key that signed",
        )
    };
    let key = material.ok_or_else(missing)?.public()?;
    let bytes = args.signing_input.read("what was signed", MAX_LEN)?;
    let text = String::from_utf8_lossy(&bytes);
    let signature = args.signature.read("a signature", MAX_LEN)?;
    // An editor ends a file with a line break; nothing that is signed does.
    let token = assemble(text.trim_end_matches(['\n', '\r']), signers::decoded(&signature), &key)
        .map_err(|error| minted::failure(&error))?;
    if json { output::json(&json!({ "token": token })) } else { output::line(&token) }
}
