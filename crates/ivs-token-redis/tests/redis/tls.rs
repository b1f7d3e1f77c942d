//! `rediss://`, with certificates made by `openssl`.

use std::path::Path;
use std::process::Command;

use crate::support::{Server, free_port, patient, stage};
use ivs_token::RevocationStore;

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn over_tls_with_certificates_of_our_own() {
    if Command::new("openssl").arg("version").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "skipping is no option on CI: there is no openssl");
        eprintln!("\n!!! SKIPPED: there is no openssl command to make certificates with\n");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
    openssl(path, &format!("req -x509 {key} -keyout root.key -out root.pem -subj /CN=root"));
    for name in ["server", "client"] {
        openssl(path, &format!("req {key} -keyout {name}.key -out {name}.csr -subj /CN={name}"));
        std::fs::write(path.join("ext"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n").unwrap();
        openssl(
            path,
            &format!(
                "x509 -req -in {name}.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile ext -out {name}.pem"
            ),
        );
    }
    let file = |name: &str| path.join(name).display().to_string();
    let read = |name: &str| std::fs::read(path.join(name)).unwrap();
    let port = free_port().to_string();
    let server = Server::start_with(&[
        "--tls-port",
        &port,
        "--tls-cert-file",
        &file("server.pem"),
        "--tls-key-file",
        &file("server.key"),
        "--tls-ca-cert-file",
        &file("root.pem"),
        "--tls-auth-clients",
        "yes",
    ]);
    let Some(_server) = server else { return };
    for host in ["127.0.0.1", "localhost"] {
        let builder = patient(&format!("rediss://{host}:{port}/1")).root_certificates(read("root.pem"));
        let known =
            builder.clone().client_certificate(read("client.pem"), read("client.key")).build().unwrap();
        known.ping().unwrap();
        known.delete_stage(&stage()).unwrap();
        // The server knows no one without a certificate, and we trust none that does not lead to the root.
        assert!(builder.build().unwrap().ping().is_err());
    }
    let stranger = patient(&format!("rediss://127.0.0.1:{port}/")).root_certificates(read("client.pem"));
    let said = stranger.build().unwrap().ping().unwrap_err().to_string();
    assert!(said.contains("cannot be spoken to over TLS (invalid peer certificate: "), "{said}");
    let swapped = patient("rediss://h").client_certificate(read("client.pem"), read("root.key"));
    let said = swapped.root_certificates(read("root.pem")).build().unwrap_err().to_string();
    assert!(said.starts_with("TLS to Redis: the client's certificate and key: "), "{said}");
}
