//! TLS: for pages on https, which may only talk to servers on https, and for phones on the network, which give their
//! camera only to such pages.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct Tls(Arc<ServerConfig>);

/// A certificate that can not be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate can not be read.
    #[error("the certificate cannot be read as PEM: {0}")]
    Certificate(String),
    /// The key can not be read.
    #[error("the key cannot be read as PEM: {0}")]
    Key(String),
    /// The two do not belong together, or are of a kind that is not known.
    #[error("the certificate and the key cannot be used together: {0}")]
    Pair(String),
    /// No certificate could be made.
    #[error("no certificate could be made: {0}")]
    Making(String),
}

impl Tls {
    /// A chain of certificates in PEM, the server's first, and the key of the first in PEM.
    ///
    /// # Errors
    ///
    /// [`TlsError`].
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.map_err(|error| TlsError::Certificate(error.to_string()))?;
        if chain.is_empty() {
            return Err(TlsError::Certificate("the file holds no certificate".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| TlsError::Key(error.to_string()))?;
        Self::new(chain, key)
    }

    /// A certificate that the server signs itself, for `localhost` and these addresses: clients must be told to trust
    /// it.
    ///
    /// # Errors
    ///
    /// [`TlsError`].
    pub fn self_signed(addresses: &[IpAddr]) -> Result<Self, TlsError> {
        let lost = |error: rcgen::Error| TlsError::Making(error.to_string());
        let own = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
        let addresses = own.iter().chain(addresses).map(ToString::to_string);
        let names: Vec<String> = std::iter::once("localhost".to_owned()).chain(addresses).collect();
        let key = KeyPair::generate().map_err(lost)?;
        let certificate =
            CertificateParams::new(names).and_then(|params| params.self_signed(&key)).map_err(lost)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        Self::new(vec![certificate.der().clone()], key)
    }

    fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Self, TlsError> {
        let pair = |error: rustls::Error| TlsError::Pair(error.to_string());
        // The cryptography is chosen here, and not for the whole process.
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(pair)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(pair)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_not_be_used_is_named() {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let (chain, pem) = (certificate.pem(), key.serialize_pem());
        Tls::from_pem(chain.as_bytes(), pem.as_bytes()).unwrap();
        Tls::self_signed(&["192.0.2.7".parse().unwrap()]).unwrap();
        let other = KeyPair::generate().unwrap().serialize_pem();
        let error = Tls::from_pem(chain.as_bytes(), other.as_bytes()).unwrap_err();
        assert!(matches!(error, TlsError::Pair(_)), "{error}");
        let error = Tls::from_pem(b"", pem.as_bytes()).unwrap_err();
        assert!(matches!(error, TlsError::Certificate(_)), "{error}");
        let error = Tls::from_pem(chain.as_bytes(), b"nothing").unwrap_err();
        assert!(matches!(error, TlsError::Key(_)), "{error}");
    }
}
