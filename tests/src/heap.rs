//! What a thread takes from the heap. A program counts it with `#[global_allocator] static HEAP: Counting = Counting;`.
//!
//! What is counted is what was asked for, and so the same on every machine and beside whatever else runs there; what a library in C
//! takes for itself is not seen.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

/// The system's allocator, which counts.
pub struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// How often this thread asks for memory meanwhile.
pub fn counted<T>(action: impl FnOnce() -> T) -> (T, usize) {
    let before = COUNT.get();
    let result = black_box(action());
    (result, COUNT.get() - before)
}

/// Bytes that this thread took and did not give back, from some number on: the difference of two is what counts.
pub fn held() -> usize {
    HELD.get()
}

fn take(bytes: usize) {
    // Threads that are ending have none any more, and are not measured.
    let _ = COUNT.try_with(|count| count.set(count.get() + 1));
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_add(bytes)));
}

fn give_back(bytes: usize) {
    let _ = HELD.try_with(|held| held.set(held.get().wrapping_sub(bytes)));
}

// SAFETY: every call goes to the system's allocator with the arguments it came with; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller keeps the contract of `alloc`, which is the same here.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(size);
        give_back(layout.size());
        // SAFETY: as above; the block is of the system's allocator, as all are.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        give_back(layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }
}
