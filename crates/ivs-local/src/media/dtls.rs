//! DTLS with peers, including those with P-224 certificates. ffmpeg makes such certificates if it is built with
//! `GnuTLS`. They are as good as any other here, because only the fingerprint in the offer identifies a peer.

use std::sync::Arc;
use std::time::Instant;

use dimpl::CryptoError as DtlsCryptoError;
use dimpl::CryptoOperation::VerifySignature;
use dimpl::crypto::{HashAlgorithm, SignatureAlgorithm, SignatureVerifier, aws_lc_rs};
use p224::ecdsa::signature::hazmat::PrehashVerifier;
use p224::ecdsa::{DerSignature, VerifyingKey};
use sha2::{Digest, Sha256, Sha384};
use str0m::config::DtlsCert;
use str0m::crypto::dtls::{
    DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion, ProtocolVersion,
};
use str0m::crypto::{CryptoError, CryptoProvider, from_feature_flags};
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::asn1::ObjectIdentifier;

/// `secp224r1` (RFC 5480, section 2.1.1.1).
const P224: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.33");

/// The cryptography of connections for media.
pub(super) fn provider() -> CryptoProvider {
    CryptoProvider { dtls_provider: &Provider, ..from_feature_flags() }
}

#[derive(Debug)]
struct Provider;

#[derive(Debug)]
struct Instance(dimpl::Dtls);

/// A verifier that adds P-224 to the usual one.
#[derive(Debug)]
struct Verifier;

impl DtlsProvider for Provider {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        certificate: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let mut cryptography = aws_lc_rs::default_provider();
        cryptography.signature_verification = &Verifier;
        // ICE has shown that the peer receives at its address, so no cookie is needed.
        let mut config = dimpl::Config::builder().with_crypto_provider(cryptography).use_server_cookie(false);
        if let Some(mtu) = mtu {
            config = config.mtu(mtu);
        }
        let config = config.build().map_err(|error| CryptoError::Other(error.to_string()))?;
        let (config, certificate) = (Arc::new(config), certificate.clone());
        let instance = match version {
            DtlsVersion::Dtls13 => dimpl::Dtls::new_13(config, certificate, now),
            DtlsVersion::Auto => dimpl::Dtls::new_auto(config, certificate, now),
            _ => dimpl::Dtls::new_12(config, certificate, now),
        };
        Ok(Box::new(Instance(instance)))
    }
}

