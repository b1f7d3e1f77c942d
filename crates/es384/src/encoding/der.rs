//! DER: PKCS#8 (RFC 5958), SEC1 (RFC 5915) and SPKI (RFC 5480), told apart by their structure.

use der::{
    Decode, Encode, Error, ErrorKind, Header, Reader, SliceReader, Tag, TagMode, TagNumber, Tagged,
    asn1::{AnyRef, BitStringRef, ObjectIdentifier, OctetStringRef},
};
use pkcs8::{PrivateKeyInfoRef, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::oid;
use crate::{
    KeyError,
    key::{
        pair::{Pair, Scalar},
        point::{self, Point},
    },
};

/// What a DER document holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Pkcs8,
    Sec1,
    EncryptedPkcs8,
    Spki,
}

impl Kind {
    /// Judges by the types of the outermost fields. A document that is recognised but is not such a key gives an
    /// error that names it.
    pub(crate) fn of(der: &[u8]) -> Result<Self, KeyError> {
        use Tag::{BitString, Integer, OctetString, Sequence};

        let fields = fields(outer_sequence(der)?);
        let tags: Vec<Tag> = fields.iter().map(Tagged::tag).collect();
        match tags.as_slice() {
            [Integer, OctetString, ..] => Ok(Self::Sec1),
            [Integer, Sequence, OctetString, ..] => Ok(Self::Pkcs8),
            [Sequence, OctetString] => Ok(Self::EncryptedPkcs8),
            [Sequence, BitString] => Ok(Self::Spki),
            [Sequence, Sequence, BitString] => Err(certificate_or_request(&fields[0])),
            [Integer, Sequence] | [Integer, Sequence, Sequence] if fields[0].value() == [3] => {
                Err(KeyError::Pkcs12)
            }
            [Integer, Integer] => Err(KeyError::WrongAlgorithm { algorithm: "RSA".into() }),
            [Integer, Integer, Integer, Integer, Integer, Integer] => {
                Err(KeyError::WrongAlgorithm { algorithm: "DSA".into() })
            }
            all if all.len() >= 9 && all[..9].iter().all(|tag| *tag == Integer) => {
                Err(KeyError::WrongAlgorithm { algorithm: "RSA".into() })
            }
            _ => Err(KeyError::NotAKey),
        }
    }
}

/// Reads PKCS#8, version 1 or 2.
pub(crate) fn read_pkcs8(der: &[u8]) -> Result<Pair, KeyError> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(malformed)?;
    check_algorithm(info.algorithm.oid, info.algorithm.parameters)?;
    let mut claimed = Vec::new();
    if let Some(bits) = &info.public_key {
        claimed.push(read_point(bits)?);
    }
    outer_sequence(info.private_key.as_bytes())?;
    read_ec_private_key(info.private_key.as_bytes(), true, claimed)
}

/// Reads SEC1. Without curve parameters, the length of the private number determines the curve.
pub(crate) fn read_sec1(der: &[u8]) -> Result<Pair, KeyError> {
    read_ec_private_key(der, false, Vec::new())
}

/// Reads an SPKI.
pub(crate) fn read_spki(der: &[u8]) -> Result<Point, KeyError> {
    check_spki_algorithm(der)?;
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(malformed)?;
    read_point(&info.subject_public_key)
}

/// The SPKI in an X.509 certificate (RFC 5280, section 4.1). Nothing else in the certificate is checked: the caller
/// decides whether to trust it.
pub(crate) fn spki_of_certificate(der: &[u8]) -> Result<Vec<u8>, KeyError> {
    let certificate = fields(outer_sequence(der)?);
    let to_be_signed = certificate.first().ok_or(KeyError::DerMalformed)?;
    let parts = fields(to_be_signed.value());
    // Version (in `[0]`, or absent), serial number, algorithm, issuer, validity, subject, SPKI.
    let has_version = parts.first().is_some_and(|first| first.tag().is_context_specific());
    let spki = parts.get(if has_version { 6 } else { 5 }).ok_or(KeyError::DerMalformed)?;
    spki.to_der().map_err(malformed)
}

