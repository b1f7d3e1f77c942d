//! `ivs-token key`.

use std::fs;

use ivs_token::es384::{SigningKey, VerifyingKey};

use crate::support::{KID, World, mint_args, openssl};

#[test]
fn generate_writes_a_pair_that_belongs_together() {
    let world = World::new();
    let run = world.run(&["key", "generate", "--out", "new.pem", "--public-out", "new-public.pem"]);
    assert_eq!(
        run.stderr,
        "Wrote the private key to new.pem: keep it secret.\n\
         Wrote the public key to new-public.pem.\n\n\
         Next, register the public key in the region of your stages:\n  \
         aws ivs-realtime import-public-key --public-key-material file://new-public.pem\n\
         The ARN it answers is the --kid of `ivs-token mint`.\n\
         Or, for playback tokens, in the region of your channels:\n  \
         aws ivs import-playback-key-pair --public-key-material file://new-public.pem\n\
         The ARN it answers is the --kid of `ivs-token verify`; `mint playback` needs none.\n"
    );
    assert_eq!(run.ok(), "");
    let private = SigningKey::from_pem(world.read("new.pem")).unwrap();
    let public = VerifyingKey::from_pem(world.read("new-public.pem")).unwrap();
    assert_eq!(*private.verifying_key(), public);
    assert!(world.read("new.pem").starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert_ne!(public, *world.key.verifying_key());
}

#[cfg(unix)]
#[test]
fn private_files_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    for force in [&[][..], &["--force"]] {
        let args = [&["key", "generate", "--out", "new.pem", "--public-out", "pub.pem"], force].concat();
        world.run(&args).ok();
        let mode = |name: &str| fs::metadata(world.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("new.pem"), 0o600);
        assert_eq!(mode("pub.pem") & 0o600, 0o600);
        // What the umask lets through, and a temporary file would not have.
        fs::set_permissions(world.path("new.pem"), fs::Permissions::from_mode(0o666)).unwrap();
    }
    let names = fs::read_dir(world.dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with('.')), "nothing is left behind");
}

#[test]
fn generate_replaces_nothing_unless_forced() {
    let world = World::new();
    let before = world.read("private.pem");
    world.run(&["key", "generate", "--out", "private.pem"]).fails(
        1,
        "error: private.pem: the file is there already: give another name, or --force to replace it\n",
    );
    assert_eq!(world.read("private.pem"), before);
    // Nor half of a pair.
    let run = world.run(&["key", "generate", "--out", "new.pem", "--public-out", "public.pem"]);
    run.fails(1, "error: public.pem: the file is there already");
    assert!(!world.path("new.pem").exists());

    world.run(&["key", "generate", "--out", "private.pem", "--force"]).ok();
    assert_ne!(world.read("private.pem"), before);
}

#[test]
fn generate_says_what_is_wrong_with_a_target() {
    let world = World::new();
    fs::create_dir(world.path("folder")).unwrap();
    let generate = |args: &[&str]| world.run(&[&["key", "generate"], args].concat());
    generate(&["--out", "none/x.pem"])
        .fails(1, "error: none/x.pem: there is no such folder: create it first\n");
    generate(&["--out", "folder", "--force"]).fails(1, "error: folder: what is there is not a file");
    generate(&["--out", "-", "--public-out", "-"])
        .fails(2, "error: --out and --public-out both print to standard output");
    generate(&["--out", "a.pem", "--public-out", "./a.pem"])
        .fails(2, "error: --out and --public-out name the same file");
    generate(&[]).fails(2, "error: the following required arguments were not provided:\n  --out <FILE>");
    assert!(!world.path("a.pem").exists());
}

#[test]
fn generate_in_every_form() {
    let world = World::new();
    for (form, start) in
        [("sec1", "-----BEGIN EC PRIVATE KEY-----"), ("pkcs8", "-----BEGIN PRIVATE KEY-----"), ("jwk", "{")]
    {
        let text = world.run(&["key", "generate", "--out", "-", "--form", form]).ok();
        assert!(text.starts_with(start) && text.ends_with('\n'), "{form}");
        SigningKey::from_any(&text, None).unwrap();
    }
    world
        .run(&["key", "generate", "--out", "-", "--form", "pem"])
        .fails(2, "error: invalid value 'pem' for '--form <FORM>'");
}

