//! The rest: demo, completions, help, pipes that close, failures as JSON.

use std::io::Read;
use std::process::Stdio;

use ivs_token::es384::BACKEND;
use serde_json::json;

use crate::support::{KID, World, mint_args};

#[test]
fn demo_shows_it_all() {
    let world = World::new();
    let run = world.run(&["demo"]);
    assert_eq!(run.stderr, "");
    let text = run.ok();
    for words in [
        "TOKEN_INVALID_SIGNATURE",
        "TOKEN_EXPIRED",
        "the token is for the stage ",
        "This is a participant token",
        "It is ana, who may PUBLISH,SUBSCRIBE until ",
        "one mint ",
        "one verification ",
        BACKEND,
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(text.lines().count() <= 45);
}

#[test]
fn demo_as_json() {
    let demo = World::new().run(&["--json", "demo"]).json();
    let codes: Vec<_> = demo["refusals"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert_eq!(codes, [json!("TOKEN_INVALID_SIGNATURE"), json!("TOKEN_EXPIRED"), json!("TOKEN_INVALID")]);
    assert!(demo["mintMicros"].as_f64().unwrap() > 0.0);
    assert!(demo["verifyMicros"].as_f64().unwrap() > 0.0);
    assert_eq!(demo["backend"], BACKEND);
    assert_eq!(demo["verified"]["userId"], "ana");
}

#[test]
fn bench_measures_this_machine() {
    let world = World::new();
    let run = world.run(&["bench", "--seconds", "1"]);
    // The progress bar is for terminals.
    assert_eq!(run.stderr, "");
    let text = run.ok();
    for words in ["tokens a second", "\nmint ", "\nverify, batches of 64 ", BACKEND, " joins a second "] {
        assert!(text.contains(words), "{words}: {text}");
    }
    world.run(&["bench", "--seconds", "0"]).fails(2, "error: invalid value '0' for '--seconds <SECONDS>'");
}

#[test]
fn bench_as_json() {
    let bench = World::new().run(&["--json", "bench", "--seconds", "1"]).json();
    assert_eq!(bench["backend"], BACKEND);
    let measures = bench["measures"].as_array().unwrap();
    let rate = |does: &str, threads: u64| {
        let of_it = measures.iter().filter(|one| one["does"] == does && one["threads"] == threads);
        of_it.map(|one| one["tokensPerSecond"].as_u64().unwrap()).max().unwrap()
    };
    for one in measures {
        let (rate, micros) = (one["tokensPerSecond"].as_f64().unwrap(), one["micros"].as_f64().unwrap());
        assert!((rate * micros / 1e6 - 1.0).abs() < 0.01, "{one}");
    }
    // A join takes a token minted and a token verified.
    let (minted, verified) = (rate("mint", 1), rate("verify", 1));
    let joins = bench["joinsPerSecond"]["oneCore"].as_u64().unwrap();
    assert!(0 < joins && joins < minted.min(verified), "{bench}");
    assert!(rate("verify", bench["cores"].as_u64().unwrap()) > 0);
}

#[test]
fn completions_for_every_shell() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = world.run(&["completions", shell]).ok();
        assert!(script.contains("ivs-token") && script.contains("skip-bad"), "{shell}");
    }
    world.run(&["completions", "dos"]).fails(2, "error: invalid value 'dos' for '<SHELL>'");
}

#[test]
fn version_and_help() {
    let world = World::new();
    assert_eq!(
        world.run(&["--version"]).ok(),
        format!("ivs-token {} ({BACKEND})\n", env!("CARGO_PKG_VERSION"))
    );
    assert!(world.run(&["--help"]).ok().contains("Exit codes:"));
    for command in ["key generate", "key public", "key inspect", "mint", "inspect", "verify", "completions"] {
        let args: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = world.run(&args).ok();
        assert!(help.contains("Examples:\n  "), "{command}: {help}");
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{command}: {help}");
    }
    let run = world.run(&[]);
    run.fails(2, "Mints, verifies and inspects Amazon IVS tokens locally");
    world.run(&["mnt"]).fails(2, "error: unrecognized subcommand 'mnt'");
    world.run(&["mint", "--frob"]).fails(2, "error: unexpected argument '--frob' found");
}