impl DtlsInstance for Instance {
    fn set_active(&mut self, active: bool) {
        self.0.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.0.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buffer: &'a mut [u8]) -> DtlsOutput<'a> {
        self.0.poll_output(buffer)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.0.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.0.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.0.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.0.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.0.close()
    }
}

impl SignatureVerifier for Verifier {
    fn verify_signature(
        &self,
        certificate: &[u8],
        data: &[u8],
        signature: &[u8],
        hash: HashAlgorithm,
        algorithm: SignatureAlgorithm,
    ) -> Result<(), DtlsCryptoError> {
        let usual = aws_lc_rs::default_provider().signature_verification;
        match usual.verify_signature(certificate, data, signature, hash, algorithm) {
            Err(DtlsCryptoError::UnsupportedEcCurve) => verify(certificate, data, signature, hash),
            done => done,
        }
    }
}

/// Verifies an ECDSA signature with the P-224 key of a certificate in DER.
fn verify(
    certificate: &[u8],
    data: &[u8],
    signature: &[u8],
    hash: HashAlgorithm,
) -> Result<(), DtlsCryptoError> {
    let certificate =
        Certificate::from_der(certificate).map_err(|_| DtlsCryptoError::CertificateParseFailed)?;
    let key = certificate.tbs_certificate().subject_public_key_info();
    let curve =
        key.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
    if curve != Some(P224) {
        return Err(DtlsCryptoError::UnsupportedEcCurve);
    }
    let digest = match hash {
        HashAlgorithm::SHA256 => Sha256::digest(data).to_vec(),
        HashAlgorithm::SHA384 => Sha384::digest(data).to_vec(),
        _ => return Err(DtlsCryptoError::OperationFailed(VerifySignature)),
    };
    let point = key.subject_public_key.as_bytes().ok_or(DtlsCryptoError::InvalidSubjectPublicKey)?;
    let key = VerifyingKey::from_sec1_bytes(point).map_err(|_| DtlsCryptoError::InvalidSubjectPublicKey)?;
    let wrong = |_| DtlsCryptoError::OperationFailed(VerifySignature);
    let signature = DerSignature::from_bytes(signature).map_err(wrong)?;
    key.verify_prehash(&digest, &signature).map_err(wrong)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    /// Made by `openssl req -x509` with a key of `openssl ecparam -name secp224r1 -genkey`. The signatures of
    /// `signed` were made by `openssl dgst`.
    const CERTIFICATE: &str = "MIIBXzCCAQ6gAwIBAgIUQkLv+4/UYTdFHE5M4D9mK8BQfHMwCgYIKoZIzj0EAwIwDzENMAsGA1UEAwwEbGF2ZjAeFw0yNjExMjcxODI5MTNaFw0zNjExMjQxODI5MTNaMA8xDTALBgNVBAMMBGxhdmYwTjAQBgcqhkjOPQIBBgUrgQQAIQM6AARcrd/+OySIyuhPpEEfbKAnvznr8zordZDUQqmmzfzf+zOZnxmrNVs/g7fJvqfoM7MRX/2YJR+XzKNTMFEwHQYDVR0OBBYEFAu1zmD/rtaQ9yhsWVjQ/Dbx8qbuMB8GA1UdIwQYMBaAFAu1zmD/rtaQ9yhsWVjQ/Dbx8qbuMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDPwAwPAIccsz0PCv/7r/JK0fTt3TcQ04PdR4/DQ5st0w0+gIcBmRxiqqy7rsf/2cEYiKSfjWIsYvJ4QSVPO2TNQ==";
    const WITH_SHA256: &str =
        "MD0CHQDsKdUiRFow1zw5nCYDM+n6nncrbwQdTtFHnTF3AhwmxKQc2qtEqKf9U0pXORhH7f1OPDsEZrnw0VXf";
    const WITH_SHA384: &str =
        "MD4CHQDEPn+uSVX9XnK9zSOwYA1YJlEVZZ1nSFjPD9IEAh0A4nEYZGzlc60nBWAK19gyYAl1YMDWDqjoosP0cA==";

    fn verifies(certificate: &[u8], data: &[u8], signature: &[u8], hash: HashAlgorithm) -> bool {
        Verifier.verify_signature(certificate, data, signature, hash, SignatureAlgorithm::ECDSA).is_ok()
    }

    #[test]
    fn what_ffmpeg_signs_with_p224() {
        let decode = |text| STANDARD.decode(text).unwrap();
        let certificate = decode(CERTIFICATE);
        for (signature, hash, other) in [
            (decode(WITH_SHA256), HashAlgorithm::SHA256, HashAlgorithm::SHA384),
            (decode(WITH_SHA384), HashAlgorithm::SHA384, HashAlgorithm::SHA256),
        ] {
            assert!(verifies(&certificate, b"signed", &signature, hash));
            assert!(!verifies(&certificate, b"signet", &signature, hash));
            assert!(!verifies(&certificate, b"signed", &signature, other));
            assert!(!verifies(&certificate, b"signed", &signature[1..], hash));
            assert!(!verifies(&certificate[1..], b"signed", &signature, hash));
            let mut wrong = signature.clone();
            *wrong.last_mut().unwrap() ^= 1;
            assert!(!verifies(&certificate, b"signed", &wrong, hash));
        }
    }

    #[test]
    fn what_the_usual_verifier_refuses_is_not_asked_again() {
        let certificate = provider().dtls_provider.generate_certificate().unwrap().certificate;
        assert!(!verifies(
            &certificate,
            b"signed",
            &STANDARD.decode(WITH_SHA256).unwrap(),
            HashAlgorithm::SHA256
        ));
    }
}
