//! The switch with which tests choose a path: the environment variable `ES384_FORCE_PATH`.
//!
//! Only the feature `test-paths` compiles it. That feature is off in everything that is published, so published
//! builds do not read the variable. It only chooses among implementations that give the same answers and keep the
//! same secrets.

use std::sync::OnceLock;

use super::Path;

const VARIABLE: &str = "ES384_FORCE_PATH";

/// The path that the variable names in small letters, or `None` if it is not set. The variable is read once.
///
/// # Panics
///
/// If the variable names a path that this machine or this build does not have. A test must not pass because it took
/// another path.
pub(super) fn path() -> Option<Path> {
    static FORCED: OnceLock<Option<Path>> = OnceLock::new();
    *FORCED.get_or_init(|| std::env::var_os(VARIABLE).map(|name| named(&name.to_string_lossy())))
}

#[expect(clippy::panic, reason = "no test may continue with another path")]
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
