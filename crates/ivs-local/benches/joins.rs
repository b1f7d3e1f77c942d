//! How long a join over the events socket takes, and how many a second there are, on one core.
//!
//! `cargo bench -p ivs-local --bench joins`: client and server share one thread, so the figures contain both.
#![allow(clippy::print_stderr, clippy::print_stdout, clippy::cast_precision_loss, missing_docs)]

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use ivs_local::{Auth, Settings, in_memory, serve};
use ivs_token::{SigningKey, Stage, StageArn, Verifier};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

const JOINS: usize = 500;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    if let Err(error) = runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run())) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let server = in_memory(Settings { auth: Auth::Off, ..Settings::default() }, port)?;
    let key = SigningKey::generate()?;
    let imported = server.run(
        "ImportPublicKey",
        "us-east-1",
        &json!({ "publicKeyMaterial": key.verifying_key().to_spki_pem() }),
    )?;
    let key = key.with_id(imported["publicKey"]["arn"].as_str().unwrap_or_default().try_into()?);
    let made = server.run("CreateStage", "us-east-1", &json!({}))?;
    let arn: StageArn = made["stage"]["arn"].as_str().unwrap_or_default().try_into()?;
    let (whip, events) = (format!("http://localhost:{port}"), format!("ws://localhost:{port}"));
    let stage = Stage::with_endpoints(arn, &whip, &events)?;
    tokio::spawn(serve(server, listener, std::future::pending()));

    let tokens: Vec<String> = (0..JOINS)
        .map(|_| stage.participant().mint(&key).map(|token| token.as_str().to_owned()))
        .collect::<Result<_, _>>()?;
    let verifier =
        Verifier::builder().key(key.id().ok_or("no ID")?.clone(), key.verifying_key().clone()).build()?;
    let begun = Instant::now();
    for token in &tokens {
        verifier.verify(token)?;
    }
    let verification = begun.elapsed() / u32::try_from(JOINS)?;

    let mut times = Vec::with_capacity(JOINS);
    let begun = Instant::now();
    for token in &tokens {
        let begun = Instant::now();
        join(port, token).await?;
        times.push(begun.elapsed());
    }
    let all = begun.elapsed();
    times.sort();
    let median = times[JOINS / 2];
    println!(
        "a join: {:.2} ms at the median, of which verification takes {:.2} ms",
        millis(median),
        millis(verification)
    );
    println!("joins a second: {:.0}, one after the other", JOINS as f64 / all.as_secs_f64());
    Ok(())
}

/// Joins, waits for the first state, and leaves.
async fn join(port: u16, token: &str) -> Result<(), Box<dyn std::error::Error>> {
    let mut request = format!("ws://localhost:{port}/?error_over_ws=1").into_client_request()?;
    request.headers_mut().insert("sec-websocket-protocol", token.parse()?);
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut socket, _) = client_async(request, stream).await?;
    let state = socket.next().await.ok_or("closed")??;
    if !state.to_text()?.contains("STAGE_STATE") {
        return Err(state.to_text()?.into());
    }
    socket.close(None).await?;
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
