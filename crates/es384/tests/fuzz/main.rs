//! The body of the fuzz target `engine`, on bytes that are made rather than found.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

#[allow(unreachable_pub, reason = "the fuzz target uses it from outside")]
mod body;

use es384::SigningKey;

#[test]
fn good_and_damaged_signatures() {
    let mut made_a_key = 0;
    for round in 0..30_u8 {
        let key = SigningKey::generate().unwrap();
        let message = vec![round; usize::from(round)];
        let point = key.verifying_key().to_sec1_point_compressed();
        let mut bytes = [&[point[0]], &point[1..], &key.sign(&message).unwrap(), &message].concat();
        // Every third stays good; the others are damaged in the key, the signature or the message.
        if round % 3 > 0 {
            let place = usize::from(round) * 37 % bytes.len();
            bytes[place] ^= 1 << (round % 8);
        }
        made_a_key += usize::from(body::verify_alike(&bytes));
        assert!(!body::verify_alike(&bytes[..140]));
    }
    assert!(made_a_key > 10, "{made_a_key} of 30 made a key");
}