/// Checks that an SPKI is for a P-384 key. The point is not read.
pub(crate) fn check_spki_algorithm(der: &[u8]) -> Result<(), KeyError> {
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(malformed)?;
    check_algorithm(info.algorithm.oid, info.algorithm.parameters).map_err(|error| match error {
        KeyError::ExplicitCurve { .. } => KeyError::ExplicitCurve { is_public: true },
        error => error,
    })
}

/// Checks that a PKCS#8 is for a P-384 key. The private number is not read.
pub(crate) fn check_pkcs8_algorithm(der: &[u8]) -> Result<(), KeyError> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(malformed)?;
    check_algorithm(info.algorithm.oid, info.algorithm.parameters)
}

// In the three documents written here, only the key varies, and it has a fixed length. So each is a fixed beginning
// followed by the key. Writing cannot fail, and the only copy of the private number is the one in the result.

/// SEQUENCE, INTEGER 0, `AlgorithmIdentifier` (id-ecPublicKey, secp384r1), OCTET STRING; then SEC1 without parameters.
const PKCS8_HEAD: [u8; 35] = [
    0x30, 0x81, 0xB6, 0x02, 0x01, 0x00, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
    0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22, 0x04, 0x81, 0x9E, 0x30, 0x81, 0x9B, 0x02, 0x01, 0x01, 0x04,
    0x30,
];
/// SEQUENCE, INTEGER 1, OCTET STRING.
const SEC1_HEAD: [u8; 8] = [0x30, 0x81, 0xA4, 0x02, 0x01, 0x01, 0x04, 0x30];
/// `[0]`, secp384r1.
const SEC1_PARAMETERS: [u8; 9] = [0xA0, 0x07, 0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22];
/// `[1]`, BIT STRING without unused bits.
const SEC1_PUBLIC: [u8; 5] = [0xA1, 0x64, 0x03, 0x62, 0x00];
/// SEQUENCE, `AlgorithmIdentifier` (id-ecPublicKey, secp384r1), BIT STRING without unused bits.
const SPKI_HEAD: [u8; 23] = [
    0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x05, 0x2B, 0x81,
    0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
];

pub(crate) fn write_pkcs8(scalar: &Scalar, point: &Point) -> Zeroizing<Vec<u8>> {
    concat(&[&PKCS8_HEAD, scalar.as_bytes(), &SEC1_PUBLIC, point])
}

pub(crate) fn write_sec1(scalar: &Scalar, point: &Point) -> Zeroizing<Vec<u8>> {
    concat(&[&SEC1_HEAD, scalar.as_bytes(), &SEC1_PARAMETERS, &SEC1_PUBLIC, point])
}

pub(crate) fn write_spki(point: &Point) -> Vec<u8> {
    [SPKI_HEAD.as_slice(), point].concat()
}

fn concat(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    // The buffer is allocated once at its full size, because growing would leave a copy of the key in freed memory.
    let mut out = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// The contents of the SEQUENCE that is the whole input.
fn outer_sequence(der: &[u8]) -> Result<&[u8], KeyError> {
    if der.first() != Some(&0x30) {
        return Err(KeyError::NotAKey);
    }
    let mut reader = SliceReader::new(der).map_err(malformed)?;
    let header = Header::decode(&mut reader).map_err(|error| match error.kind() {
        ErrorKind::Incomplete { .. } => KeyError::Truncated,
        _ => KeyError::DerMalformed,
    })?;
    let (wanted, there) = (header.length(), reader.remaining_len());
    if wanted > there {
        return Err(KeyError::Truncated);
    }
    if wanted < there {
        let bytes = (there - wanted).ok().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
        return Err(KeyError::TrailingBytes { bytes });
    }
    reader.read_slice(wanted).map_err(malformed)
}

/// The first ten fields of a SEQUENCE, or as many as are well formed.
fn fields(contents: &[u8]) -> Vec<AnyRef<'_>> {
    let Ok(mut reader) = SliceReader::new(contents) else { return Vec::new() };
    std::iter::from_fn(|| AnyRef::decode(&mut reader).ok()).take(10).collect()
}

