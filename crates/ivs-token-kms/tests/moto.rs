//! Signing with KMS, as moto's server answers it. Without moto the tests are skipped, and say so; `IVS_TOKEN_TEST_PYTHON` names
//! an interpreter that must have it.
// What clippy lets a test do, its helpers may do too.
#![allow(clippy::expect_used, clippy::print_stdout, clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_kms::types::{KeySpec, KeyUsageType};
use ivs_token_kms::ivs_token::{
    AsyncSigner, Capabilities, MintError, Playback, PublicKeyArn, SigningKey, Stage, Verifier,
    mint_batch_with_async,
};
use ivs_token_kms::{KmsError, KmsSigner, aws_sdk_kms};

const KID: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/f99cde61";

fn kid() -> PublicKeyArn {
    KID.parse().unwrap()
}

fn stage() -> Stage {
    Stage::new("arn:aws:ivs:us-west-2:123456789012:stage/x".parse().unwrap(), "https://whip.example").unwrap()
}

fn client(endpoint: &str) -> Client {
    let configuration = aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-west-2"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Client::from_conf(configuration)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// moto's server on a free port; ended when dropped.
struct Kms {
    child: Child,
    endpoint: String,
}

impl Kms {
    fn start() -> Option<Self> {
        let mut child = Command::new(python()?)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let endpoint = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("Running on ")?.1.trim().to_owned()))
            .expect("moto says where it listens");
        // It logs each request: nobody may let it wait.
        thread::spawn(move || lines.for_each(drop));
        Some(Self { child, endpoint })
    }

    async fn create_key(&self, spec: KeySpec, usage: KeyUsageType) -> String {
        let answer =
            client(&self.endpoint).create_key().key_spec(spec).key_usage(usage).send().await.unwrap();
        answer.key_metadata.unwrap().key_id
    }
}

impl Drop for Kms {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn python() -> Option<PathBuf> {
    let has_moto = |python: &PathBuf| {
        Command::new(python)
            .args(["-c", "import moto.server, moto.kms"])
            .output()
            .is_ok_and(|o| o.status.success())
    };
    if let Some(python) = std::env::var_os("IVS_TOKEN_TEST_PYTHON").map(PathBuf::from) {
        assert!(
            has_moto(&python),
            "IVS_TOKEN_TEST_PYTHON has no moto: pip install -r tests/requirements.txt"
        );
        return Some(python);
    }
    let venv = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    let found = [venv, "python3".into()].into_iter().find(has_moto);
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "skipping is no option on CI: there is no Python with moto"
        );
        println!("SKIPPED: there is no Python with moto: `pip install -r tests/requirements.txt` in .venv");
    }
    found
}

#[test]
fn a_key_in_kms_mints() {
    let Some(kms) = Kms::start() else { return };
    block_on(async {
        let id = kms.create_key(KeySpec::EccNistP384, KeyUsageType::SignVerify).await;
        let signer = KmsSigner::new(client(&kms.endpoint), &id).await.unwrap().with_id(kid());
        let playback_kid = "arn:aws:ivs:us-west-2:123456789012:playback-key/y".parse().unwrap();
        let verifier = Verifier::builder()
            .key(kid(), signer.verifying_key().clone())
            .playback_key(playback_kid, signer.verifying_key().clone())
            .build()
            .unwrap();

        let token = stage().participant().user_id("José").mint_with_async(&signer).await.unwrap();
        assert_eq!(verifier.verify(token.as_str()).unwrap().user_id(), Some("José"));
        let more =
            token.exchange().capabilities(Capabilities::SUBSCRIBE).mint_with_async(&signer).await.unwrap();
        assert_eq!(verifier.verify(more.as_str()).unwrap().participant_id(), token.participant_id());
        let channel = "arn:aws:ivs:us-west-2:123456789012:channel/abcdABCDefgh".parse().unwrap();
        let playback = Playback::new(channel).mint_with_async(&signer).await.unwrap();
        assert!(verifier.verify_playback(playback.as_str(), None).is_ok());

        let crowd = (0..20).map(|number| stage().participant().user_id(format!("user-{number}")));
        let tokens = mint_batch_with_async(&signer, crowd, NonZeroUsize::new(4).unwrap()).await;
        for (number, token) in tokens.into_iter().enumerate() {
            let who = verifier.verify(token.unwrap().as_str()).unwrap();
            assert_eq!(who.user_id(), Some(format!("user-{number}").as_str()));
        }
        let pem = SigningKey::from_pem(signer.public_key_pem());
        assert!(pem.is_err(), "the public half alone");
        let text = format!("{signer:?}");
        assert!(text.contains(&id) && !text.contains("test"), "{text}");
    });
}

