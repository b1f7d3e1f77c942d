use ::ivs_token::Token;

use crate::boundary::{self, borrow, give, place};
use crate::failure::Failure;
use crate::input::elements;
use crate::output::ivs_str;
use crate::participant::ivs_participant;
use crate::signing_key::ivs_signing_key;
use crate::status::ivs_status;
use crate::token;

/// Tokens that were minted with one call, and the failures among them. Never changed: any number of threads may use one at
/// once.
pub struct ivs_token_list(Vec<Result<Token, Failure>>);

/// Mints a token for each participant, in order, all issued now. If one fails, the others are still minted. The
/// participants stay as they are. The call itself fails only for a NULL, or for more than 1 048 576 participants.
///
/// # Safety
///
/// `count` pointers can be read at `participants`, each to a participant; `key` is a signing key; `out` can be written.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_mint_batch(
    participants: *const *mut ivs_participant,
    count: usize,
    key: *const ivs_signing_key,
    out: *mut *mut ivs_token_list,
) -> ivs_status {
    boundary::run(|| {
        // SAFETY: as the caller promises.
        let (participants, key) =
            unsafe { (elements(participants, count, "participants")?, token::key(key)?) };
        let out = place(out, "out")?;
        let templates = participants
            .iter()
            .enumerate()
            .map(|(index, participant)| {
                // SAFETY: as the caller promises.
                let participant = unsafe { participant.as_ref() };
                Ok(participant.ok_or_else(|| Failure::null_at("participants", index))?.0.ready())
            })
            .collect::<Result<Vec<_>, Failure>>()?;
        let mut minted = key.mint_batch(templates.iter().flatten().map(|&one| one.clone())).into_iter();
        let tokens = templates.into_iter().map(|template| {
            template?;
            Ok(minted.next().ok_or_else(Failure::internal)??)
        });
        // SAFETY: not NULL, and as the caller promises.
        unsafe { give(out, ivs_token_list(tokens.collect())) };
        Ok(())
    })
}

/// How many tokens and failures there are: as many as there were participants.
///
/// # Safety
///
/// `list` is NULL or a token list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_count(list: *const ivs_token_list) -> usize {
    // SAFETY: as the caller promises.
    boundary::get(0, || Ok(unsafe { borrow(list, "list") }?.0.len()))
}

/// The token at an index. When it could not be minted, it is absent, and the last error says why. Lives as long as the list.
///
/// # Safety
///
/// `list` is NULL or a token list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_text(list: *const ivs_token_list, index: usize) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { at(list, index) }?.as_str().into()))
}

/// The participant ID of the token at an index; absent when it could not be minted. Lives as long as the list.
///
/// # Safety
///
/// `list` is NULL or a token list.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_participant_id(list: *const ivs_token_list, index: usize) -> ivs_str {
    // SAFETY: as the caller promises.
    boundary::get(ivs_str::ABSENT, || Ok(unsafe { at(list, index) }?.participant_id().as_str().into()))
}

/// The status of minting the token at an index; the last error says more.
///
/// # Safety
///
/// `list` is a token list.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_status(list: *const ivs_token_list, index: usize) -> ivs_status {
    // SAFETY: as the caller promises.
    boundary::run(|| unsafe { at(list, index) }.map(drop))
}

/// Frees a token list. NULL is ignored.
///
/// # Safety
///
/// `list` is NULL or a token list that nobody uses any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_list_free(list: *mut ivs_token_list) {
    // SAFETY: as the caller promises.
    unsafe { boundary::free(list) };
}

/// # Safety
///
/// `list` is NULL or a token list, which lives as long as `'l`.
unsafe fn at<'l>(list: *const ivs_token_list, index: usize) -> Result<&'l Token, Failure> {
    // SAFETY: as the caller promises.
    let list = &unsafe { borrow(list, "list") }?.0;
    match list.get(index) {
        Some(Ok(token)) => Ok(token),
        Some(Err(failure)) => Err(failure.clone()),
        None => Err(Failure::no_such("token", index, list.len())),
    }
}