#[test]
fn help_shows_no_variable() {
    let world = World::new();
    let pem = world.read("private.pem");
    let secrets = [("IVS_TOKEN_PRIVATE_KEY", pem.as_str()), ("IVS_TOKEN_PASSPHRASE", "correct horse")];
    for args in [&["mint", "--help"][..], &["mint", "--frob"], &["key", "public", "--help"], &["mint"]] {
        let run = world.run_with(args, &secrets);
        for text in [&run.stdout, &run.stderr] {
            assert!(!text.contains("BEGIN") && !text.contains("correct horse"), "{text}");
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let world = World::new();
    let rows = "ana\n".repeat(2000);
    world.write("many.csv", format!("userId\n{rows}"));
    for args in [&mint_args(&["--batch", "many.csv"])[..], &["demo"], &["completions", "bash"]] {
        let mut child = world.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = [0; 1];
        if args[0] == "mint" {
            // One piece, and then no more.
            child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
        }
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one() {
    let world = World::new();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for args in [&mint_args(&[])[..], &["demo"], &["key", "public", "--key", "private.pem"]] {
        let run = world.finish(world.command(args).stdout(full()));
        run.fails(1, "error: standard output: No space left on device");
    }
}

/// A verdict does not become a good one because nobody reads it.
#[test]
#[cfg(unix)]
fn a_refusal_stays_one_when_the_reader_is_gone() {
    let world = World::new();
    world.write("expired", world.token_from(-7200).as_str());
    world.write("bad.csv", "duration\nx\n");
    let verify = ["verify", "--public-key", "public.pem", "--kid", KID, "expired"];
    let inspect = ["inspect", "expired"];
    let batch = mint_args(&["--batch", "bad.csv", "--skip-bad"]);
    for args in [&verify[..], &inspect, &batch] {
        for json in [&[][..], &["--json"]] {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            let mut command = world.command(&[args, json].concat());
            let status = command.stdout(writer).stderr(Stdio::null()).status().unwrap();
            assert_eq!(status.code(), Some(1), "{args:?} {json:?}");
        }
    }
}

#[test]
fn every_failure_is_json_when_that_is_asked_for() {
    let world = World::new();
    world.write("p256.pem", P256);
    for (args, code, name) in [
        (
            &["mint", "--key", "p256.pem", "--kid", KID, "--stage-json", "stage.json"][..],
            1,
            "KEY_WRONG_CURVE",
        ),
        (&["mint", "--key", "none.pem", "--kid", KID, "--stage-json", "stage.json"], 1, "FAILED"),
        (&["mint", "--key", "private.pem"], 2, "MISUSE"),
        (&["mint", "--duration", "20d"], 2, "MISUSE"),
        (&["mint", "--no-such-flag"], 2, "MISUSE"),
    ] {
        let run = world.run(&[args, &["--json"]].concat());
        assert_eq!(run.code, code, "{run:?}");
        let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!(json["error"]["code"], name);
        let message = json["error"]["message"].as_str().unwrap();
        assert!(run.stderr.contains(message), "{run:?}");
    }
}

/// A public key, on the wrong curve: the point of P-256 that everyone begins with.
const P256: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
-----END PUBLIC KEY-----
";

/// Not only that the words are in the script: the shell must find them.
#[test]
#[cfg(unix)]
fn bash_completes_behind_the_first_word() {
    let world = World::new();
    let script = world.run(&["completions", "bash"]).ok();
    for (words, wanted) in
        [("mint --st", "--stage-json"), ("key g", "generate"), ("verify --pub", "--public-key")]
    {
        let ask = format!(
            "{script}\nfunction=$(complete -p ivs-token | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n\
             COMP_WORDS=(ivs-token {words}); COMP_CWORD=2\n\
             $function ivs-token \"${{COMP_WORDS[2]}}\" \"${{COMP_WORDS[1]}}\"\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = std::process::Command::new("bash").args(["-c", &ask]).output().unwrap();
        let found = String::from_utf8(output.stdout).unwrap();
        assert!(found.lines().any(|line| line == wanted), "{words}: {found}");
    }
}
