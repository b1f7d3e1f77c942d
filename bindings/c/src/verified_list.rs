use ::ivs_token::{VerifiedToken, VerifyError};

use crate::boundary::{self, borrow, give, place};
use crate::failure::Failure;
use crate::input::{self, elements};
use crate::output::ivs_str;
use crate::status::ivs_status;
use crate::verified::ivs_verified;
use crate::verifier::ivs_verifier;

/// The results of verifying many tokens with one call, in order. Never changed: any number of threads may use one at
/// once.
pub struct ivs_verified_list(Vec<Result<VerifiedToken, VerifyError>>);

/// Verifies many participant tokens at the same moment. If one is refused, the others are still verified. The
/// revocation store is asked once about all. The call itself fails only for a NULL, or for more than 1 048 576 tokens.
///
/// # Safety
///
/// `verifier` is a verifier; `count` texts can be read at `tokens`, and so many bytes at each as it has; `out` can be
/// written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verifier_verify_batch(
    verifier: *const ivs_verifier,
    tokens: *const ivs_str,
    count: usize,
    out: *mut *mut ivs_verified_list,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (verifier, tokens) =
            unsafe { (borrow(verifier, "verifier")?, elements(tokens, count, "tokens")?) };
        let out = place(out, "out")?;
        let tokens: Vec<_> = tokens
            .iter()
            // SAFETY: as the caller promises.
            .map(|token| unsafe { input::token(token.data, token.len, "tokens[..]") })
            .collect::<Result<_, Failure>>()?;
        // One that could not be read stands there as no token, and keeps the reason of its own.
        let texts: Vec<&str> = tokens.iter().map(|token| token.as_deref().unwrap_or_default()).collect();
        let mut verdicts = verifier.0.verify_batch(&texts);
        for (verdict, token) in verdicts.iter_mut().zip(&tokens) {
            if let Err(error) = token {
                *verdict = Err(error.clone());
            }
        }
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verified_list(verdicts)) };
        Ok(())
    })
}

/// How many tokens there were, accepted or refused.
///
/// # Safety
///
/// `list` is NULL or a list of verified tokens.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_list_count(list: *const ivs_verified_list) -> usize {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(list, "list") }?.0.len()))
}

/// The token at an index, as an object of its own. If it was refused, the status says so and the last error says more.
///
/// # Safety
///
/// `list` is a list of verified tokens; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_list_get(
    list: *const ivs_verified_list,
    index: usize,
    out: *mut *mut ivs_verified,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let list = &unsafe { borrow(list, "list") }?.0;
        let out = place(out, "out")?;
        let verdict = list.get(index).ok_or_else(|| Failure::no_such("token", index, list.len()))?;
        let good = verdict.clone()?;
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_verified(good)) };
        Ok(())
    })
}

/// Frees a list of verified tokens. NULL is ignored.
///
/// # Safety
///
/// `list` is NULL or a list of verified tokens that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_verified_list_free(list: *mut ivs_verified_list) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(list) };
}