#[test]
fn generate_encrypted() {
    let world = World::new();
    world.write("passphrase", "correct horse\n");
    world.run(&["key", "generate", "--out", "a.pem", "--passphrase-file", "passphrase"]).ok();
    let args = ["key", "generate", "--out", "b.pem"];
    world.run_with(&args, &[("IVS_TOKEN_PASSPHRASE", "correct horse")]).ok();
    for name in ["a.pem", "b.pem"] {
        assert!(world.read(name).starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
        SigningKey::from_any(world.read(name), Some(b"correct horse")).unwrap();
        world.run(&["key", "inspect", name]).fails(
            1,
            &format!(
                "error: KEY_PASSPHRASE_MISSING: {name}: the key is encrypted: give its passphrase with \
                 --passphrase-file FILE or in IVS_TOKEN_PASSPHRASE\n"
            ),
        );
        world.run(&["key", "inspect", name, "--passphrase-file", "passphrase"]).ok();
        world.run_with(&["key", "inspect", name], &[("IVS_TOKEN_PASSPHRASE", "correct horse")]).ok();
        let wrong = world.run_with(&["key", "inspect", name], &[("IVS_TOKEN_PASSPHRASE", "horse")]);
        wrong.fails(1, &format!("error: KEY_PASSPHRASE_WRONG: {name}: "));
    }
    let run = world.run(&[
        "key",
        "generate",
        "--out",
        "c.pem",
        "--form",
        "sec1",
        "--passphrase-file",
        "passphrase",
    ]);
    run.fails(2, "error: only the form pkcs8 can be encrypted");
    world.write("empty", "\n");
    let run = world.run(&["key", "generate", "--out", "c.pem", "--passphrase-file", "empty"]);
    run.fails(1, "error: KEY_PASSPHRASE_EMPTY: ");
    assert!(!world.path("c.pem").exists());
}

#[test]
fn generate_as_json() {
    let world = World::new();
    let json = world.run(&["key", "generate", "--out", "a.pem", "--public-out", "b.pem", "--json"]).json();
    assert_eq!(json["privateKeyFile"], "a.pem");
    assert_eq!(json["publicKeyFile"], "b.pem");
    assert_eq!(json["publicKeyMaterial"], world.read("b.pem"));
    assert_eq!(json.get("privateKey"), None);
    let json = world.run(&["key", "generate", "--out", "-", "--json"]).json();
    let key = SigningKey::from_pem(json["privateKey"].as_str().unwrap()).unwrap();
    assert_eq!(json["jwkThumbprint"], key.verifying_key().thumbprint());
}

#[test]
fn public_in_every_form() {
    let world = World::new();
    let public = |form: &str| world.run(&["key", "public", "--key", "private.pem", "--form", form]).ok();
    assert_eq!(public("pem"), world.read("public.pem"));
    assert_eq!(VerifyingKey::from_jwk(public("jwk")).unwrap(), *world.key.verifying_key());
    let run = world.run(&["key", "public", "--key", "private.pem", "--form", "der", "--out", "public.der"]);
    assert_eq!(run.stderr, "Wrote the public key to public.der.\n");
    assert_eq!(fs::read(world.path("public.der")).unwrap(), world.key.verifying_key().to_spki_der());
    world
        .run(&["key", "public", "--key", "private.pem", "--out", "public.der"])
        .fails(1, "error: public.der: the file is there already");
    let json = world.run(&["key", "public", "--key", "private.pem", "--json"]).json();
    assert_eq!(json["kind"], "public");
    assert_eq!(json["publicKeyMaterial"], world.read("public.pem"));
}

#[test]
fn public_from_standard_input_a_variable_or_a_public_key() {
    let world = World::new();
    let pem = world.read("private.pem");
    let expected = world.read("public.pem");
    assert_eq!(world.run_on(&["key", "public", "--key", "-"], &pem).ok(), expected);
    assert_eq!(world.run_with(&["key", "public"], &[("IVS_TOKEN_PRIVATE_KEY", &pem)]).ok(), expected);
    assert_eq!(world.run(&["key", "public", "--key", "public.pem"]).ok(), expected);
    world.run(&["key", "public"]).fails(
        2,
        "error: there is no private key: give --key FILE, --key - for standard input, or the key itself in \
         IVS_TOKEN_PRIVATE_KEY\n",
    );
}

#[test]
fn inspect_says_what_a_key_is() {
    let world = World::new();
    let public = world.key.verifying_key();
    let fingerprint: Vec<String> = public.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect();
    let fingerprint = fingerprint.join(":");
    assert_eq!(fingerprint.len(), 95);
    for (name, kind) in [("private.pem", "private"), ("public.pem", "public")] {
        let text = world.run(&["key", "inspect", name]).ok();
        assert_eq!(
            text,
            format!(
                "  kind                       {kind} key\n  \
                 curve                      P-384 (ES384)\n  \
                 SHA-256 of the public key  {fingerprint}\n  \
                 JWK thumbprint (RFC 7638)  {}\n",
                public.thumbprint()
            )
        );
        assert_eq!(world.run(&["key", "inspect", "--key", name]).ok(), text);
        let json = world.run(&["key", "inspect", name, "--json"]).json();
        assert_eq!(json["kind"], kind);
        assert_eq!(json["curve"], "P-384");
        assert_eq!(json["fingerprintSha256"], fingerprint);
        assert_eq!(json["jwkThumbprint"], public.thumbprint());
        assert_eq!(json["publicJwk"]["d"], serde_json::Value::Null);
    }
    for (name, kind) in [("IVS_TOKEN_PRIVATE_KEY", "private"), ("IVS_TOKEN_PUBLIC_KEY", "public")] {
        let pem = world.read(&format!("{kind}.pem"));
        let text = world.run_with(&["key", "inspect"], &[(name, &pem)]).ok();
        assert!(text.contains(&format!("{kind} key")));
    }
    world.run(&["key", "inspect"]).fails(2, "error: there is no key: give its file");
    world.write("noise", "hello");
    world.run(&["key", "inspect", "noise"]).fails(1, "error: KEY_");
    world.write("long", vec![b'x'; 70_000]);
    world.run(&["key", "inspect", "long"]).fails(1, "error: long: more than 65536 bytes, too many for a key");
    world.run(&["key", "inspect", "none.pem"]).fails(1, "error: none.pem: ");
    world.run(&["key", "inspect", "\u{1b}[31mé"]).fails(1, "error: \\u{1b}[31mé: ");
    world.run(&["key", "inspect", &"x".repeat(600)]).fails(1, "error: (not a file name): ");
}

#[test]
fn keys_made_by_openssl_as_the_guide_says() {
    let Some(pem) = openssl(&["ecparam", "-name", "secp384r1", "-genkey", "-noout"]) else { return };
    let Some(with_parameters) = openssl(&["ecparam", "-name", "secp384r1", "-genkey"]) else { return };
    let Some(p256) = openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout"]) else { return };
    let world = World::new();
    for pem in [pem, with_parameters] {
        world.write("openssl.pem", &pem);
        let path = world.path("openssl.pem");
        let expected = openssl(&["ec", "-in", path.to_str().unwrap(), "-pubout"]).unwrap();
        assert_eq!(world.run(&["key", "public", "--key", "openssl.pem"]).ok().as_bytes(), expected);
        let mut args = mint_args(&[]);
        args[2] = "openssl.pem";
        let token = world.run(&args).ok();
        world.write("openssl-public.pem", expected);
        let args = ["verify", "--public-key", "openssl-public.pem", "--kid", KID];
        world.run_on(&args, token).ok();
    }
    world.write("p256.pem", p256);
    world.run(&["key", "inspect", "p256.pem"]).fails(
        1,
        "error: KEY_WRONG_CURVE: p256.pem: this is a P-256 key, but ES384 needs P-384: make one with ",
    );
}
