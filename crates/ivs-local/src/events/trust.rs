//! Whom a target on https is trusted by.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Trusts these certificates in PEM, and without them those that the system trusts.
pub(super) fn trust(certificates: Option<&str>) -> Result<Arc<ClientConfig>, String> {
    let roots = match certificates {
        Some(pem) => given(pem)?,
        None => system()?,
    };
    // The cryptography is chosen here, and not for the whole process.
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

fn given(pem: &str) -> Result<RootCertStore, String> {
    let wrong =
        |error: &dyn std::fmt::Display| format!("`certificates` must be certificates in PEM: {error}");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() { Err(wrong(&"it holds no certificate")) } else { Ok(roots) }
}

fn system() -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(
            "this system has no root certificates with which to trust an https target: give the target's own \
                    as `certificates`"
                .to_owned(),
        );
    }
    Ok(roots)
}
