use std::sync::Arc;

use ::ivs_token::{KeyArn, PublicKey, VerifyingKey};

use crate::boundary::{self, borrow, give, place};
use crate::failure::Failure;
use crate::output::ivs_str;
use crate::status::ivs_status;
use crate::verifying_key::ivs_verifying_key;

/// The keys of a ring at one moment, ordered by ARN. Never changed: any number of threads may use one at once.
pub struct ivs_key_list(Vec<Entry>);

struct Entry {
    arn: String,
    name: Option<String>,
    tags: Vec<(String, String)>,
    key: VerifyingKey,
    retired_at: Option<i64>,
}

impl ivs_key_list {
    pub(crate) fn of<A: KeyArn>(keys: &[Arc<PublicKey<A>>]) -> Self {
        let entry = |key: &Arc<PublicKey<A>>| Entry {
            arn: key.arn().to_string(),
            name: key.name().map(|name| name.as_str().to_owned()),
            tags: key.tags().iter().map(|(tag, value)| (tag.to_owned(), value.to_owned())).collect(),
            key: key.key().clone(),
            retired_at: key.retired_at().map(::ivs_token::Timestamp::as_secs),
        };
        Self(keys.iter().map(entry).collect())
    }
}

/// How many keys there are.
///
/// # Safety
///
/// `list` is NULL or a key list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_count(list: *const ivs_key_list) -> usize {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(list, "list") }?.0.len()))
}

/// The ARN of the key at an index; absent beyond the last. Lives as long as the list.
///
/// # Safety
///
/// `list` is NULL or a key list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_arn(list: *const ivs_key_list, index: usize) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { at(list, index) }?.arn.as_str().into()))
}

/// The name of the key at an index; absent when it has none. Lives as long as the list.
///
/// # Safety
///
/// `list` is NULL or a key list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_name(list: *const ivs_key_list, index: usize) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { at(list, index) }?.name.as_deref().into()))
}

/// How many tags the key at an index has.
///
/// # Safety
///
/// `list` is NULL or a key list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_tag_count(list: *const ivs_key_list, index: usize) -> usize {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { at(list, index) }?.tags.len()))
}

/// A tag of the key at an index. The tag's own index is below `ivs_key_list_tag_count`; tags are ordered. Both texts
/// live as long as the list.
///
/// # Safety
///
/// `list` is a key list; `tag` and `value` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_tag_at(
    list: *const ivs_key_list,
    index: usize,
    tag_index: usize,
    tag: *mut ivs_str,
    value: *mut ivs_str,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let tags = &unsafe { at(list, index) }?.tags;
        let (tag, value) = (place(tag, "tag")?, place(value, "value")?);
        let found = tags.get(tag_index).ok_or_else(|| Failure::no_such("tag", tag_index, tags.len()))?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe {
            tag.write(found.0.as_str().into());
            value.write(found.1.as_str().into());
        }
        Ok(())
    })
}

/// The first second since 1970 at which the key at an index no longer verifies; -1 if it is not being retired.
///
/// # Safety
///
/// `list` is NULL or a key list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_retired_at(list: *const ivs_key_list, index: usize) -> i64 {
    // SAFETY: as the caller promises.
    boundary::get(-1, || Ok(unsafe { at(list, index) }?.retired_at.unwrap_or(-1)))
}

/// The key at an index, as an object of its own.
///
/// # Safety
///
/// `list` is a key list; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_key(
    list: *const ivs_key_list,
    index: usize,
    out: *mut *mut ivs_verifying_key,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let entry = unsafe { at(list, index) }?;
        let out = place(out, "out")?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verifying_key(entry.key.clone())) };
        Ok(())
    })
}

/// Frees a key list. NULL is ignored.
///
/// # Safety
///
/// `list` is NULL or a key list that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_key_list_free(list: *mut ivs_key_list) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(list) };
}

/// # Safety
///
/// `list` is NULL or a key list, which lives as long as `'l`.
unsafe fn at<'l>(list: *const ivs_key_list, index: usize) -> Result<&'l Entry, Failure> {
    // SAFETY: as the caller promises.
    let list = &unsafe { borrow(list, "list") }?.0;
    list.get(index).ok_or_else(|| Failure::no_such("key", index, list.len()))
}
