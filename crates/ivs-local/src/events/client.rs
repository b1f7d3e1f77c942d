//! One request over a connection of its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::trust::trust;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The most bytes of an answer.
const LIMIT: usize = 1 << 20;

/// Where requests go.
#[derive(Clone, Debug)]
pub(super) struct Address {
    uri: Uri,
    /// The host, with its port if the URL has one.
    pub(super) host: String,
    /// For https.
    tls: Option<(ServerName<'static>, Arc<ClientConfig>)>,
}

impl Address {
    /// Reads a URL. Who is there on https is known by these certificates in PEM, or by those that the system trusts.
    pub(super) fn parse(url: &str, certificates: Option<&str>) -> Result<Self, String> {
        let uri: Uri =
            url.parse().map_err(|error| format!("`url` must be a URL, but {url} is not: {error}"))?;
        let other = || {
            format!("`url` must look like http://localhost:9000/hook, or begin with https://, but is {url}")
        };
        let host = uri.authority().map(|authority| authority.as_str().to_owned());
        let host = host.filter(|host| !host.contains('@')).ok_or_else(other)?;
        let tls = match uri.scheme_str() {
            Some("http") if certificates.is_some() => {
                return Err(format!(
                    "`certificates` are only for a `url` that begins with https://, but it is {url}"
                ));
            }
            Some("http") => None,
            Some("https") => {
                // Addresses of IPv6 stand in brackets in URLs alone.
                let name = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
                Some((ServerName::try_from(name).map_err(|_| other())?, trust(certificates)?))
            }
            _ => return Err(other()),
        };
        Ok(Self { uri, host, tls })
    }

    pub(super) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", hyper::http::uri::PathAndQuery::as_str)
    }

    /// Sends a `POST`, and gives the status and the body of the answer; in words why there is none.
    pub(super) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, Bytes), String> {
        let exchange = self.exchange(path, headers, body);
        timeout(PATIENCE, exchange).await.unwrap_or_else(|_| Err("no answer within 15 seconds".to_owned()))
    }

    /// A name of this machine is not looked up: an image that holds nothing but the program has no `/etc/hosts`.
    async fn connect(&self) -> std::io::Result<TcpStream> {
        let name = self.uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = self.uri.port_u16().unwrap_or(if self.tls.is_some() { 443 } else { 80 });
        if is_localhost(name) {
            let places = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
            return connect_to(places.map(|ip| SocketAddr::new(ip, port))).await;
        }
        TcpStream::connect((name, port)).await
    }

    async fn exchange(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Result<(u16, Bytes), String> {
        let socket = self.connect().await.map_err(in_words)?;
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body))).map_err(in_words)?;
        match &self.tls {
            None => send(socket, request).await,
            Some((name, config)) => {
                let connector = TlsConnector::from(Arc::clone(config));
                send(connector.connect(name.clone(), socket).await.map_err(in_words)?, request).await
            }
        }
    }
}

/// Connects to the first place, or else to the second. If nobody is at either, the error is that of the first: the second may be of a
/// kind that this machine does not have at all.
async fn connect_to([first, second]: [SocketAddr; 2]) -> std::io::Result<TcpStream> {
    match TcpStream::connect(first).await {
        Ok(socket) => Ok(socket),
        Err(error) => TcpStream::connect(second).await.map_err(|_| error),
    }
}

/// Whether a name is that of this machine (RFC 6761, section 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Sends a request over a connection, which then ends.
async fn send(
    socket: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    request: Request<Full<Bytes>>,
) -> Result<(u16, Bytes), String> {
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await;
    let (mut sender, connection) = handshake.map_err(in_words)?;
    // It ends with its sender.
    tokio::spawn(connection);
    let answer = sender.send_request(request).await.map_err(in_words)?;
    let status = answer.status().as_u16();
    let body = Limited::new(answer.into_body(), LIMIT).collect().await.map_err(in_words)?;
    Ok((status, body.to_bytes()))
}

#[allow(clippy::needless_pass_by_value)] // For `map_err`.
fn in_words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use rustls::ServerConfig;
    use rustls::crypto::aws_lc_rs;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// A server for `localhost`, and its certificate in PEM.
    fn server() -> (TlsAcceptor, String) {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        (TlsAcceptor::from(Arc::new(config)), certificate.pem())
    }

    #[tokio::test]
    async fn names_of_this_machine_are_not_looked_up() {
        for place in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(place).await else { continue };
            let port = listener.local_addr().unwrap().port();
            for name in ["localhost", "hook.localhost", "LOCALHOST."] {
                let address = Address::parse(&format!("http://{name}:{port}/hook"), None).unwrap();
                let (to, from) = tokio::join!(address.connect(), listener.accept());
                assert_eq!(to.unwrap().local_addr().unwrap(), from.unwrap().1, "{name}");
            }
        }
        assert!(!is_localhost("localhost.example") && !is_localhost("notlocalhost"));
    }

    #[tokio::test]
    async fn of_two_places_the_first_says_what_is_wrong() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let there = listener.local_addr().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        // Nobody can connect to all: the system refuses that itself.
        let [closed, nowhere] =
            [Ipv4Addr::LOCALHOST, Ipv4Addr::BROADCAST].map(|ip| SocketAddr::from((ip, port)));
        let kind =
            async |places: [SocketAddr; 2]| connect_to(places).await.map_err(|error| error.kind()).map(drop);
        assert_eq!(kind([closed, there]).await, Ok(()));
        assert_eq!(kind([closed, nowhere]).await, Err(std::io::ErrorKind::ConnectionRefused));
        assert_ne!(kind([nowhere, closed]).await, Err(std::io::ErrorKind::ConnectionRefused));
    }

    #[tokio::test]
    async fn https_asks_who_is_there() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (acceptor, own) = server();
        let answering = tokio::spawn(async move {
            loop {
                let Ok(mut socket) = acceptor.accept(listener.accept().await.unwrap().0).await else {
                    continue;
                };
                let mut head = vec![0; 4096];
                let read = socket.read(&mut head).await.unwrap();
                assert!(head[..read].starts_with(b"POST /hook HTTP/1.1\r\n"));
                let _ = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone").await;
            }
        });
        let url = format!("https://localhost:{port}/hook");
        let ask = async |url: &str, certificates: &str| {
            let address = Address::parse(url, Some(certificates)).unwrap();
            address.post(address.path(), &[("host", &address.host)], String::new()).await
        };
        assert_eq!(ask(&url, &own).await.unwrap(), (200, Bytes::from_static(b"done")));
        let (_, other) = server();
        for (url, certificates) in [(&url, &other), (&url.replace("localhost", "127.0.0.1"), &own)] {
            let error = ask(url, certificates).await.unwrap_err();
            assert!(error.contains("invalid peer certificate"), "{error}");
        }
        answering.abort();
    }
}
