//! The switch with which tests choose a path: the environment variable `ES384_FORCE_PATH`.
//!
//! It is compiled with the feature `test-paths` alone, which is off in everything that is published: there no environment
//! variable is read. And all it could do is choose among implementations that give the same answers and keep the same secrets.

use std::sync::OnceLock;

use super::Path;

const VARIABLE: &str = "ES384_FORCE_PATH";

/// The path that the variable names, in small letters, read once. `None` where it is not set.
///
/// # Panics
///
/// When it names no path, or one that this machine or this build does not have: a test must not pass because it took another.
pub(super) fn path() -> Option<Path> {
    static FORCED: OnceLock<Option<Path>> = OnceLock::new();
    *FORCED.get_or_init(|| std::env::var_os(VARIABLE).map(|name| named(&name.to_string_lossy())))
}

#[expect(clippy::panic, reason = "no test may go on with another path")]
fn named(wanted: &str) -> Path {
    let all = Path::all().into_iter().map(|path| (format!("{path:?}").to_lowercase(), path));
    let (names, paths): (Vec<_>, Vec<_>) = all.unzip();
    match names.iter().position(|name| name == wanted) {
        Some(place) => paths[place],
        None => {
            panic!("{VARIABLE}={wanted}, but the paths of this machine and build are: {}", names.join(", "))
        }
    }
}
