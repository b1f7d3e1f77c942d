use std::ffi::c_char;

use ::ivs_token::Stage;

use crate::boundary::{self, borrow, give, place};
use crate::input::{bytes, optional_text, text};
use crate::output::ivs_str;
use crate::status::ivs_status;

/// The parts of a stage that a token needs: its ARN and its two endpoints. Never changed: any number of threads may use
/// one at once.
pub struct ivs_stage(pub(crate) Stage);

/// A stage from the values of CreateStage or GetStage: its ARN, `endpoints.whip`, and `endpoints.events`. The last may
/// be NULL, for the URL that every stage has in practice: `wss://global.events.live-video.net`.
///
/// # Safety
///
/// Each length can be read at its pointer; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_new(
    arn: *const c_char,
    arn_len: usize,
    whip_url: *const c_char,
    whip_url_len: usize,
    events_url: *const c_char,
    events_url_len: usize,
    out: *mut *mut ivs_stage,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let (arn, whip_url) =
            unsafe { (text(arn, arn_len, "arn")?, text(whip_url, whip_url_len, "whip_url")?) };
        // SAFETY: as the caller promises.
        let events_url = unsafe { optional_text(events_url, events_url_len, "events_url") }?;
        let arn = arn.parse()?;
        let stage = match events_url {
            Some(events_url) => Stage::with_endpoints(arn, whip_url, events_url)?,
            None => Stage::new(arn, whip_url)?,
        };
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_stage(stage)) };
        Ok(())
    })
}

/// A stage from the JSON that CreateStage or GetStage returned.
///
/// # Safety
///
/// `json_len` bytes can be read at `json`; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_from_json(
    json: *const c_char,
    json_len: usize,
    out: *mut *mut ivs_stage,
) -> ivs_status {
    boundary::run(|| {
        let out = place(out, "out")?;
        // SAFETY: as the caller promises.
        let stage = Stage::from_json(unsafe { bytes(json.cast(), json_len, "json") }?)?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_stage(stage)) };
        Ok(())
    })
}

/// The stage's ARN. Lives as long as the stage.
///
/// # Safety
///
/// `stage` is NULL or a stage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_arn(stage: *const ivs_stage) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { borrow(stage, "stage") }?.0.arn().as_str().into()))
}

/// The URL where participants publish and subscribe. Lives as long as the stage.
///
/// # Safety
///
/// `stage` is NULL or a stage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_whip_url(stage: *const ivs_stage) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { borrow(stage, "stage") }?.0.whip_url().into()))
}

/// The URL where participants receive events. Lives as long as the stage.
///
/// # Safety
///
/// `stage` is NULL or a stage.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_events_url(stage: *const ivs_stage) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { borrow(stage, "stage") }?.0.events_url().into()))
}

/// Frees a stage. NULL is ignored.
///
/// # Safety
///
/// `stage` is NULL or a stage that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_stage_free(stage: *mut ivs_stage) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(stage) };
}
