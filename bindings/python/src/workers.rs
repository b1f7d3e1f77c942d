//! Work for several threads, each of which lives for one call.

use std::thread;

use pyo3::prelude::*;

use crate::failure::Failure;
use crate::values;

/// How many threads are to work; one unless given.
pub(crate) fn count(threads: Option<&Bound<'_, PyAny>>) -> Result<usize, Failure> {
    threads.map_or(Ok(1), |threads| values::count("threads", threads, 1..=MAX_THREADS))
}

/// How many tokens a signer signs at once: eight unless given. Each waits for an answer of another process or machine.
pub(crate) fn at_once(field: &'static str, given: Option<&Bound<'_, PyAny>>) -> Result<usize, Failure> {
    given.map_or(Ok(8), |given| values::count(field, given, 1..=MAX_THREADS))
}

/// More than any machine has of cores, and few enough to be had.
const MAX_THREADS: usize = 1024;

/// Cuts the items into a piece for each thread, and joins what becomes of the pieces, in order. The calling thread does the
/// last piece.
pub(crate) fn map<T: Send, U: Send>(
    mut items: Vec<T>,
    threads: usize,
    work: impl Fn(Vec<T>) -> Vec<U> + Sync,
) -> Result<Vec<U>, Failure> {
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
                .map_err(|error| Failure::Python(error.into()))?;
            running.push(spawned);
        }
        let last = work(last);
        let mut done = Vec::new();
        for thread in running {
            done.extend(thread.join().map_err(|_| Failure::Panic)?);
        }
        done.extend(last);
        Ok(done)
    })
}
