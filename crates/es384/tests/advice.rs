//! Each command that a message advises, taken out of the message and run on a key that provokes it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test stops where it fails")]

mod common;

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use common::{
    PBKDF2_PEM, PKCS8_PEM, SCALAR, SEC1_PEM, SEC1_WITHOUT_PUBLIC_DER, SPKI_DER, hex, openssl, pem, tlv,
};
use es384::{KeyError, SigningKey, VerifyingKey};

macro_rules! refused {
    ($name:literal) => {
        include_bytes!(concat!("keys/refused/", $name)).to_vec()
    };
}

/// What the key that is refused was wanted for, and what the advised command writes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Private,
    Public,
}
use Half::{Private, Public};

/// A command that a message advises.
struct Advice {
    /// What is refused.
    given: Vec<u8>,
    wanted: Half,
    /// Which of the message's commands, from 0.
    which: usize,
    command: &'static str,
    /// What the command would ask the terminal for.
    answers: &'static [&'static str],
    gives: Half,
}

impl Advice {
    fn new(given: Vec<u8>, half: Half, command: &'static str) -> Self {
        Self { given, wanted: half, which: 0, command, answers: &[], gives: half }
    }

    /// For a message with two commands.
    fn second(self) -> Self {
        Self { which: 1, ..self }
    }

    /// For a message that is about the other half.
    fn giving(self, gives: Half) -> Self {
        Self { gives, ..self }
    }

    fn answering(self, answers: &'static [&'static str]) -> Self {
        Self { answers, ..self }
    }

    fn error(&self) -> KeyError {
        match self.wanted {
            Private => SigningKey::from_any(&self.given, Some(b"secret")).unwrap_err(),
            Public => VerifyingKey::from_any(&self.given).unwrap_err(),
        }
    }
}

const OLD_AND_NEW: &[&str] = &["-passin", "pass:secret", "-passout", "pass:new"];

/// Every command of `src/error.rs`. `None` where a tool is missing that makes what is refused.
fn advised() -> Option<Vec<Advice>> {
    let make = "openssl ecparam -name secp384r1 -genkey -noout -out private.pem";
    let named = "openssl ec -in key.pem -param_enc named_curve -out named.pem";
    let anew = "openssl pkey -in key.pem -out new.pem";
    // A length in more bytes than it takes, and numbers of which a leading zero is left out or added.
    let public_length = [&[0x30, 0x81, SPKI_DER[1]], &SPKI_DER[2..]].concat();
    let private_length = [&[0x30, 0x81, SEC1_WITHOUT_PUBLIC_DER[1]], &SEC1_WITHOUT_PUBLIC_DER[2..]].concat();
    let number = hex(SCALAR);
    let sec1_of = |number: &[u8]| {
        let der = tlv(0x30, &[&[2, 1, 1], &tlv(4, &[number]), &SEC1_WITHOUT_PUBLIC_DER[55..]]);
        pem("EC PRIVATE KEY", &der).into_bytes()
    };
    let ssh = ssh_keys()?;
    let scheme = "openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out new.pem";
    let all = vec![
        Advice::new(refused!("prime256v1.pem"), Private, make),
        Advice::new(refused!("rsa-pkcs8.pem"), Private, make),
        Advice::new(refused!("explicit.pem"), Private, named),
        Advice::new(refused!("explicit-pkcs8.pem"), Private, named),
        Advice::new(
            refused!("explicit-public.pem"),
            Public,
            "openssl ec -pubin -in key.pem -param_enc named_curve -pubout -out named.pem",
        ),
        Advice::new(SEC1_PEM.into(), Public, "openssl pkey -in private.pem -pubout -out public.pem"),
        Advice::new(PBKDF2_PEM.into(), Public, "openssl pkey -in private.pem -pubout -out public.pem")
            .answering(&["-passin", "pass:correct horse"]),
        Advice::new(refused!("certificate.pem"), Private, "openssl x509 -in cert.pem -pubkey -noout")
            .giving(Public),
        Advice::new(refused!("request.pem"), Public, "openssl req -in request.pem -pubkey -noout"),
        Advice::new(pkcs12()?, Private, "openssl pkcs12 -in file.p12 -nocerts -out private.pem")
            .answering(OLD_AND_NEW),
        Advice::new(ssh.private, Private, "ssh-keygen -p -m PKCS8 -f key").answering(&["-P", "", "-N", ""]),
        Advice::new(ssh.certificate, Public, "ssh-keygen -e -m PKCS8 -f key.pub").second(),
        Advice::new(pem("EC PRIVATE KEY", &private_length).into(), Private, anew),
        Advice::new(
            pem("PUBLIC KEY", &public_length).into(),
            Public,
            "openssl pkey -pubin -in key.pem -pubout -out new.pem",
        )
        .second(),
        Advice::new(sec1_of(&number[..47]), Private, anew),
        Advice::new(sec1_of(&[&[0], &number[..]].concat()), Private, anew),
        Advice::new(
            refused!("legacy-encrypted.pem"),
            Private,
            "openssl pkcs8 -topk8 -in key.pem -out new.pem",
        )
        .answering(OLD_AND_NEW),
    ];
    let of_the_feature = if cfg!(feature = "encrypted-keys") {
        vec![
            Advice::new(refused!("camellia.pem"), Private, scheme).answering(OLD_AND_NEW),
            Advice::new(refused!("pbes1.pem"), Private, scheme).answering(OLD_AND_NEW),
            Advice::new(
                refused!("iterations.pem"),
                Private,
                "openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in key.pem -out new.pem",
            )
            .answering(OLD_AND_NEW),
        ]
    } else {
        vec![
            Advice::new(PBKDF2_PEM.into(), Private, "openssl pkcs8 -in key.pem -out new.pem")
                .answering(&["-passin", "pass:correct horse"]),
        ]
    };
    Some(all.into_iter().chain(of_the_feature).collect())
}

