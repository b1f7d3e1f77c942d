use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ivs_token::es384::SigningKey;
use serde::Serialize;
use zeroize::Zeroizing;

use super::description::Description;
use crate::failure::Failure;
use crate::input::{self, Source};
use crate::keys;
use crate::output;
use crate::target::{Draft, Readers, Target};

/// Makes a new key pair.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct GenerateArgs {
    /// Where the private key goes, readable by you alone; `-` prints it
    #[arg(long, value_name = "FILE")]
    out: Target,

    /// Where the public key goes, as PEM for ImportPublicKey; `-` prints it
    #[arg(long, value_name = "FILE")]
    public_out: Option<Target>,

    /// The form of the private key
    #[arg(long, value_enum, default_value_t = PrivateForm::Pkcs8)]
    form: PrivateForm,

    /// Encrypt the private key with the passphrase in this file [env: IVS_TOKEN_PASSPHRASE, the passphrase itself]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<Source>,

    /// Replace existing files
    #[arg(long)]
    force: bool,
}

const EXAMPLES: &str = "\
The private key file is written in one step, with mode 0600. It replaces an existing file only with --force.

Examples:
  ivs-token key generate --out private.pem --public-out public.pem
  ivs-token key generate --out private.pem --passphrase-file passphrase.txt
  ivs-token key generate --out - | vault kv put secret/ivs key=-";

/// The forms of a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrivateForm {
    /// `EC PRIVATE KEY`, as AWS's OpenSSL commands write it
    Sec1,
    /// `PRIVATE KEY`, as the IVS console gives it; the only form that can be encrypted
    Pkcs8,
    /// JSON (RFC 7517)
    Jwk,
}

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Generated<'a> {
    #[serde(flatten)]
    description: Description,
    /// Where the private key was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key_file: Option<&'a Path>,
    /// Where the public key was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key_file: Option<&'a Path>,
    /// The private key itself, only with `--out -`.
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<&'a str>,
}

pub(super) fn run(args: &GenerateArgs, json: bool) -> Result<(), Failure> {
    check_targets(args, json)?;
    let passphrase = keys::passphrase(args.passphrase_file.as_ref())?;
    let key = SigningKey::generate().map_err(|error| Failure::coded(error.code(), error.to_string()))?;
    let private = in_form(&key, args.form, passphrase.as_ref().map(|bytes| bytes.as_slice()))?;
    let public = key.verifying_key().to_spki_pem();

    // Both are written before either gets its name, so that a full disk leaves neither.
    let (private_file, public_file) = (file(Some(&args.out)), file(args.public_out.as_ref()));
    let draft = |path: Option<&PathBuf>, text: &str, readers| {
        path.map(|path| Draft::new(path, text.as_bytes(), readers, args.force)).transpose()
    };
    let private_draft = draft(private_file, &private, Readers::Owner)?;
    let public_draft = draft(public_file, &public, Readers::Everyone)?;
    for draft in private_draft.into_iter().chain(public_draft) {
        draft.keep()?;
    }

    say_what_next(private_file, args.public_out.as_ref(), passphrase.is_some());
    if json {
        return output::json(&Generated {
            description: Description::of("private", key.verifying_key()),
            private_key_file: private_file.map(PathBuf::as_path),
            public_key_file: public_file.map(PathBuf::as_path),
            private_key: (args.out == Target::Stdout).then_some(private.as_str()),
        });
    }
    if args.out == Target::Stdout {
        output::bytes(private.as_bytes())?;
    }
    if args.public_out == Some(Target::Stdout) {
        output::bytes(public.as_bytes())?;
    }
    Ok(())
}

fn check_targets(args: &GenerateArgs, json: bool) -> Result<(), Failure> {
    let Some(public_out) = &args.public_out else { return Ok(()) };
    match (&args.out, public_out) {
        (Target::Stdout, Target::Stdout) if !json => Err(Failure::misuse(
            "--out and --public-out both print to standard output, where nothing would tell the keys apart: give a \
             file for one of them, or --json",
        )),
        (Target::File(private), Target::File(public)) if same_place(private, public) => {
            Err(Failure::misuse("--out and --public-out name the same file: give each its own"))
        }
        _ => Ok(()),
    }
}

fn same_place(one: &Path, other: &Path) -> bool {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute(one) == absolute(other)
}

fn in_form(
    key: &SigningKey,
    form: PrivateForm,
    passphrase: Option<&[u8]>,
) -> Result<Zeroizing<String>, Failure> {
    let Some(passphrase) = passphrase else {
        return Ok(match form {
            PrivateForm::Sec1 => key.to_sec1_pem(),
            PrivateForm::Pkcs8 => key.to_pkcs8_pem(),
            PrivateForm::Jwk => {
                // Room for the line break, so that no copy is left behind.
                let jwk = key.to_jwk();
                let mut line = Zeroizing::new(String::with_capacity(jwk.len() + 1));
                line.push_str(&jwk);
                line.push('\n');
                line
            }
        });
    };
    if form != PrivateForm::Pkcs8 {
        return Err(Failure::misuse(format!(
            "only the form pkcs8 can be encrypted: leave out --form, or the passphrase (--passphrase-file or {})",
            keys::PASSPHRASE
        )));
    }
    key.to_encrypted_pkcs8_pem(passphrase)
        .map(Zeroizing::new)
        .map_err(|error| Failure::coded(error.code(), error.to_string()))
}

fn file(target: Option<&Target>) -> Option<&PathBuf> {
    match target {
        Some(Target::File(path)) => Some(path),
        Some(Target::Stdout) | None => None,
    }
}

fn say_what_next(private_file: Option<&PathBuf>, public_out: Option<&Target>, encrypted: bool) {
    let mut words = Vec::new();
    if let Some(path) = private_file {
        let how = if encrypted { ", encrypted" } else { "" };
        words.push(format!("Wrote the private key to {}{how}: keep it secret.", input::shown(path)));
    }
    if let Some(path) = file(public_out) {
        words.push(format!("Wrote the public key to {}.", input::shown(path)));
    }
    let public_file = file(public_out).map_or_else(|| "public.pem".to_owned(), |path| quoted(path));
    if !words.is_empty() {
        words.push(String::new());
    }
    words.push("Next, register the public key in the region of your stages:".to_owned());
    if public_out.is_none() {
        let private_file = private_file.map_or_else(|| "private.pem".to_owned(), |path| quoted(path));
        words.push(format!("  ivs-token key public --key {private_file} --out public.pem"));
    }
    words.push(format!("  aws ivs-realtime import-public-key --public-key-material file://{public_file}"));
    words.push("The ARN it answers is the --kid of `ivs-token mint`.".to_owned());
    words.push("Or, for playback tokens, in the region of your channels:".to_owned());
    words.push(format!("  aws ivs import-playback-key-pair --public-key-material file://{public_file}"));
    words.push(
        "The ARN it answers is the --kid of `ivs-token verify`; `mint playback` needs none.".to_owned(),
    );
    output::word(&words.join("\n"));
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = input::shown(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./+=:,@%".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
