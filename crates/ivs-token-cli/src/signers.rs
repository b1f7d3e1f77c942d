//! Private keys that sign elsewhere: a command that signs, and what is to be signed, printed.

use std::io::Write;
use std::num::NonZeroUsize;
use std::process::{Command, Stdio};

use clap::Args;
use ivs_token::{PublicKeyArn, Signer, SignerError, SigningInput, VerifyingKey};
use serde_json::json;

use crate::failure::Failure;
use crate::input::{self, Source};
use crate::keys::{self, Material};
use crate::output;

/// Where a private key signs that is not at hand.
#[derive(Args, Debug)]
#[command(next_help_heading = "A key that signs elsewhere")]
pub(crate) struct SignCommandArgs {
    /// Print the signing input instead of a token
    #[arg(long, conflicts_with_all = ["key", "sign_command"])]
    pub(crate) unsigned: bool,

    /// A shell command that signs. It reads the signing input on standard input, and prints the signature as DER or as r and s
    /// in 96 bytes; either form may be raw, base64 or hex
    #[arg(long, value_name = "COMMAND", conflicts_with = "key", requires = "public_key")]
    sign_command: Option<String>,

    /// The public half of the key that signs, to check each signature with [env: IVS_TOKEN_PUBLIC_KEY, the key itself]
    #[arg(long, value_name = "FILE")]
    public_key: Option<Source>,

    /// How many commands sign at once in a batch
    #[arg(long, value_name = "NUMBER", default_value = "8", requires = "sign_command")]
    sign_concurrency: NonZeroUsize,
}

impl SignCommandArgs {
    /// Whether no private key is at hand.
    pub(crate) fn is_given(&self) -> bool {
        self.unsigned || self.sign_command.is_some()
    }

    /// The flag that may read standard input.
    pub(crate) fn source(&self) -> (&'static str, Option<&Source>) {
        ("--public-key", self.public_key.as_ref())
    }

    /// The public half of the key that signs.
    pub(crate) fn public_key(&self) -> Result<VerifyingKey, Failure> {
        let material = match &self.public_key {
            Some(source) => Some(Material::from_source(source)?),
            None => Material::from_variable(keys::PUBLIC_KEY),
        };
        let missing = || {
            Failure::misuse(
                "there is no public key: give --public-key FILE, the public half of the key that signs",
            )
        };
        material.ok_or_else(missing)?.public()
    }

    /// The signer that `--sign-command` describes.
    pub(crate) fn signer(&self, kid: Option<PublicKeyArn>) -> Result<CommandSigner, Failure> {
        Ok(CommandSigner {
            command: self.sign_command.clone().unwrap_or_default(),
            kid,
            public_key: self.public_key()?,
            concurrency: self.sign_concurrency,
        })
    }
}

/// Signs by running a command.
pub(crate) struct CommandSigner {
    command: String,
    kid: Option<PublicKeyArn>,
    public_key: VerifyingKey,
    pub(crate) concurrency: NonZeroUsize,
}

impl Signer for CommandSigner {
    fn kid(&self) -> Option<&PublicKeyArn> {
        self.kid.as_ref()
    }

    fn verifying_key(&self) -> &VerifyingKey {
        &self.public_key
    }

    fn sign(&self, input: SigningInput<'_>) -> Result<Vec<u8>, SignerError> {
        let mut child = shell(&self.command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                SignerError::new(format_args!("the command did not start: {}", input::reason(&error)))
            })?;
        if let Some(mut stdin) = child.stdin.take() {
            // A command that does not read its input fails by itself, or signs something else, which is noticed.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().map_err(SignerError::new)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("without a word");
            return Err(SignerError::new(format_args!("the command ended with {}: {last}", output.status)));
        }
        Ok(decoded(&output.stdout))
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    shell.args(["/C", command]);
    shell
}

/// A signature out of hex or base64, or as it is.
pub(crate) fn decoded(bytes: &[u8]) -> Vec<u8> {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    let is_text = bytes.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    let text: String =
        bytes.iter().filter(|byte| !byte.is_ascii_whitespace()).map(|byte| char::from(*byte)).collect();
    // The shortest of the three that is a signature has 128 characters.
    if !is_text || text.len() < 100 {
        return bytes.to_vec();
    }
    let is_hex = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && text.len() >= 180 {
        let pairs =
            (0..text.len()).step_by(2).filter_map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok());
        return pairs.collect();
    }
    STANDARD.decode(&text).or_else(|_| URL_SAFE_NO_PAD.decode(&text)).unwrap_or_else(|_| bytes.to_vec())
}

/// What is to be signed; with JSON, its digest beside it.
pub(crate) fn print_unsigned(signing_input: &str, digest: &[u8; 48], json: bool) -> Result<(), Failure> {
    if !json {
        // Without a line break: this is what is signed, to the byte.
        return output::bytes(signing_input.as_bytes());
    }
    let hex: String = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    output::json(&json!({ "signingInput": signing_input, "sha384": hex }))
}