#[test]
fn each_advised_command_gives_a_key_that_is_accepted() {
    let Some(advised) = advised() else { return };
    for advice in advised {
        let text = advice.error().to_string();
        let command = commands(&text).into_iter().nth(advice.which).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(command, advice.command, "{text}");
        let folder = Folder::new("run");
        let Some(written) = run(&folder.0, &command, &advice) else { return };
        let accepted = match advice.gives {
            Private => SigningKey::from_any(written, Some(b"new")).map(|_| ()),
            Public => VerifyingKey::from_any(written).map(|_| ()),
        };
        assert_eq!(accepted, Ok(()), "{command}");
    }
}

/// What is not in the table above would go untested. The one that only a build without encryption advises is in the source of
/// each build.
#[test]
fn no_advised_command_is_left_out() {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/error.rs")).unwrap();
    let sentences: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let in_source: BTreeSet<String> = commands(&sentences).into_iter().collect();
    assert!(in_source.len() > 12, "{in_source:?}");
    let Some(advised) = advised() else { return };
    let mut tested: BTreeSet<String> = advised.iter().map(|advice| advice.command.to_owned()).collect();
    let of_one_build = [
        "openssl pkcs8 -in key.pem -out new.pem",
        "openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -out new.pem",
        "openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000 -in key.pem -out new.pem",
    ];
    tested.extend(of_one_build.map(str::to_owned));
    assert_eq!(in_source, tested);
}

/// What stands between back-quotes and is a command.
fn commands(text: &str) -> Vec<String> {
    let spans = text.split('`').skip(1).step_by(2);
    let is_command =
        |span: &&str| ["openssl ", "ssh-keygen "].iter().any(|program| span.starts_with(program));
    spans.filter(is_command).map(str::to_owned).collect()
}

/// Runs a command on what was refused, in the file that it names, and gives what it wrote. `None` where the tool is missing.
fn run(folder: &Path, command: &str, advice: &Advice) -> Option<Vec<u8>> {
    let words: Vec<&str> = command.split(' ').collect();
    let after = |option: &str| words.iter().position(|word| *word == option).map(|at| words[at + 1]);
    let input = after("-in").or_else(|| after("-f"));
    if let Some(name) = input {
        write_secret(&folder.join(name), &advice.given);
    }
    let printed = tool(folder, words[0], &[&words[1..], advice.answers].concat())?;
    let in_place = (words.contains(&"-p")).then_some(input).flatten();
    match after("-out").or(in_place) {
        Some(name) => Some(fs::read(folder.join(name)).unwrap()),
        None => Some(printed),
    }
}

struct SshKeys {
    private: Vec<u8>,
    certificate: Vec<u8>,
}

/// A key of OpenSSH, and a certificate for it that it signed itself.
fn ssh_keys() -> Option<SshKeys> {
    let folder = Folder::new("ssh");
    let keygen = |words: &str| {
        let words: Vec<&str> = words.split(' ').map(|word| if word == "EMPTY" { "" } else { word }).collect();
        tool(&folder.0, "ssh-keygen", &words)
    };
    keygen("-q -t ecdsa -b 384 -N EMPTY -f key")?;
    keygen("-q -s key -I test key.pub")?;
    let file = |name: &str| fs::read(folder.0.join(name)).unwrap();
    Some(SshKeys { private: file("key"), certificate: file("key-cert.pub") })
}

/// The test key and no certificate, with the passphrase `secret`.
fn pkcs12() -> Option<Vec<u8>> {
    openssl(&["pkcs12", "-export", "-nocerts", "-passout", "pass:secret"], PKCS8_PEM.as_bytes())
}

/// Runs a tool. Where there is none the test is skipped with a word, except under CI, where it must not be.
fn tool(folder: &Path, name: &str, words: &[&str]) -> Option<Vec<u8>> {
    match Command::new(name).args(words).current_dir(folder).stdin(Stdio::null()).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{name} {words:?}: {said}");
            Some(output.stdout)
        }
        Err(error) if env::var_os("CI").is_some() => panic!("{name} is needed in CI: {error}"),
        Err(error) => {
            eprintln!("SKIPPED: this test needs the `{name}` command, which does not start: {error}");
            None
        }
    }
}

/// With the mode that `ssh-keygen` insists on.
fn write_secret(file: &Path, content: &[u8]) {
    fs::write(file, content).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// A folder of its own, which goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let thread = std::thread::current().id();
        let name = format!("es384-advice-{name}-{}-{thread:?}", std::process::id());
        let folder = env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}
