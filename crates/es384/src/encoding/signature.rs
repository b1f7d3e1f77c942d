//! Signatures in DER (RFC 3279, section 2.2.3), as KMS, most HSMs and OpenSSL write them.

use der::{Decode, Reader, SliceReader, asn1::UintRef};

use crate::{InvalidSignature, SIGNATURE_LEN, Signature};

/// Turns a signature in DER, a SEQUENCE of the INTEGERs r and s, into the 96 bytes of ES384 (RFC 7518, section 3.4).
///
/// AWS KMS, PKCS#11 wrappers and `openssl dgst -sign` write signatures in DER. Only canonical DER is accepted, with
/// numbers of at most 48 bytes. This function does not verify the signature;
/// [`VerifyingKey::verify`](crate::VerifyingKey::verify) does.
///
/// # Errors
///
/// [`InvalidSignature`] if the bytes are not such DER.
///
/// ```
/// # let mut der = vec![0x30, 0x06, 0x02, 0x01, 0x05, 0x02, 0x01, 0x07];
/// let signature = es384::signature_from_der(&der)?;
/// assert_eq!((signature[47], signature[95]), (5, 7));
/// # Ok::<(), es384::InvalidSignature>(())
/// ```
pub fn signature_from_der(der: &[u8]) -> Result<Signature, InvalidSignature> {
    let (r, s) = integers(der).map_err(|_| InvalidSignature)?;
    let mut signature = [0; SIGNATURE_LEN];
    let (first, second) = signature.split_at_mut(SIGNATURE_LEN / 2);
    place(r.as_bytes(), first)?;
    place(s.as_bytes(), second)?;
    Ok(signature)
}

fn integers(der: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(der)?;
    let numbers = reader
        .sequence(|reader| Ok::<_, der::Error>((UintRef::decode(reader)?, UintRef::decode(reader)?)))?;
    reader.finish()?;
    Ok(numbers)
}

/// Writes a number without leading zeros to the end of `to`, which holds zeros.
fn place(number: &[u8], to: &mut [u8]) -> Result<(), InvalidSignature> {
    let start = to.len().checked_sub(number.len()).ok_or(InvalidSignature)?;
    to[start..].copy_from_slice(number);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let len = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
        let body = [&[2, len(r)], r, &[2, len(s)], s].concat();
        [&[0x30, len(&body)], &body[..]].concat()
    }

    #[test]
    fn numbers_of_every_length_find_their_place() {
        for len in 1..=48 {
            let number = vec![0x7F; len];
            let signature = signature_from_der(&der(&number, &[1])).unwrap();
            assert_eq!(&signature[48 - len..48], &number[..]);
            assert!(signature[..48 - len].iter().all(|byte| *byte == 0));
            assert_eq!(signature[95], 1);
        }
        // If the first bit is set, DER puts a zero byte before it, so that the number is positive.
        let padded = [&[0][..], &[0xFF; 48]].concat();
        assert_eq!(signature_from_der(&der(&padded, &padded)).unwrap(), [0xFF; 96]);
    }

    #[test]
    fn what_is_not_canonical_is_refused() {
        let good = der(&[5], &[7]);
        for bad in [
            vec![],
            good[..good.len() - 1].to_vec(),
            [&good[..], &[0]].concat(),
            der(&[0, 5], &[7]),
            der(&[0x85], &[7]),
            der(&[0x7F; 49], &[7]),
            der(&[], &[7]),
            vec![0x30, 0x03, 0x02, 0x01, 0x05],
            [&[0x30, 0x81, 0x06], &good[2..]].concat(),
            vec![0xFF; 96],
        ] {
            assert!(signature_from_der(&bad).is_err(), "{bad:02x?}");
        }
    }
}
