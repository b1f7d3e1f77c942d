use std::ffi::c_char;

use ::ivs_token::{KeyName, KeyRing, KeySet, PlaybackKeyArn, PublicKey, PublicKeyArn, Timestamp};

use crate::boundary::{self, borrow, give, place};
use crate::failure::Failure;
use crate::input::{bytes, text};
use crate::key_list::ivs_key_list;
use crate::output;
use crate::signing_key::ivs_signing_key;
use crate::status::ivs_status;
use crate::token::{self, moment};
use crate::verifying_key::ivs_verifying_key;

/// The public keys that verifiers trust, of stages or of playback, and the private key that signs. Any number of
/// threads may use and change one at once: a reader sees it before a change or after it. Verifiers that were given the
/// ring see each change.
pub struct ivs_key_ring(pub(crate) AnyRing);

pub(crate) enum AnyRing {
    Public(KeyRing<PublicKeyArn>),
    Playback(KeyRing<PlaybackKeyArn>),
}

/// Does the same with a ring of either kind.
macro_rules! with_ring {
    ($ring:expr, $inner:ident => $body:expr) => {
        match &$ring.0 {
            AnyRing::Public($inner) => $body,
            AnyRing::Playback($inner) => $body,
        }
    };
}

/// An empty ring for keys of participant and connection tokens. `limit` is how many it holds at most, 0 for 64.
///
/// # Safety
///
/// `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_new(limit: usize, out: *mut *mut ivs_key_ring) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        let limit = if limit == 0 { KeyRing::<PublicKeyArn>::DEFAULT_LIMIT } else { limit };
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_key_ring(AnyRing::Public(KeyRing::with_limit(limit)))) };
        Ok(())
    })
}

/// An empty ring for keys of playback tokens. `limit` is how many it holds at most, 0 for 64.
///
/// # Safety
///
/// `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_new_playback(limit: usize, out: *mut *mut ivs_key_ring) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        let limit = if limit == 0 { KeyRing::<PlaybackKeyArn>::DEFAULT_LIMIT } else { limit };
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_key_ring(AnyRing::Playback(KeyRing::with_limit(limit)))) };
        Ok(())
    })
}

/// Keeps at most `limit` keys of the ring prepared, so that verifying with them takes a tenth of its time. Each takes
/// 440 KiB and up to 2 ms. Beyond the limit, the least recently used keys are not prepared. 64 by default, 0 for none.
///
/// # Safety
///
/// `ring` is a key ring.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_set_prepared_limit(
    ring: *mut ivs_key_ring,
    limit: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        with_ring!(ring, inner => inner.set_prepared_limit(limit));
        Ok(())
    })
}

/// How many keys of the ring are prepared now, for monitoring.
///
/// # Safety
///
/// `ring` is NULL or a key ring.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_prepared_count(ring: *const ivs_key_ring) -> usize {
    boundary::get(0, || {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        Ok(with_ring!(ring, inner => inner.prepared_keys()))
    })
}

/// Imports a key under the ARN that IVS gave it. A key that the ring already holds stays as it is.
///
/// # Safety
///
/// `ring` is a key ring; `arn_len` bytes can be read at `arn`; `key` is a verifying key.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_import(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        // SAFETY: as the caller promises.
        let key = unsafe { borrow(key, "key") }?;
        with_ring!(ring, inner => inner.import(arn.parse()?, key.0.clone())?);
        Ok(())
    })
}

/// As `ivs_key_ring_import`, with a name: at most 128 of `A-Z a-z 0-9 _ -`, as ImportPublicKey takes it.
///
/// # Safety
///
/// `ring` is a key ring; each length can be read at its pointer; `key` is a verifying key.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_import_named(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    name: *const c_char,
    name_len: usize,
    key: *const ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        // SAFETY: as the caller promises.
        let (name, key) = unsafe { (text(name, name_len, "name")?, borrow(key, "key")?) };
        let name: KeyName = name.parse()?;
        with_ring!(ring, inner => {
            inner.import_public_key(PublicKey::new(arn.parse()?, key.0.clone()).with_name(name))
        })?;
        Ok(())
    })
}

