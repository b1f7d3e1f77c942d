//! A folder with a key pair and a stage in it, and the command run there.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use ivs_token::es384;
use ivs_token::{SigningKey, Stage, Timestamp, Token, Verifier};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const KID: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61-c2b0";
pub(crate) const STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";
pub(crate) const WHIP: &str = "https://453fdfd2ad24df.global-bm.whip.live-video.net";

/// A folder of its own for each test: `private.pem`, `public.pem`, `stage.json`.
pub(crate) struct World {
    pub(crate) dir: TempDir,
    pub(crate) key: es384::SigningKey,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self { dir: tempfile::tempdir().unwrap(), key: es384::SigningKey::generate().unwrap() };
        world.write("private.pem", &*world.key.to_sec1_pem());
        world.write("public.pem", world.key.verifying_key().to_spki_pem());
        world.write(
            "stage.json",
            format!(
                r#"{{"stage":{{"arn":"{STAGE}","endpoints":{{"events":"wss://global.events.live-video.net","whip":"{WHIP}"}}}}}}"#
            ),
        );
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The command in this folder, without the variables of whoever runs the tests.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ivs-token"));
        command.args(args).current_dir(self.dir.path()).stdin(Stdio::null());
        for name in ["PRIVATE_KEY", "PUBLIC_KEY", "PASSPHRASE", "KID", "STAGE_ARN", "WHIP_URL", "EVENTS_URL"]
        {
            command.env_remove(format!("IVS_TOKEN_{name}"));
        }
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.finish(&mut self.command(args))
    }

    pub(crate) fn run_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Run {
        self.finish(self.command(args).envs(variables.iter().copied()))
    }

    pub(crate) fn run_on(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Run {
        let run = feed(&mut self.command(args), stdin.as_ref());
        self.check_secret(&run);
        run
    }

    /// Runs the command, and makes sure that nothing of the private key is in what it prints or says.
    pub(crate) fn finish(&self, command: &mut Command) -> Run {
        let run = Run::of(&command.output().unwrap());
        self.check_secret(&run);
        run
    }

    /// The flags that minting needs, and more.
    pub(crate) fn mint(&self, more: &[&str]) -> Run {
        self.run(&mint_args(more))
    }

    /// The flags that verifying needs, and more.
    pub(crate) fn verify(&self, more: &[&str], token: impl AsRef<[u8]>) -> Run {
        self.run_on(&[&["verify", "--public-key", "public.pem", "--kid", KID], more].concat(), token)
    }

    pub(crate) fn signing_key(&self) -> SigningKey {
        SigningKey::from(self.key.clone()).with_id(KID.parse().unwrap())
    }

    /// A token of the library, issued so many seconds from now and good for an hour, so that the commands of a test may take
    /// their time.
    pub(crate) fn token_from(&self, seconds: i64) -> Token {
        let now = Timestamp::from_secs(Timestamp::now().as_secs() + seconds).unwrap();
        let participant = stage().participant().user_id("ana").duration(Duration::from_secs(3600));
        participant.mint_at(&self.signing_key(), now).unwrap()
    }

    /// What the library says of a token that the command minted.
    pub(crate) fn verified(&self, token: &str) -> Value {
        let public = self.key.verifying_key().clone();
        let verifier = Verifier::builder().key(KID.parse().unwrap(), public).build().unwrap();
        serde_json::to_value(verifier.verify(token).unwrap()).unwrap()
    }

    fn check_secret(&self, run: &Run) {
        assert!(!self.shows_secret(run), "the private key is in {run:?}");
    }

    fn shows_secret(&self, run: &Run) -> bool {
        self.secrets().iter().any(|secret| run.stdout.contains(secret) || run.stderr.contains(secret))
    }

    /// Pieces of the private key in each form in which it could be printed.
    fn secrets(&self) -> [String; 3] {
        let jwk: Value = serde_json::from_str(&self.key.to_jwk()).unwrap();
        // Bytes 12 to 42 of SEC1, where the private half takes bytes 8 to 56, and 48 to 78 of PKCS#8, where it takes 35
        // to 83.
        [
            self.key.to_sec1_pem().lines().nth(1).unwrap()[16..56].to_owned(),
            self.key.to_pkcs8_pem().lines().nth(2).unwrap()[..40].to_owned(),
            jwk["d"].as_str().unwrap().to_owned(),
        ]
    }
}

#[test]
fn a_private_key_would_be_noticed() {
    let world = World::new();
    for text in [world.key.to_sec1_pem(), world.key.to_pkcs8_pem(), world.key.to_jwk()] {
        for run in [
            Run { code: 0, stdout: text.to_string(), stderr: String::new() },
            Run { code: 0, stdout: String::new(), stderr: format!("error: {}", *text) },
        ] {
            assert!(world.shows_secret(&run));
        }
    }
    let public = world.key.verifying_key();
    let harmless = Run { code: 0, stdout: public.to_spki_pem(), stderr: public.to_jwk() };
    assert!(!world.shows_secret(&harmless));
}

impl Run {
    fn of(output: &Output) -> Self {
        Self {
            code: output.status.code().expect("not killed by a signal"),
            stdout: String::from_utf8(output.stdout.clone()).unwrap(),
            stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        }
    }

    /// Done: gives standard output.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.stdout
    }

    /// Done, with JSON.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let text = self.ok();
        assert_eq!(text.matches('\n').count(), 1, "one line: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Failed with this code, nothing on standard output, and these words first.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.starts_with(words), "{self:?}\nshould begin with: {words}");
    }
}

/// The stage in `stage.json`.
pub(crate) fn stage() -> Stage {
    Stage::new(STAGE.parse().unwrap(), WHIP).unwrap()
}

/// `mint` with a key, its ARN and a stage, and more flags.
pub(crate) fn mint_args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["mint", "--key", "private.pem", "--kid", KID, "--stage-json", "stage.json"], more].concat()
}

/// Runs a command on an input. It may end before it has read all of it.
pub(crate) fn feed(command: &mut Command, stdin: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    let writer = std::thread::spawn(move || match pipe.write_all(&stdin) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("{error}"),
        _ => {}
    });
    let run = Run::of(&child.wait_with_output().unwrap());
    writer.join().unwrap();
    run
}

/// Runs OpenSSL. Where there is none the test is skipped with a word, except under CI, where it must not be.
pub(crate) fn openssl(args: &[&str]) -> Option<Vec<u8>> {
    match Command::new("openssl").args(args).output() {
        Ok(output) => {
            assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
            Some(output.stdout)
        }
        Err(error) if error.kind() == ErrorKind::NotFound && std::env::var_os("CI").is_none() => {
            eprintln!("SKIPPED: there is no `openssl` command here");
            None
        }
        Err(error) => panic!("openssl: {error}"),
    }
}
