//! HMAC against the published vectors, one by one and in lanes.

use super::{
    super::{lanes::Lanes, sign::Hmac},
    hex,
    ways::on_all_lanes,
};

/// RFC 4231, sections 4.2 to 4.5: key and message, both shorter than 48 bytes or made so long by zeros, which HMAC appends to keys
/// anyway; then the digest.
const KEYS: [&[u8]; 3] = [&[0x0B; 20], b"Jefe", &[0xAA; 20]];
const DIGESTS: [&str; 3] = [
    "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6",
    "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
    "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b2a5ab39dc13814b94e3ab6e101a34f27",
];

fn keyed(key: &[u8]) -> Hmac {
    let mut padded = [0; 48];
    padded[..key.len()].copy_from_slice(key);
    Hmac::new(&padded)
}

#[test]
fn published_one_by_one() {
    let [hi, jefe, dd] = KEYS.map(keyed);
    assert_eq!(hi.of(b"Hi There"), hex(DIGESTS[0]));
    assert_eq!(jefe.of(b"what do ya want for nothing?"), hex(DIGESTS[1]));
    assert_eq!(dd.of(&[0xDD; 50]), hex(DIGESTS[2]));
}

on_all_lanes!(published_in_lanes);

/// Each lane under its own key: all lanes have the messages of one length, and the vector's lane its digest.
fn published_in_lanes<L: Lanes>(lanes: L) {
    let [hi, jefe, dd] = KEYS.map(keyed);
    for lane in 0..8 {
        let mut keys = [&dd; 8];
        keys[lane] = &hi;
        let mut messages = [*b"Hi Thery"; 8];
        messages[lane] = *b"Hi There";
        assert_eq!(Hmac::of_8(lanes, keys, &messages)[lane], hex(DIGESTS[0]), "lane {lane}");
        keys[lane] = &jefe;
        let mut messages = [[7; 28]; 8];
        messages[lane] = *b"what do ya want for nothing?";
        assert_eq!(Hmac::of_8(lanes, keys, &messages)[lane], hex(DIGESTS[1]), "lane {lane}");
    }
}
