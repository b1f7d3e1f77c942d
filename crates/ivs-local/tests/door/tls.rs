//! Clients over TLS.

use std::sync::Arc;

use ivs_local::{Auth, Settings, Tls, in_memory, serve};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::local::Socket;

async fn connect(port: u16, roots: RootCertStore) -> std::io::Result<TlsStream<TcpStream>> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("localhost").unwrap(), stream).await
}

#[tokio::test]
async fn sockets_and_requests() {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let tls = Tls::from_pem(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let settings = Settings { auth: Auth::Off, tls: Some(tls), ..Settings::default() };
    let server = in_memory(settings, port).unwrap();
    let run = |operation: &str, input| server.run(operation, "us-east-1", &input).unwrap();
    let made = run("CreateStage", json!({ "participantTokenConfigurations": [{ "userId": "Ana" }] }));
    let endpoints = &made["stage"]["endpoints"];
    assert_eq!(endpoints["whip"], format!("https://localhost:{port}"));
    assert_eq!(endpoints["events"], format!("wss://localhost:{port}"));
    let token = made["participantTokens"][0]["token"].as_str().unwrap();
    tokio::spawn(serve(Arc::clone(&server), listener, std::future::pending()));

    // Who does not know the certificate does not come in, and takes nobody along.
    assert!(connect(port, RootCertStore::empty()).await.is_err());
    let mut plain = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    plain.write_all(b"GET /_ivs/health HTTP/1.1\r\n\r\n").await.unwrap();
    let mut said = Vec::new();
    let _ = plain.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP"), "{said:?}");

    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let mut stream = connect(port, roots.clone()).await.unwrap();
    stream
        .write_all(b"GET /_ivs/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut said = String::new();
    let _ = stream.read_to_string(&mut said).await;
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");

    let mut request = format!("wss://localhost:{port}/?error_over_ws=1").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", token.parse().unwrap());
    let (socket, _) = client_async(request, connect(port, roots).await.unwrap()).await.unwrap();
    let mut socket = Socket(socket);
    let state = socket.until("STAGE_STATE").await;
    assert_eq!(state["participants"][0]["userId"], "Ana");
    socket.send(&json!({ "type": "PING" })).await;
    socket.until("PONG").await;
}
