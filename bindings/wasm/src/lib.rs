//! The WebAssembly module: carries calls of JavaScript to `ivs-token-js`, and answers back.
//!
//! The interface is numbers and memory, without a generator of bindings, as it is one function. JavaScript writes the JSON of a
//! call into memory that [`ivs_token_alloc`] gave, calls [`ivs_token_call`], reads the answer and frees it. A panic ends the
//! module, which JavaScript sees as a `WebAssembly.RuntimeError`.
#![cfg_attr(not(target_family = "wasm"), allow(dead_code, reason = "there is nobody to call it"))]

mod randomness;

use std::alloc::{Layout, alloc, dealloc};
use std::ptr;

use ivs_token_js::{Answer, Object};
use zeroize::Zeroizing;

/// What an answer is.
#[derive(Clone, Copy)]
#[repr(u32)]
enum Kind {
    Text = 0,
    Object = 1,
    Failure = 2,
}

/// What a call gives: three words, at an address that stays until [`ivs_token_free_answer`].
#[repr(C)]
struct Out {
    kind: u32,
    /// The text, in UTF-8, or the object.
    address: usize,
    len: usize,
}

/// Memory for a text of so many bytes; null when there is none. It is given back with a call.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_token_alloc(len: usize) -> *mut u8 {
    match Layout::array::<u8>(len) {
        // SAFETY: the layout is not empty.
        Ok(layout) if len > 0 => unsafe { alloc(layout) },
        _ => ptr::null_mut(),
    }
}

/// Does one thing: see `call` of `ivs-token-js`. Takes the text, which is wiped, and up to three objects, which it borrows.
///
/// # Safety
///
/// `json` is memory of `len` bytes from [`ivs_token_alloc`], filled with UTF-8, and not used afterwards; each object is null or
/// one that an answer gave and [`ivs_token_free_object`] has not taken.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_call(
    operation: u32,
    now: f64,
    json: *mut u8,
    len: usize,
    first: *const Object,
    second: *const Object,
    third: *const Object,
) -> *mut Answered {
    let json = Zeroizing::new(if json.is_null() {
        Vec::new()
    } else {
        // SAFETY: the caller promises that it is an allocation of `len` bytes, all written, with the layout of bytes.
        unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(json, len)) }.into_vec()
    });
    // SAFETY: the caller promises that each is null or an object that lives.
    let objects = [first, second, third].map(|object| unsafe { object.as_ref() });
    let answer = match std::str::from_utf8(&json) {
        Ok(json) => ivs_token_js::call(operation, objects, now, json),
        Err(_) => Err(ivs_token_js::Failure::panic()),
    };
    let out = match answer {
        Ok(Answer::Text(text)) => text_out(Kind::Text, text),
        Ok(Answer::Object(object)) => {
            Out { kind: Kind::Object as u32, address: Box::into_raw(Box::new(object)) as usize, len: 0 }
        }
        Ok(_) => text_out(Kind::Failure, ivs_token_js::Failure::panic().to_json()),
        Err(failure) => text_out(Kind::Failure, failure.to_json()),
    };
    Box::into_raw(Box::new(Answered(out)))
}

/// An answer in memory.
pub struct Answered(Out);

/// Gives back an answer and its text. An object in it stays.
///
/// # Safety
///
/// `answer` is what [`ivs_token_call`] gave, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_free_answer(answer: *mut Answered) {
    // SAFETY: the caller promises that it came from `Box::into_raw`, once.
    let Answered(out) = *unsafe { Box::from_raw(answer) };
    if out.kind == Kind::Object as u32 {
        return;
    }
    if let (Ok(layout), true) = (Layout::array::<u8>(out.len), out.len > 0) {
        let text = out.address as *mut u8;
        // SAFETY: it is the boxed slice of `text_out`, of this length. It may hold a private key, so it is wiped.
        unsafe {
            ptr::write_bytes(text, 0, out.len);
            dealloc(text, layout);
        }
    }
}

/// Gives back an object: a private key is wiped.
///
/// # Safety
///
/// `object` is one that an answer gave, and is not used afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivs_token_free_object(object: *mut Object) {
    // SAFETY: the caller promises that it came from `Box::into_raw`, once.
    drop(unsafe { Box::from_raw(object) });
}

/// The names of the operations, their version and the backend, as JSON.
#[unsafe(no_mangle)]
pub extern "C" fn ivs_token_about() -> *mut Answered {
    Box::into_raw(Box::new(Answered(text_out(Kind::Text, ivs_token_js::about()))))
}

fn text_out(kind: Kind, text: String) -> Out {
    let text = text.into_bytes().into_boxed_slice();
    let len = text.len();
    Out { kind: kind as u32, address: Box::into_raw(text).cast::<u8>() as usize, len }
}
