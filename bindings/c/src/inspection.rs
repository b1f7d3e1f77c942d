use std::ffi::c_char;

use ::ivs_token::inspect_at;

use crate::boundary::{self, borrow, give, place};
use crate::failure::Failure;
use crate::input::stranger;
use crate::output::ivs_str;
use crate::status::ivs_status;
use crate::token::moment;

/// What a text looks like, in words. Nothing in it is verified. Never changed: any number of threads may use one at once.
pub struct ivs_inspection {
    text: String,
    json: String,
    problems: Vec<String>,
}

/// Looks at a token without trusting it, and says in words what is wrong with it. Any bytes up to 1 MiB are allowed,
/// even if they are not text. `now` is `IVS_NOW`, or the second since 1970 to judge its times by.
///
/// # Safety
///
/// `token_len` bytes can be read at `token`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspect(
    token: *const c_char,
    token_len: usize,
    now: i64,
    out: *mut *mut ivs_inspection,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let token = unsafe { stranger(token, token_len, "token") }?;
        let inspection = inspect_at(&token, moment(now)?);
        let json = serde_json::to_string(&inspection).map_err(|_| Failure::internal())?;
        let problems = inspection.problems().map(str::to_owned).collect();
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_inspection { text: inspection.to_string(), json, problems }) };
        Ok(())
    })
}

/// The inspection in words, over many lines. Lives as long as the object.
///
/// # Safety
///
/// `inspection` is NULL or an inspection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_text(inspection: *const ivs_inspection) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { borrow(inspection, "inspection") }?.text.as_str().into()))
}

/// The inspection as JSON. Lives as long as the object.
///
/// # Safety
///
/// `inspection` is NULL or an inspection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_json(inspection: *const ivs_inspection) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { borrow(inspection, "inspection") }?.json.as_str().into()))
}

/// The number of problems; 0 if every rule holds that can be checked without a key.
///
/// # Safety
///
/// `inspection` is NULL or an inspection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_problem_count(inspection: *const ivs_inspection) -> usize {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(inspection, "inspection") }?.problems.len()))
}

/// What is wrong, in a sentence; absent at an index beyond the last. Lives as long as the object.
///
/// # Safety
///
/// `inspection` is NULL or an inspection.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_problem_at(
    inspection: *const ivs_inspection,
    index: usize,
) -> ivs_str {
    boundary::get(ivs_str::ABSENT, || {
        // SAFETY: as the caller promises.
        let problems = &unsafe { borrow(inspection, "inspection") }?.problems;
        let problem =
            problems.get(index).ok_or_else(|| Failure::no_such("problem", index, problems.len()))?;
        Ok(problem.as_str().into())
    })
}

/// Frees an inspection. NULL is ignored.
///
/// # Safety
///
/// `inspection` is NULL or an inspection that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_inspection_free(inspection: *mut ivs_inspection) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(inspection) };
}
