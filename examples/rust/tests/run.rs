//! The examples run, and do what they say.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use ivs_token::SigningKey;

const KEY: &str = "arn:aws:ivs:us-west-2:123456789012:public-key/abc";
const STAGE: &str = "arn:aws:ivs:us-west-2:123456789012:stage/oRmLNwuCeMlQ";

#[test]
fn what_mint_prints_may_join() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str, text: &str| -> std::io::Result<String> {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        Ok(path.display().to_string())
    };
    let private = ivs_token::es384::SigningKey::generate()?;
    let private_file = file("private.pem", &private.to_pkcs8_pem())?;
    let public_file = file("public.pem", &SigningKey::from(private).verifying_key().to_spki_pem())?;
    let stage = format!(
        r#"{{"stage":{{"arn":"{STAGE}","endpoints":{{"events":"wss://global.events.live-video.net","whip":"https://x.example"}}}}}}"#
    );
    let stage_file = file("stage.json", &stage)?;

    let answer = run(env!("CARGO_BIN_EXE_mint"), &[&private_file, KEY, &stage_file, "José"], "")?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    assert_eq!(answer["participantToken"]["userId"], "José");
    assert_eq!(answer["participantToken"]["duration"], 15);
    let token = answer["participantToken"]["token"].as_str().ok_or("no token")?;

    let lines = format!("{token}\nnonsense\n\n");
    let said = run(env!("CARGO_BIN_EXE_join_gate"), &[&public_file, KEY, STAGE], &lines)?;
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said[0], "join  José");
    assert!(said[1].starts_with("stop  TOKEN_INVALID: "), "{}", said[1]);
    assert!(said[2].starts_with("stop  TOKEN_MISSING: "), "{}", said[2]);

    let said = run(env!("CARGO_BIN_EXE_seats"), &[&private_file, KEY, &stage_file, "70"], "")?;
    assert_eq!(said, "70 tokens minted, 70 verified\n");

    let promoted = run(env!("CARGO_BIN_EXE_promote"), &[&private_file, KEY], token)?;
    let said = run(env!("CARGO_BIN_EXE_join_gate"), &[&public_file, KEY, STAGE], &promoted)?;
    assert_eq!(said, "join  José\n");

    let connection = run(env!("CARGO_BIN_EXE_connection"), &[&private_file, KEY], "")?;
    let said = run(env!("CARGO_BIN_EXE_join_gate"), &[&public_file, KEY, STAGE], &connection)?;
    assert!(said.starts_with("stop  TOKEN_INVALID: "), "a connection joins no stage: {said}");

    let said = run(env!("CARGO_BIN_EXE_revocation"), &[&private_file, KEY, &stage_file], "")?;
    assert_eq!(
        said,
        "at first: ana ok, bob ok, connection ok\n\
         ana was disconnected: ana PARTICIPANT_DISCONNECTED, bob ok, connection ok\n\
         the connection was revoked: ana PARTICIPANT_DISCONNECTED, bob ok, connection CONNECTION_TOKEN_REVOKED\n\
         the stage was deleted: ana STAGE_DELETED, bob STAGE_DELETED, connection CONNECTION_TOKEN_REVOKED\n"
    );

    let (key, channel) = (KEY.replace("public-key", "playback-key"), STAGE.replace("stage", "channel"));
    let base = "https://x.playback.live-video.net/y.m3u8?a=b";
    let url = run(env!("CARGO_BIN_EXE_playback"), &[&private_file, &key, &channel, base, "José"], "")?;
    let token = url.trim_end().strip_prefix(&format!("{base}&token=")).ok_or("no token")?;
    let key = ivs_token::VerifyingKey::from_pem(std::fs::read(&public_file)?)?;
    let player =
        ivs_token::Verifier::builder().playback_key(KEY.replace("public-key", "playback-key").parse()?, key);
    let verified = player.build()?.verify_playback_of(token, &channel.parse()?, None)?;
    assert_eq!(verified.viewer_id().map(|viewer| viewer.as_str()), Some("José"));
    assert!(verified.single_use_uuid().is_some() && !verified.allows_origin(Some("https://evil.example")));
    Ok(())
}

#[test]
fn rotation_goes_from_key_to_key() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut arguments = Vec::new();
    for name in ["old", "new"] {
        let file = folder.path().join(name);
        std::fs::write(&file, &*ivs_token::es384::SigningKey::generate()?.to_pkcs8_pem())?;
        arguments.extend([file.display().to_string(), KEY.replace("abc", name)]);
    }
    arguments.push(STAGE.to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let said = run(env!("CARGO_BIN_EXE_rotation"), &arguments, "")?;
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(
        said[..5],
        [
            "good, signed with old",
            "good, signed with new",
            "deleted old",
            "refused: UNKNOWN_KEY",
            "good, signed with new",
        ]
    );
    let jwks: serde_json::Value = serde_json::from_str(said[5])?;
    assert_eq!(jwks["keys"][0]["kid"], KEY.replace("abc", "new"));
    Ok(())
}

fn run(program: impl AsRef<Path>, arguments: &[&str], input: &str) -> Result<String, Box<dyn Error>> {
    let mut child = Command::new(program.as_ref())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    child.stdin.take().ok_or("no input")?.write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    assert!(output.status.success(), "{}", output.status);
    Ok(String::from_utf8(output.stdout)?)
}

#[test]
fn the_server_mints_for_its_members_and_for_nobody_else() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let private = folder.path().join("private.pem");
    let stage = folder.path().join("stage.json");
    std::fs::write(&private, ivs_token::es384::SigningKey::generate()?.to_pkcs8_pem())?;
    std::fs::write(
        &stage,
        format!(
            r#"{{"stage":{{"arn":"{STAGE}","endpoints":{{"events":"wss://global.events.live-video.net","whip":"https://x.example"}}}}}}"#
        ),
    )?;
    let mut server = Command::new(env!("CARGO_BIN_EXE_axum_server"))
        .arg(&private)
        .arg(KEY)
        .arg(&stage)
        .arg("127.0.0.1:0")
        .stdout(Stdio::piped())
        .spawn()?;
    let asked = ask_server(&mut server);
    server.kill()?;
    server.wait()?;
    asked
}

fn ask_server(server: &mut std::process::Child) -> Result<(), Box<dyn Error>> {
    let mut said = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut said)?;
    let address = said.trim().strip_prefix("listening on ").ok_or("no address")?;
    let ask = |line: &str, bearer: &str| -> std::io::Result<String> {
        let mut connection = std::net::TcpStream::connect(address)?;
        write!(
            connection,
            "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {bearer}\r\n\r\n"
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    };
    assert!(ask("POST /stages/lobby/token", "")?.starts_with("HTTP/1.1 401 "));
    assert!(ask("POST /stages/elsewhere/token", "session-of-ben")?.starts_with("HTTP/1.1 404 "));
    assert!(ask("GET /whoami", "nonsense")?.contains("TOKEN_INVALID"));

    let answer = ask("POST /stages/lobby/token", "session-of-ben")?;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("cache-control: no-store"), "{answer}");
    let body: serde_json::Value = serde_json::from_str(answer.rsplit("\r\n\r\n").next().ok_or("no body")?)?;
    let token = body["token"].as_str().ok_or("no token")?;
    assert!(ask("GET /whoami", token)?.ends_with(r#"{"name":"ben"}"#));
    let inspected = ivs_token::inspect(token).to_string();
    assert!(inspected.contains(r#"{"allow_subscribe":true}"#), "{inspected}");
    Ok(())
}
