//! The switch with which tests choose a path: it chooses that path, or fails. Each case is a process of its own, this program again.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::process::{Command, Output};

use es384::{Path, SigningKey, VerifyingKey, sign_batch, verify_batch};

const VARIABLE: &str = "ES384_FORCE_PATH";

fn again(test: &str, path: Option<&str>) -> Output {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture", "--test-threads=1"]).env_remove(VARIABLE);
    if let Some(path) = path {
        command.env(VARIABLE, path);
    }
    command.output().unwrap()
}

fn name(path: Path) -> String {
    format!("{path:?}").to_lowercase()
}

#[test]
fn each_path_can_be_forced() {
    for path in Path::all() {
        let output = again("sign_and_verify", Some(&name(path)));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains(&format!("took {path:?}")), "{output:?}");
    }
}

#[test]
fn without_the_variable_it_is_one_that_the_machine_has() {
    let output = again("sign_and_verify", None);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    assert!(Path::all().iter().any(|path| said.contains(&format!("took {path:?}"))), "{said}");
    assert!(!said.contains("took Model"), "{said}");
}

#[test]
fn what_the_machine_lacks_is_an_error_that_names_what_it_has() {
    for wanted in ["", "WORDS", "avx1024", "words "] {
        let output = again("sign_and_verify", Some(wanted));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(!output.status.success(), "{said}");
        assert!(
            said.contains(&format!(
                "{VARIABLE}={wanted}, but the paths of this machine and build are: words"
            ))
        );
    }
}

#[test]
#[ignore = "started by the others"]
fn sign_and_verify() {
    let key = SigningKey::generate().unwrap();
    key.accelerate();
    key.verifying_key().prepare();
    let signature = key.sign(b"message").unwrap();
    key.verifying_key().verify(b"message", &signature).unwrap();
    let signatures = sign_batch(&[(&key, &b"message"[..]); 9]);
    let signatures: Vec<_> = signatures.into_iter().map(Result::unwrap).collect();
    let items: Vec<(&VerifyingKey, &[u8], &[u8])> =
        signatures.iter().map(|signature| (key.verifying_key(), &b"message"[..], &signature[..])).collect();
    assert!(verify_batch(&items).iter().all(Result::is_ok));
    println!("took {:?}", Path::best());
}
