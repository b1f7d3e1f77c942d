//! Signing with `SoftHSM2` on a token of the test's own. Without it the test is skipped, and says so;
//! `IVS_TOKEN_TEST_SOFTHSM` names a library that must be there.
//!
//! `SoftHSM2` reads its configuration from the environment when it is loaded, so the tests with it run in a process of their own,
//! which `all_with_softhsm` starts.
// What clippy lets a test do, its helpers may do too.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use ivs_token_pkcs11::ivs_token::{
    MintError, PublicKeyArn, Signer, SigningKey, Stage, Verifier, mint_batch_with,
};
use ivs_token_pkcs11::{Module, Pkcs11Error, Pkcs11Signer};

const KID: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61";
const PIN: &str = "4711";
const LIBRARY: &str = "IVS_TOKEN_TEST_SOFTHSM";

fn kid() -> PublicKeyArn {
    KID.parse().unwrap()
}

fn stage() -> Stage {
    Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse().unwrap(), "https://whip.example").unwrap()
}

fn module() -> &'static Module {
    static MODULE: OnceLock<Module> = OnceLock::new();
    MODULE.get_or_init(|| Module::load(std::env::var_os(LIBRARY).unwrap()).unwrap())
}

fn open(key: &str) -> Result<Pkcs11Signer, Pkcs11Error> {
    module().signer("ivs", PIN, key)
}

fn library() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(LIBRARY) {
        return Some(named.into());
    }
    let usual = [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
    ];
    let found = usual.iter().map(PathBuf::from).find(|path| path.exists());
    if found.is_none() {
        // Its command has a library beside it: where the one is there, nothing may be left out.
        let is_installed = Command::new("softhsm2-util").arg("--version").output().is_ok();
        assert!(!is_installed, "SoftHSM2 is installed, and its library is not found: name it in {LIBRARY}");
        assert!(std::env::var_os("CI").is_none(), "skipping is no option on CI: there is no SoftHSM2");
        println!(
            "SKIPPED: there is no SoftHSM2 (Debian's package softhsm2), so nothing is signed through PKCS#11"
        );
    }
    found
}

/// A token `ivs` with the P-384 key pair `good`, two that are called `twins`, and the P-256 key pair `short`.
fn prepare(folder: &Path) {
    let configuration = folder.join("softhsm2.conf");
    std::fs::write(
        &configuration,
        format!("directories.tokendir = {}\nlog.level = ERROR\n", folder.display()),
    )
    .unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new("softhsm2-util")
            .args(arguments)
            .env("SOFTHSM2_CONF", &configuration)
            .output()
            .unwrap();
        assert!(output.status.success(), "softhsm2-util: {}", String::from_utf8_lossy(&output.stderr));
    };
    run(&["--init-token", "--free", "--label", "ivs", "--pin", PIN, "--so-pin", "12345678"]);
    let import = |label, id, pem: &[u8]| {
        let file = folder.join("import.pem");
        std::fs::write(&file, pem).unwrap();
        let file = file.to_str().unwrap();
        run(&["--import", file, "--token", "ivs", "--label", label, "--id", id, "--pin", PIN]);
    };
    for (label, id) in [("good", "01"), ("twins", "02"), ("twins", "03")] {
        import(label, id, SigningKey::generate().unwrap().as_es384().to_pkcs8_pem().as_bytes());
    }
    let openssl = Command::new("openssl")
        .args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .output()
        .unwrap();
    import("short", "04", &openssl.stdout);
}

#[test]
fn all_with_softhsm() {
    let Some(library) = library() else { return };
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    // One after the other: SoftHSM2 writes the token's file anew at a login, and a program that reads it meanwhile sees no label.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env("SOFTHSM2_CONF", folder.path().join("softhsm2.conf"))
        .env(LIBRARY, library)
        .output()
        .unwrap();
    let said =
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("4 passed"), "{said}");
}

