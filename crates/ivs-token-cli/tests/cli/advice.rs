//! Each command that a message advises, taken out of the message and run. Those about the forms of keys are tested in `es384`,
//! those of AWS's command line in the Python package, by the models that it is made of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{KID, Run, World, mint_args};

/// The commands that are run here, and what they are advised for.
const PUBLIC_HALF: &str = "ivs-token key public --key private.pem --out public.pem";
const OF_AN_ARRAY: &str = "jq -c '.[]'";
/// Run in the tests of `ivs-token-pkcs11`.
const OF_AN_HSM: &str = "pkcs11-tool --module LIBRARY --login --list-objects";

#[test]
fn the_public_half_of_a_private_key() {
    let world = World::new();
    fs::remove_file(world.path("public.pem")).unwrap();
    let token = world.mint(&[]).ok();
    let refused = world.run_on(&["verify", "--public-key", "private.pem", "--kid", KID], token.as_bytes());
    let command = advised(&refused, PUBLIC_HALF);
    world.run(&words_of(&command)).ok();
    world.verify(&[], &token).ok();
}

#[test]
fn the_public_half_of_a_key_that_was_just_made() {
    let world = World::new();
    let made = world.run(&["key", "generate", "--out", "new.pem"]);
    let command =
        made.stderr.lines().map(str::trim).find(|line| line.starts_with("ivs-token key public")).unwrap();
    fs::remove_file(world.path("public.pem")).unwrap();
    world.run(&words_of(command)).ok();
    let [private, public] = ["new.pem", "public.pem"]
        .map(|name| world.run(&["key", "inspect", name, "--json"]).json()["jwkThumbprint"].clone());
    assert!(private.is_string() && private == public, "{private} {public}");
}

/// As after the quickstart, which exports the ARN of a key of stages.
#[test]
fn a_variable_that_names_another_key_is_named() {
    const CHANNEL: &str = "arn:aws:ivs:us-west-2:123456789012:channel/abcd";
    let world = World::new();
    let token = world.run(&["mint", "playback", "--key", "private.pem", "--channel-arn", CHANNEL]).ok();
    world.write("token", token);
    let verify = ["verify", "--public-key", "public.pem", "--channel-arn", CHANNEL, "token"];
    let refused = world.run_with(&verify, &[("IVS_TOKEN_KID", KID)]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("unset IVS_TOKEN_KID, which names a key of stages"), "{refused:?}");
    world.run(&verify).ok();
}

#[test]
fn a_batch_that_is_an_array() {
    let world = World::new();
    world.write("rows.json", r#"[{"userId":"ana"}, {"userId":"bo","attributes":{"a":"b c"}}]"#);
    let command = advised(&world.run(&mint_args(&["--batch", "rows.json"])), OF_AN_ARRAY);
    let lines = Command::new("sh")
        .args(["-c", &format!("{command} < rows.json")])
        .current_dir(world.dir.path())
        .output()
        .unwrap();
    // The shell's word for a command that is not there.
    if lines.status.code() == Some(127) {
        assert!(std::env::var_os("CI").is_none(), "jq is needed in CI");
        eprintln!("SKIPPED: there is no `jq` command here");
        return;
    }
    world.write("rows.jsonl", lines.stdout);
    let tokens = world.run(&mint_args(&["--batch", "rows.jsonl"])).ok();
    let users: Vec<_> = tokens.lines().map(|token| world.verified(token)["userId"].clone()).collect();
    assert_eq!(users, ["ana", "bo"]);
}

/// What is in no table would go untested.
#[test]
fn no_advised_command_is_left_out() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = BTreeSet::new();
    for folder in [
        "crates/ivs-token/src",
        "crates/ivs-token-cli/src",
        "crates/ivs-token-kms/src",
        "crates/ivs-token-pkcs11/src",
        "crates/ivs-token-redis/src",
        "bindings/c/src",
        "bindings/js/src",
        "bindings/node/src",
        "bindings/wasm/src",
        "bindings/python/src",
        "bindings/python/python",
        "bindings/npm/src",
    ] {
        for file in sources(&root.join(folder)) {
            found.extend(commands_in(&fs::read_to_string(&file).unwrap()));
        }
    }
    assert_eq!(found, [PUBLIC_HALF, OF_AN_ARRAY, OF_AN_HSM].map(str::to_owned).into());
}

/// The commands between back-quotes, without comments, and without those that only name a command: `ivs-token inspect`.
fn commands_in(source: &str) -> Vec<String> {
    let is_comment = |line: &str| ["//", "*", "/*", "#[doc"].iter().any(|start| line.starts_with(start));
    let text: String =
        source.lines().map(str::trim).filter(|line| !is_comment(line)).fold(String::new(), |text, line| {
            match line.strip_suffix('\\') {
                Some(line) => text + line,
                None => text + line + "\n",
            }
        });
    let spans = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let runs = |span: &&str| {
        let programs =
            ["openssl", "ssh-keygen", "jq", "pkcs11-tool", "softhsm2-util", "redis-cli", "pip", "npm"];
        match span.split_once(' ') {
            Some(("ivs-token", words)) => words.contains("--"),
            Some((program, words)) => programs.contains(&program) && words.contains('-'),
            None => false,
        }
    };
    spans.filter(runs).map(str::to_owned).collect()
}

#[test]
fn a_command_in_a_message_is_found() {
    let source = "// `openssl x -y`\n/// `jq -c`\nlet a = \"do `openssl ec \\\n    -in key.pem` and `ivs-token inspect`\";\n";
    assert_eq!(commands_in(source), ["openssl ec -in key.pem"]);
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rs" || extension == "py" || extension == "ts")
        {
            files.push(path);
        }
    }
    files
}

/// The command in the message of a run that was refused, which is this one.
#[track_caller]
fn advised(run: &Run, command: &str) -> String {
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains(&format!("`{command}`")), "{run:?}");
    command.to_owned()
}

fn words_of(command: &str) -> Vec<&str> {
    command.strip_prefix("ivs-token ").unwrap().split(' ').collect()
}
