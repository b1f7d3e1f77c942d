//! Minting through C takes no more memory than minting in Rust does: what a template says is borrowed, not copied.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

use ::ivs_token::Timestamp;

use crate::connection::{ivs_connection_free, ivs_connection_mint, ivs_connection_new};
use crate::exchange::{ivs_exchange_free, ivs_exchange_mint, ivs_exchange_of_token};
use crate::participant::{
    ivs_participant_free, ivs_participant_mint, ivs_participant_mint_token, ivs_participant_new,
    ivs_participant_set_attribute, ivs_participant_set_user_id,
};
use crate::signing_key::{ivs_signing_key_free, ivs_signing_key_generate};
use crate::stage::{ivs_stage_free, ivs_stage_new};
use crate::status::ivs_status;
use crate::token::IVS_NOW;
use crate::token::ivs_token_free;
use crate::version::IVS_TOKEN_MAX;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator with the arguments it came with; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let _ = COUNT.try_with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps the contract of `alloc`, which is the same here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above; the block is of the system's allocator, as all are.
        unsafe { System.dealloc(block, layout) }
    }
}

/// The fewest of many runs: a backend takes one more when a number of the signature begins with zeros.
fn counted(mut action: impl FnMut()) -> usize {
    let runs = (0..50).map(|_| {
        let before = COUNT.get();
        action();
        COUNT.get() - before
    });
    runs.min().unwrap()
}

#[test]
fn none_but_those_of_the_core() {
    let text = |text: &'static str| (text.as_ptr().cast(), text.len());
    let (kid, kid_len) = text("arn:aws:ivs:us-west-2:123456789012:public-key/abc");
    let (arn, arn_len) = text("arn:aws:ivs:us-west-2:123456789012:stage/x");
    let (whip, whip_len) = text("https://whip.example");
    let ok = |status| assert_eq!(status, ivs_status::IVS_OK);
    let (mut stage, mut key, mut participant) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let (mut connection, mut token, mut exchange) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
    let mut buffer = vec![0; IVS_TOKEN_MAX];
    // SAFETY: every pointer is of an object that was just made, or of a text or a buffer of the length beside it.
    unsafe {
        ok(ivs_signing_key_generate(kid, kid_len, &raw mut key));
        ok(ivs_stage_new(arn, arn_len, whip, whip_len, ptr::null(), 0, &raw mut stage));
        ok(ivs_participant_new(stage, &raw mut participant));
        let (user_id, user_id_len) = text("a user ID that is not kept in place, being rather long");
        ok(ivs_participant_set_user_id(participant, user_id, user_id_len));
        for name in ["one", "two", "three"] {
            let (name, name_len) = text(name);
            ok(ivs_participant_set_attribute(participant, name, name_len, name, name_len));
        }
        ok(ivs_participant_mint_token(participant, key, IVS_NOW, &raw mut token));
        ok(ivs_exchange_of_token(token, &raw mut exchange));
        ok(ivs_connection_new(&raw mut connection));

        let mut len = 0;
        let through_c = counted(|| {
            len = buffer.len();
            ok(ivs_participant_mint(participant, key, buffer.as_mut_ptr(), &raw mut len));
        });
        let in_rust =
            counted(|| drop((*participant).0.ready().unwrap().mint_text_at(&(*key).0, Timestamp::now())));
        assert!(in_rust > 0, "the counter counts");
        assert_eq!(through_c, in_rust);

        let through_c = counted(|| {
            len = buffer.len();
            ok(ivs_exchange_mint(exchange, key, buffer.as_mut_ptr(), &raw mut len));
        });
        assert_eq!(through_c, counted(|| drop((*exchange).0.ready().unwrap().mint_text(&(*key).0))));

        let through_c = counted(|| {
            len = buffer.len();
            ok(ivs_connection_mint(connection, key, buffer.as_mut_ptr(), &raw mut len));
        });
        assert_eq!(through_c, counted(|| drop(::ivs_token::Connection::new().mint(&(*key).0))));

        ivs_connection_free(connection);
        ivs_exchange_free(exchange);
        ivs_token_free(token);
        ivs_participant_free(participant);
        ivs_stage_free(stage);
        ivs_signing_key_free(key);
    }
}