/// TagResource: adds a tag to a key, or replaces its value. At most 50 tags, names of 1 to 128 characters and values of
/// at most 256.
///
/// # Safety
///
/// `ring` is a key ring; each length can be read at its pointer.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_tag(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    tag: *const c_char,
    tag_len: usize,
    value: *const c_char,
    value_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        // SAFETY: as the caller promises.
        let (tag, value) = unsafe { (text(tag, tag_len, "tag")?, text(value, value_len, "value")?) };
        with_ring!(ring, inner => inner.tag(&arn.parse()?, [(tag, value)]))?;
        Ok(())
    })
}

/// UntagResource: removes a tag, if the key has it.
///
/// # Safety
///
/// `ring` is a key ring; each length can be read at its pointer.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_untag(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    tag: *const c_char,
    tag_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        // SAFETY: as the caller promises.
        let tag = unsafe { text(tag, tag_len, "tag") }?;
        with_ring!(ring, inner => inner.untag(&arn.parse()?, [tag]))?;
        Ok(())
    })
}

/// Imports many keys in one change, all or none: a JWK set whose `kid`s are ARNs, or what `aws ivs-realtime get-public-key`
/// prints, one or several. A key with `exp` in the set, or `retiredAt` in the other, verifies until that time.
///
/// # Safety
///
/// `ring` is a key ring; `json_len` bytes can be read at `json`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_load(
    ring: *mut ivs_key_ring,
    json: *const c_char,
    json_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, json) = unsafe { (borrow(ring, "ring")?, bytes(json.cast(), json_len, "json")?) };
        with_ring!(ring, inner => inner.import_all(KeySet::from_any(json)?)?);
        Ok(())
    })
}

/// Replaces all keys with those of a JWK set, or of what the API prints, in one change. Use it when a configuration is
/// read again. Tokens of a key that is no longer there are refused.
///
/// # Safety
///
/// `ring` is a key ring; `json_len` bytes can be read at `json`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_replace(
    ring: *mut ivs_key_ring,
    json: *const c_char,
    json_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, json) = unsafe { (borrow(ring, "ring")?, bytes(json.cast(), json_len, "json")?) };
        with_ring!(ring, inner => inner.replace(KeySet::from_any(json)?)?);
        Ok(())
    })
}

/// Deletes a key. From now on, all tokens that it signed are refused.
///
/// # Safety
///
/// `ring` is a key ring; `arn_len` bytes can be read at `arn`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_delete(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        with_ring!(ring, inner => inner.delete(&arn.parse()?)?);
        Ok(())
    })
}

/// Retires a key at this second since 1970: from then on it does not verify. `IVS_NOW` retires it at once.
///
/// # Safety
///
/// `ring` is a key ring; `arn_len` bytes can be read at `arn`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_retire(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    at: i64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        let at = end(at)?;
        with_ring!(ring, inner => inner.retire(&arn.parse()?, at)?);
        Ok(())
    })
}

/// Cancels the retirement of a key, even if its time has come. The key verifies again, without an end.
///
/// # Safety
///
/// `ring` is a key ring; `arn_len` bytes can be read at `arn`.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_reinstate(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        with_ring!(ring, inner => inner.reinstate(&arn.parse()?)?);
        Ok(())
    })
}

/// Deletes the keys that are retired by `now`, which is `IVS_NOW` or a second since 1970, and gives their number.
///
/// # Safety
///
/// `ring` is a key ring; `deleted` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_delete_retired(
    ring: *mut ivs_key_ring,
    now: i64,
    deleted: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        let deleted = place(deleted, "deleted")?;
        let now = moment(now)?;
        let count = with_ring!(ring, inner => inner.delete_retired(now).len());
        // SAFETY: not NULL, and as the caller promises.
        unsafe { deleted.write(count) };
        Ok(())
    })
}

/// The key of this ARN, as an object of its own.
///
/// # Safety
///
/// `ring` is a key ring; `arn_len` bytes can be read at `arn`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_get(
    ring: *const ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    out: *mut *mut ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        let out = place(out, "out")?;
        let key = with_ring!(ring, inner => inner.get(&arn.parse()?).map(|key| key.key().clone()));
        let key = key.ok_or_else(|| Failure::no_such_key(arn))?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifying_key(key)) };
        Ok(())
    })
}