/// Tells a certificate from a request by its first part. In a certificate, this part has at least six fields and
/// begins with the version in `[0]`, or in version 1 with a serial number and an algorithm. In a request, it holds a
/// version, a name, a key and attributes in `[0]`.
fn certificate_or_request(first: &AnyRef<'_>) -> KeyError {
    match fields(first.value()).as_slice() {
        [version, _, _, last] if version.tag() == Tag::Integer && last.tag().is_context_specific() => {
            KeyError::CertificateRequest
        }
        _ => KeyError::Certificate,
    }
}

fn check_algorithm(algorithm: ObjectIdentifier, parameters: Option<AnyRef<'_>>) -> Result<(), KeyError> {
    if algorithm != oid::EC {
        return Err(KeyError::WrongAlgorithm { algorithm: oid::algorithm_name(&algorithm) });
    }
    check_curve(parameters.ok_or(KeyError::DerMalformed)?)
}

fn check_curve(parameters: AnyRef<'_>) -> Result<(), KeyError> {
    match parameters.tag() {
        Tag::ObjectIdentifier => {
            let curve: ObjectIdentifier = parameters.decode_as().map_err(malformed)?;
            if curve == oid::P384 {
                Ok(())
            } else {
                Err(KeyError::WrongCurve { curve: oid::curve_name(&curve) })
            }
        }
        Tag::Sequence => Err(KeyError::ExplicitCurve { is_public: false }),
        _ => Err(KeyError::DerMalformed),
    }
}

/// Reads `ECPrivateKey` (RFC 5915, section 3) field by field, because the crate `sec1` refuses explicit parameters
/// without saying so.
fn read_ec_private_key(der: &[u8], curve_is_known: bool, mut claimed: Vec<Point>) -> Result<Pair, KeyError> {
    struct Fields<'a> {
        version: u8,
        number: &'a [u8],
        parameters: Option<AnyRef<'a>>,
        public: Option<BitStringRef<'a>>,
    }
    let fields = AnyRef::from_der(der)
        .and_then(|whole| {
            whole.sequence(|reader| {
                Ok::<_, Error>(Fields {
                    version: reader.decode()?,
                    number: reader.decode::<&OctetStringRef>()?.as_bytes(),
                    parameters: read_tagged(reader, TagNumber(0))?,
                    public: reader.context_specific(TagNumber(1), TagMode::Explicit)?,
                })
            })
        })
        .map_err(malformed)?;
    if fields.version != 1 {
        return Err(KeyError::DerMalformed);
    }
    match fields.parameters {
        Some(parameters) => check_curve(parameters)?,
        None if curve_is_known => {}
        None => check_curve_by_length(fields.number.len())?,
    }
    if let Some(bits) = &fields.public {
        claimed.push(read_point(bits)?);
    }
    Pair::new(Scalar::from_slice(fields.number)?, &claimed)
}

/// An optional field of any type, tagged explicitly.
fn read_tagged<'a>(reader: &mut SliceReader<'a>, number: TagNumber) -> Result<Option<AnyRef<'a>>, Error> {
    let tag = Tag::ContextSpecific { constructed: true, number };
    if reader.is_finished() || Tag::peek(reader)? != tag {
        return Ok(None);
    }
    let wrapper = AnyRef::decode(reader)?;
    AnyRef::from_der(wrapper.value()).map(Some)
}

fn check_curve_by_length(bytes: usize) -> Result<(), KeyError> {
    let curve = match bytes {
        28 => "P-224",
        32 => "P-256",
        66 => "P-521",
        _ => return Ok(()),
    };
    Err(KeyError::WrongCurve { curve: curve.into() })
}

fn read_point(bits: &BitStringRef<'_>) -> Result<Point, KeyError> {
    point::parse(bits.as_bytes().ok_or(KeyError::DerMalformed)?)
}

/// The decoder's errors name a position in the bytes, which does not help the user. Only one kind says what is wrong.
fn malformed(error: Error) -> KeyError {
    match error.kind() {
        ErrorKind::TrailingData { remaining, .. } => {
            KeyError::TrailingBytes { bytes: usize::try_from(remaining).unwrap_or_default() }
        }
        _ => KeyError::DerMalformed,
    }
}
