//! One fuzz case: a key, a signature and a message from any bytes, and every path of the engine must answer as the backend
//! does. The fuzz target in `fuzz/` and the test `fuzz` share it.

use es384::{Path, VerifyingKey, verify_batch};

/// Bytes: the parity of y, 48 of x, 96 of the signature, and the message. Says whether they made a key.
pub fn verify_alike(bytes: &[u8]) -> bool {
    let Some((&parity, rest)) = bytes.split_first() else { return false };
    let Some((x, rest)) = rest.split_at_checked(48) else { return false };
    let Some((signature, message)) = rest.split_at_checked(96) else { return false };
    let point = [&[2 + (parity & 1)], x].concat();
    let Ok(key) = VerifyingKey::from_sec1_point(point) else { return false };
    let wanted = key.verify(message, signature);
    for path in Path::all() {
        let key = key.unprepared();
        key.prepare_on(path);
        assert_eq!(key.verify(message, signature), wanted, "{path:?}");
        // Nine: a full group of lanes and one more.
        let batch = verify_batch(&[(&key, message, signature); 9]);
        assert!(batch.iter().all(|answer| *answer == wanted), "a batch on {path:?}");
    }
    true
}
