//! What another project gets: in a debug build the engine only if it asks for it, because unoptimised it would be slower than none; and
//! what opens encrypted keys only with the feature that says so.

use std::{collections::HashSet, path::Path, process::Command};

use conformance::workspace;

const PROGRAM: &str = "fn main() {
    let key = es384::SigningKey::generate().unwrap();
    key.accelerate();
    key.verifying_key().prepare();
    let signature = key.sign(b\"message\").unwrap();
    key.verifying_key().verify(b\"message\", &signature).unwrap();
    println!(\"{} {}\", key.is_accelerated(), key.verifying_key().is_prepared());
    for passphrase in [None, Some(&b\"secret\"[..])] {
        let encrypted = include_str!(env!(\"ENCRYPTED_KEY\"));
        println!(\"{}\", es384::SigningKey::from_any(encrypted, passphrase).unwrap_err().code());
    }
    println!(\"{}\", key.to_encrypted_pkcs8_pem(\"secret\").unwrap_err().code());
}
";

#[test]
fn a_debug_build_does_without_the_engine_unless_it_is_optimised() {
    const NOT_BUILT: &str = "KEY_ENCRYPTION_NOT_BUILT\nKEY_ENCRYPTION_NOT_BUILT\nKEY_ENCRYPTION_NOT_BUILT\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/main.rs"), PROGRAM).unwrap();
    std::fs::copy(workspace().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    assert_eq!(run(folder.path(), ""), format!("false false\n{NOT_BUILT}"));
    // What the documentation of es384 advises.
    let readme = std::fs::read_to_string(workspace().join("crates/es384/README.md")).unwrap();
    let (_, advice) = readme.split_once("```toml\n").unwrap();
    let (advice, _) = advice.split_once("```").unwrap();
    assert_eq!(run(folder.path(), advice), format!("true true\n{NOT_BUILT}"));
    let lock = std::fs::read_to_string(folder.path().join("Cargo.lock")).unwrap();
    for left_out in ["pkcs5", "scrypt", "pbkdf2", "aes", "des", "cbc"] {
        assert!(
            !lock.contains(&format!("name = \"{left_out}\"")),
            "{left_out} is there for encrypted keys alone"
        );
    }
}

/// The README, and two pages of the guide, say how many crates are for encrypted keys alone.
#[test]
fn encrypted_keys_take_as_many_crates_as_is_said() {
    let crates = |features: &str| -> HashSet<String> {
        let output = Command::new(env!("CARGO"))
            .args("tree --quiet --locked --offline --edges normal --prefix none --package es384".split(' '))
            .args(["--no-default-features", "--features", features])
            .current_dir(workspace())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let name = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
        String::from_utf8(output.stdout).unwrap().lines().map(name).collect()
    };
    let (with, without) = (crates("aws-lc-rs,engine,encrypted-keys"), crates("aws-lc-rs,engine"));
    let fewer = with.difference(&without).count();
    assert!(fewer > 10 && without.is_subset(&with), "{fewer}");
    for (page, words) in [
        ("crates/es384/README.md", format!("depends on {fewer} crates fewer")),
        ("docs/performance.md", format!("there are {fewer} fewer dependencies")),
        ("docs/reference/rust.md", format!("there are {fewer} fewer dependencies")),
    ] {
        let text = std::fs::read_to_string(workspace().join(page)).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&words), "{page}: {words}");
    }
}

/// What the program says, built without options. The pure backend is built fastest.
fn run(folder: &Path, profile: &str) -> String {
    let manifest = format!(
        "[package]\nname = \"dependent\"\nversion = \"0.0.0\"\nedition = \"2024\"\n
        [dependencies]\nes384 = {{ path = \"{}\", default-features = false, features = [\"rust-crypto\", \"engine\"] }}\n
        [workspace]\n\n{profile}",
        workspace().join("crates/es384").display(),
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("dependent"))
        .env("ENCRYPTED_KEY", workspace().join("crates/es384/tests/keys/pkcs8-pbkdf2.pem"))
        .env_remove("RUSTFLAGS")
        .env_remove("ES384_FORCE_PATH")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
