//! A server within a test: in the same process, on a free port, with its state in memory.
//!
//! ```
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let local = ivs_local::testing::Local::start().await?;
//! // Point an SDK at `local.url()`, or call operations at once.
//! let stage = local.server().run("CreateStage", "us-east-1", &serde_json::json!({ "name": "demo" }))?;
//! assert_eq!(stage["stage"]["name"], "demo");
//! // Between tests that share it:
//! local.reset()?;
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;

use ivs_model::ApiError;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::{Server, Settings, StartError, StoreError, in_memory, serve};

/// A server that runs until it is dropped.
#[must_use]
pub struct Local {
    server: Arc<Server>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

/// The server of a test did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestingError {
    /// No port on loopback can be had.
    #[error("no port on 127.0.0.1 can be had: {0}")]
    Port(#[from] std::io::Error),
    /// It can not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// An operation was refused.
    #[error(transparent)]
    Refused(#[from] ApiError),
    /// The state can not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Local {
    /// Starts a server as it is without options. Must be called within a runtime of tokio.
    ///
    /// # Errors
    ///
    /// [`TestingError`].
    pub async fn start() -> Result<Self, TestingError> {
        Self::with(Settings::default()).await
    }

    /// Starts a server with these settings. Must be called within a runtime of tokio.
    ///
    /// # Errors
    ///
    /// [`TestingError`].
    pub async fn with(settings: Settings) -> Result<Self, TestingError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let server = in_memory(settings, listener.local_addr()?.port())?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(serve(Arc::clone(&server), listener, async {
            // Dropped is stopped, too.
            let _ = stopped.await;
        }));
        Ok(Self { server, stop: Some(stop), task })
    }

    /// Where clients reach it, with no slash at its end.
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// The server itself: its operations, its state, its door.
    pub fn server(&self) -> &Arc<Server> {
        &self.server
    }

    /// Takes back what a test ordered: clock, rates, faults and targets are those of the settings again. Resources stay.
    ///
    /// # Errors
    ///
    /// [`TestingError::Store`].
    pub fn calm(&self) -> Result<(), TestingError> {
        Ok(self.server.calm()?)
    }

    /// Forgets all that tests did, as if the server had just started. Its own keys stay.
    ///
    /// # Errors
    ///
    /// [`TestingError::Store`].
    pub fn reset(&self) -> Result<(), TestingError> {
        Ok(self.server.reset()?)
    }

    /// Stops it, and waits until open calls have ended.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended already.
            let _ = stop.send(());
        }
        let _ = self.task.await;
    }
}
