//! The public half as bytes: a point on P-384 (SEC 1, section 2.3.3).

use p384::elliptic_curve::sec1::ToSec1Point;

use crate::KeyError;

/// An uncompressed point: `04`, 48 bytes of x, 48 bytes of y. Only the functions of this file make one, so it is
/// always on the curve.
pub(crate) type Point = [u8; 97];

/// Reads a point, compressed or not, and checks that it is on the curve.
pub(crate) fn parse(bytes: &[u8]) -> Result<Point, KeyError> {
    match (bytes.first(), bytes.len()) {
        (Some(4), 97) | (Some(2 | 3), 49) => {}
        // The hybrid (06, 07) and compact (05) forms and the point at infinity (00) are not keys (RFC 5480, section
        // 2.2).
        _ => return Err(KeyError::PointMalformed),
    }
    let key = p384::PublicKey::from_sec1_bytes(bytes).map_err(|_| KeyError::PointNotOnCurve)?;
    encode(&key)
}

/// The bytes of a key that the crate `p384` has accepted.
pub(crate) fn encode(key: &p384::PublicKey) -> Result<Point, KeyError> {
    key.to_sec1_point(false).as_bytes().try_into().map_err(|_| KeyError::PointMalformed)
}

/// `02` or `03`, depending on the parity of y, then x.
pub(crate) fn compress(point: &Point) -> [u8; 49] {
    let mut out = [0; 49];
    out.copy_from_slice(&point[..49]);
    out[0] = 2 + (point[96] & 1);
    out
}

/// The two coordinates, 48 bytes each.
pub(crate) fn coordinates(point: &Point) -> (&[u8], &[u8]) {
    point[1..].split_at(48)
}

/// The name of another curve whose points have this form and length.
pub(crate) fn foreign_curve(bytes: &[u8]) -> Option<&'static str> {
    match (bytes.first()?, bytes.len()) {
        (4, 57) | (2 | 3, 29) => Some("P-224"),
        (4, 65) | (2 | 3, 33) => Some("P-256"),
        (4, 133) | (2 | 3, 67) => Some("P-521"),
        _ => None,
    }
}
