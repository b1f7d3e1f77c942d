//! Work that may take long, such as a year of timers or a large state, or that waits for such work.

use std::sync::Arc;

use crate::server::Server;

/// Does it on a thread that is there for such work, and that nobody else waits for. What is begun is done, even if whoever asked
/// goes away.
pub(super) async fn aside<T: Send + 'static>(
    server: &Arc<Server>,
    work: impl FnOnce(&Server) -> T + Send + 'static,
) -> T {
    let server = Arc::clone(server);
    match tokio::task::spawn_blocking(move || work(&server)).await {
        Ok(done) => done,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends, and with it whoever waits here.
            Err(_) => std::future::pending().await,
        },
    }
}