/// Makes a key that the ring holds the signing key; `key` is its private half. The previous signing key still verifies,
/// without an end. To retire it, use `ivs_key_ring_rotate`.
///
/// # Safety
///
/// `ring` is a key ring; `arn_len` bytes can be read at `arn`; `key` is a signing key.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_sign_with(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_signing_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        // SAFETY: as the caller promises.
        let key = unsafe { token::key(key) }?;
        with_ring!(ring, inner => inner.sign_with(&arn.parse()?, key.clone())?);
        Ok(())
    })
}

/// Leaves the ring without a signing key. Use it to delete a key whose private half has leaked.
///
/// # Safety
///
/// `ring` is a key ring.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_stop_signing(ring: *mut ivs_key_ring) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        with_ring!(ring, inner => inner.stop_signing());
        Ok(())
    })
}

/// Makes this the signing key, imports its public half if the ring does not hold it, and retires the previous signing
/// key at `old_until`, all in one change. `old_until` is a second since 1970, or `IVS_NOW`. Choose a time at which the
/// last token of the previous key has expired. If there was no signing key, this sets the first one.
///
/// # Safety
///
/// `ring` is a key ring; `arn_len` bytes can be read at `arn`; `key` is a signing key.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_rotate(
    ring: *mut ivs_key_ring,
    arn: *const c_char,
    arn_len: usize,
    key: *const ivs_signing_key,
    old_until: i64,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (ring, arn) = unsafe { (borrow(ring, "ring")?, text(arn, arn_len, "arn")?) };
        // SAFETY: as the caller promises.
        let key = unsafe { token::key(key) }?;
        let old_until = end(old_until)?;
        with_ring!(ring, inner => { inner.rotate(&arn.parse()?, key.clone(), old_until)?; });
        Ok(())
    })
}

/// The signing key, with its ARN, as an object. Ask for it before each token, so that a rotation takes effect with the
/// next token. `IVS_KEY_NOT_FOUND` if there is none.
///
/// # Safety
///
/// `ring` is a key ring; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_signing_key(
    ring: *const ivs_key_ring,
    out: *mut *mut ivs_signing_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        let out = place(out, "out")?;
        let key = with_ring!(ring, inner => inner.signing_key()).ok_or_else(Failure::no_signing_key)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_signing_key(key)) };
        Ok(())
    })
}

/// How many keys the ring holds.
///
/// # Safety
///
/// `ring` is NULL or a key ring.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_count(ring: *const ivs_key_ring) -> usize {
    boundary::get(0, || {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        Ok(with_ring!(ring, inner => inner.len()))
    })
}

/// The keys at this moment, ordered by ARN, as an object.
///
/// # Safety
///
/// `ring` is a key ring; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_list(
    ring: *const ivs_key_ring,
    out: *mut *mut ivs_key_list,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        let out = place(out, "out")?;
        let list = with_ring!(ring, inner => ivs_key_list::of(&inner.keys()));
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, list) };
        Ok(())
    })
}

/// Writes the keys that are not retired as a JWK set into the caller's buffer, each with its ARN as `kid`, and with its
/// end as `exp` if it is being retired. Other verifiers can read it, and so can `ivs_key_ring_load` when the program
/// starts again. It does not say which key signs.
///
/// # Safety
///
/// `ring` is a key ring; `*len` bytes can be written at `buffer`, and `len` can be read and written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_to_jwks(
    ring: *const ivs_key_ring,
    buffer: *mut c_char,
    len: *mut usize,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let ring = unsafe { borrow(ring, "ring") }?;
        let jwks = with_ring!(ring, inner => inner.to_jwks());
        // SAFETY: as the caller promises.
        unsafe { output::copy(jwks.as_bytes(), buffer, len) }
    })
}

/// Frees a key ring; verifiers that were given it keep it. NULL is ignored.
///
/// # Safety
///
/// `ring` is NULL or a key ring that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_ring_free(ring: *mut ivs_key_ring) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(ring) };
}

/// The moment at which a key ends. One in the first years after 1970 is a duration that was given for a moment.
fn end(at: i64) -> Result<Timestamp, Failure> {
    if (0..1_000_000_000).contains(&at) {
        let message =
            format!("{at} is a moment long ago: give the seconds since 1970 at which it ends, or IVS_NOW");
        return Err(Failure::out_of_range(message));
    }
    moment(at)
}
