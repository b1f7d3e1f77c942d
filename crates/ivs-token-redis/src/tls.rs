use std::fmt;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore};

use crate::error::BuildError;

#[cfg(feature = "aws-lc-rs")]
use rustls::crypto::aws_lc_rs as provider;
#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
use rustls::crypto::ring as provider;

/// How a server proves who it is, and we do: read once, used by every connection.
#[derive(Clone)]
pub(crate) struct Tls {
    config: Arc<ClientConfig>,
}

/// Certificates as PEM, as they were given.
#[derive(Clone, Default)]
pub(crate) struct Certificates {
    pub(crate) roots: Option<Vec<u8>>,
    pub(crate) client: Option<(Vec<u8>, Vec<u8>)>,
}

impl Certificates {
    pub(crate) fn is_empty(&self) -> bool {
        self.roots.is_none() && self.client.is_none()
    }
}

impl Tls {
    /// For connections to these hosts, and to those that they name later.
    pub(crate) fn new<'h>(
        hosts: impl IntoIterator<Item = &'h str>,
        certificates: &Certificates,
    ) -> Result<Self, BuildError> {
        for host in hosts {
            ServerName::try_from(host).map_err(|_| wrong(NO_NAME))?;
        }
        let roots = match &certificates.roots {
            Some(pem) => roots_of(pem)?,
            None => roots_of_system()?,
        };
        // The provider is given, not that of the process: two libraries that want different ones can live side by side.
        let config = ClientConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(error.to_string()))?
            .with_root_certificates(roots);
        let config = match &certificates.client {
            None => config.with_no_client_auth(),
            Some((chain, key)) => {
                let chain = certificates_of(chain, "the client's certificate")?;
                let key = PrivateKeyDer::from_pem_slice(key)
                    .map_err(|_| wrong("the client's private key is not in PEM, or is encrypted"))?;
                config
                    .with_client_auth_cert(chain, key)
                    .map_err(|error| wrong(format!("the client's certificate and key: {error}")))?
            }
        };
        Ok(Self { config: Arc::new(config) })
    }

    /// Begins with a host, whose certificate must be for this name.
    pub(crate) fn begin(&self, host: &str) -> Result<ClientConnection, String> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| NO_NAME.to_owned())?;
        ClientConnection::new(Arc::clone(&self.config), name).map_err(|error| error.to_string())
    }
}

const NO_NAME: &str = "the host is neither a name nor an address that a certificate could be for";

fn roots_of(pem: &[u8]) -> Result<RootCertStore, BuildError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates_of(pem, "the root certificate")? {
        roots.add(certificate).map_err(|error| wrong(format!("the root certificate: {error}")))?;
    }
    Ok(roots)
}

fn roots_of_system() -> Result<RootCertStore, BuildError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        return Err(wrong(
            "this system has no root certificates: install its package of them (often ca-certificates), or give some",
        ));
    }
    Ok(roots)
}

fn certificates_of(pem: &[u8], what: &str) -> Result<Vec<CertificateDer<'static>>, BuildError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(wrong(format!("{what} is not in PEM (-----BEGIN CERTIFICATE-----)"))),
    }
}

fn wrong(reason: impl Into<String>) -> BuildError {
    BuildError::Tls { reason: reason.into() }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_named() {
        let refused = |roots: Option<&[u8]>, client: Option<(&[u8], &[u8])>| {
            let client = client.map(|(chain, key)| (chain.to_vec(), key.to_vec()));
            let certificates = Certificates { roots: roots.map(<[u8]>::to_vec), client };
            Tls::new(["cache.example"], &certificates).unwrap_err().to_string()
        };
        assert!(refused(Some(b"nonsense"), None).contains("the root certificate is not in PEM"));
        let empty = b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
        assert!(refused(Some(empty), None).contains("the root certificate: "));
        let name = Tls::new(["no host"], &Certificates::default()).unwrap_err().to_string();
        assert!(name.contains("the host is neither"), "{name}");
    }
}
