//! The server: its sockets, and the timers and targets that run beside them.

use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::aside::aside;
use super::body::patience;
use super::respond::respond;
use crate::events::deliver;
use crate::server::Server;

/// How long open calls may take to end once the server was told to.
const GRACE: Duration = Duration::from_secs(2);

/// How long timers wait that could not run.
const RETRY: Duration = Duration::from_secs(1);

/// Serves until `stop` is done, then ends open calls.
///
/// # Errors
///
/// None of single connections: those end alone.
pub async fn serve(server: Arc<Server>, listener: TcpListener, stop: impl Future<Output = ()>) {
    // Connections end gracefully when it says so, and it knows when the last has ended.
    let (stopping, stopped) = watch::channel(());
    let mut stop = std::pin::pin!(stop);
    let timers = tokio::spawn(run_timers(Arc::clone(&server)));
    let outbox = Arc::clone(server.keeper().outbox());
    outbox.set_over(false);
    let store = Arc::clone(server.keeper().shared_store());
    let teller = tokio::spawn(deliver(store, Arc::clone(&outbox), Arc::clone(server.targets())));
    let patience = patience(&server);
    let acceptor = server.settings().tls.as_ref().map(|tls| TlsAcceptor::from(tls.config()));
    loop {
        let socket = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Ok((socket, _)) = socket else {
            // Out of file descriptors: those that close meanwhile make room.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Answers are small: they must not wait for more.
        let _ = socket.set_nodelay(true);
        let (server, stopped) = (Arc::clone(&server), stopped.clone());
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            match acceptor {
                None => connection(server, socket, stopped).await,
                Some(acceptor) => match tokio::time::timeout(patience, acceptor.accept(socket)).await {
                    Ok(Ok(socket)) => connection(server, socket, stopped).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                },
            }
        });
    }
    timers.abort();
    teller.abort();
    outbox.set_over(true);
    // What is still open then is cut.
    drop(stopped);
    stopping.send_replace(());
    let _ = tokio::time::timeout(GRACE, stopping.closed()).await;
}

/// Runs timers as they fall due.
async fn run_timers(server: Arc<Server>) {
    loop {
        server.keeper().wait().await;
        if let Err(error) = aside(&server, Server::settle).await {
            tracing::warn!(%error, "timers did not run");
            // A disk that is full stays so for a while.
            tokio::time::sleep(RETRY).await;
        }
    }
}

/// Serves a connection until its client ends it, or the server.
async fn connection<S>(server: Arc<Server>, socket: S, mut stopped: watch::Receiver<()>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let patience = patience(&server);
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { respond(&server, request).await }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience)
        .serve_connection(TokioIo::new(socket), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}