#[test]
#[ignore = "all_with_softhsm runs it"]
fn a_key_in_the_hsm_mints() {
    let signer = open("good").unwrap().with_id(kid());
    let verifier = Verifier::builder().key(kid(), signer.verifying_key().clone()).build().unwrap();
    let token = stage().participant().user_id("José").mint_with(&signer).unwrap();
    assert_eq!(verifier.verify(token.as_str()).unwrap().user_id(), Some("José"));
    let again = token.exchange().mint_with(&signer).unwrap();
    assert_eq!(verifier.verify(again.as_str()).unwrap().participant_id(), token.participant_id());
    assert!(signer.public_key_pem().starts_with("-----BEGIN PUBLIC KEY-----\n"));
    let text = format!("{signer:?}");
    assert!(text.contains("good") && !text.contains(PIN), "{text}");
    // Without an ARN no participant token can be minted.
    let nameless = open("good").unwrap();
    assert_eq!(stage().participant().mint_with(&nameless).unwrap_err(), MintError::NoKeyId);
}

#[test]
#[ignore = "all_with_softhsm runs it"]
fn a_batch_signs_on_many_sessions() {
    let signer = open("good").unwrap().with_id(kid());
    let verifier = Verifier::builder().key(kid(), signer.verifying_key().clone()).build().unwrap();
    let crowd = (0..64).map(|number| stage().participant().user_id(format!("user-{number}")));
    let tokens = mint_batch_with(&signer, crowd, NonZeroUsize::new(8).unwrap());
    for (number, token) in tokens.into_iter().enumerate() {
        let who = verifier.verify(token.unwrap().as_str()).unwrap();
        assert_eq!(who.user_id(), Some(format!("user-{number}").as_str()));
    }
}

#[test]
#[ignore = "all_with_softhsm runs it"]
fn what_can_not_be_opened_says_why() {
    let error = module().signer("none", PIN, "good").unwrap_err();
    assert!(error.to_string().starts_with("no token is labelled \"none\"; there are: \"ivs\""), "{error}");
    let error = open("nothing").unwrap_err();
    assert!(matches!(error, Pkcs11Error::NotOneKey { found: 0, .. }), "{error}");
    let error = open("twins").unwrap_err();
    assert!(matches!(error, Pkcs11Error::NotOneKey { found: 2, .. }), "{error}");
    the_advised_command_lists_what_there_is(&error.to_string());
    let error = open("short").unwrap_err();
    assert!(error.to_string().contains("P-256"), "{error}");
    let error = Module::load("/nowhere/libnothing.so").unwrap_err();
    assert!(error.to_string().contains("/nowhere/libnothing.so"), "{error}");
}

/// `pkcs11-tool` would ask for the PIN.
fn the_advised_command_lists_what_there_is(message: &str) {
    let command = message.split('`').nth(1).unwrap();
    let library = std::env::var(LIBRARY).unwrap();
    let words: Vec<&str> =
        command.split(' ').map(|word| if word == "LIBRARY" { library.as_str() } else { word }).collect();
    let listed = match Command::new(words[0]).args(&words[1..]).args(["--pin", PIN]).output() {
        Ok(listed) => listed,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{} is needed in CI: {error}", words[0]);
            println!("SKIPPED: this needs the `{}` command, which does not start: {error}", words[0]);
            return;
        }
    };
    let listed = String::from_utf8_lossy(&listed.stdout);
    assert_eq!(listed.matches("twins").count(), 4, "both halves of both: {listed}");
}

/// In a process in which nobody has logged in yet: a login is that of the whole process.
#[test]
#[ignore = "all_with_softhsm runs it"]
fn a_wrong_pin_is_told_and_not_shown() {
    if std::env::var_os("IVS_TOKEN_TEST_PIN").is_some() {
        let error = module().signer("ivs", "wrong-pin", "good").unwrap_err();
        println!("{error}");
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--exact", "a_wrong_pin_is_told_and_not_shown"])
        .env("IVS_TOKEN_TEST_PIN", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("the HSM could not log in") && !said.contains("wrong-pin"), "{said}");
}
