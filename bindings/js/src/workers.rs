//! Work for several threads, each of which lives for one call. WebAssembly has one thread, and does the pieces in turn.

use std::thread;

use crate::failure::Failure;

/// More than any machine has of cores, and few enough to be had.
pub(crate) const MAX_THREADS: usize = 1024;

/// Cuts the items into a piece for each thread, and joins what becomes of the pieces, in order. The calling thread does the
/// last piece.
pub(crate) fn map<T: Send, U: Send>(
    mut items: Vec<T>,
    threads: usize,
    work: impl Fn(Vec<T>) -> Vec<U> + Sync,
) -> Result<Vec<U>, Failure> {
    let threads = if cfg!(target_family = "wasm") { 1 } else { threads.clamp(1, MAX_THREADS) };
    let size = items.len().div_ceil(threads).max(1);
    let mut pieces = Vec::new();
    while items.len() > size {
        let rest = items.split_off(size);
        pieces.push(std::mem::replace(&mut items, rest));
    }
    let last = items;
    thread::scope(|scope| {
        let mut running = Vec::new();
        for piece in pieces {
            let work = &work;
            let spawned = thread::Builder::new()
                .name("ivs-token".to_owned())
                .spawn_scoped(scope, move || work(piece))
                .map_err(|error| Failure::threads(&error))?;
            running.push(spawned);
        }
        let last = work(last);
        let mut done = Vec::new();
        for thread in running {
            done.extend(thread.join().map_err(|_| Failure::panic())?);
        }
        done.extend(last);
        Ok(done)
    })
}