#[test]
fn what_can_not_sign_says_why() {
    let Some(kms) = Kms::start() else { return };
    block_on(async {
        let rsa = kms.create_key(KeySpec::Rsa2048, KeyUsageType::SignVerify).await;
        let error = KmsSigner::new(client(&kms.endpoint), &rsa).await.unwrap_err();
        assert!(error.to_string().contains("aws kms create-key --key-spec ECC_NIST_P384"), "{error}");
        let short = kms.create_key(KeySpec::EccNistP256, KeyUsageType::SignVerify).await;
        let error = KmsSigner::new(client(&kms.endpoint), short).await.unwrap_err();
        assert!(error.to_string().contains("P-256"), "{error}");
        let encrypting = kms.create_key(KeySpec::SymmetricDefault, KeyUsageType::EncryptDecrypt).await;
        let error = KmsSigner::new(client(&kms.endpoint), encrypting).await.unwrap_err();
        assert!(matches!(error, KmsError::WrongKind { .. } | KmsError::GetPublicKey { .. }), "{error}");
        let error = KmsSigner::new(client(&kms.endpoint), "alias/none").await.unwrap_err();
        assert!(error.to_string().contains("NotFoundException"), "{error}");

        // Somebody else's public half: the first token shows it.
        let id = kms.create_key(KeySpec::EccNistP384, KeyUsageType::SignVerify).await;
        let other = SigningKey::generate().unwrap().verifying_key().clone();
        let mistaken = KmsSigner::with_public_key(client(&kms.endpoint), id, other.clone()).with_id(kid());
        let error = stage().participant().mint_with_async(&mistaken).await.unwrap_err();
        assert_eq!(error, MintError::WrongSignature);
        let gone = KmsSigner::with_public_key(client(&kms.endpoint), "gone", other).with_id(kid());
        let error = stage().participant().participant_id("p-1").mint_with_async(&gone).await.unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("the token of participant p-1 could not be signed: KMS did not sign: "),
            "{text}"
        );
        assert!(text.contains("NotFoundException"), "{text}");
    });
}

/// A message of over 4 096 bytes goes as its digest.
#[test]
fn a_long_message_goes_as_its_digest() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&requests);
    let server = thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line == "\r\n" {
                    break;
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            seen.lock().unwrap().push(String::from_utf8(body).unwrap());
            let answer = r#"{"Signature":"AAAA"}"#;
            write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            )
            .unwrap();
        }
    });
    let key = SigningKey::generate().unwrap().verifying_key().clone();
    let signer = KmsSigner::with_public_key(client(&endpoint), "k", key).with_id(kid());
    block_on(async {
        for participant in [stage().participant(), stage().participant().attribute("a", "\u{1}".repeat(1000))]
        {
            let error = participant.mint_with_async(&signer).await.unwrap_err();
            assert_eq!(error, MintError::MalformedSignature { actual: 3 });
        }
    });
    server.join().unwrap();
    let requests = requests.lock().unwrap();
    assert!(requests[0].contains(r#""MessageType":"RAW""#), "{}", requests[0]);
    assert!(requests[1].contains(r#""MessageType":"DIGEST""#), "{}", requests[1]);
    assert!(requests.iter().all(|body| body.contains(r#""SigningAlgorithm":"ECDSA_SHA_384""#)));
}
