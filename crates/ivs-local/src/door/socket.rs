//! Serves a socket, from its first frame to its last.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::talk::Talk;

/// The greatest length of a message in bytes. It has room for an offer of 64 KiB in JSON.
const MAX_MESSAGE: usize = 160 * 1024;

/// How many bytes may wait until a client reads them. The largest message is a snapshot of a stage with 10 000
/// participants, whose attributes have 1 KB each. A socket has one message at a time to send.
const MAX_WAITING: usize = 16 * 1024 * 1024;

/// How long a client may take to read a message.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How often the server sends a ping.
const PING: Duration = Duration::from_secs(20);

/// How many pings in a row may stay without an answer.
const SILENCE: u32 = 3;

/// How many frames a client may send between two of the server's pings. This is far more than any client sends.
const MAX_FRAMES: u32 = 2_000;

/// Serves a socket after its handshake: it sends the messages `first`, then serves `talk` if there is one.
pub(crate) async fn serve<S>(stream: S, first: Vec<String>, talk: Option<Talk>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(4096)
        .write_buffer_size(4096)
        .max_write_buffer_size(MAX_WAITING)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
    if !send(&mut socket, first).await {
        return;
    }
    if let Some(talk) = talk {
        self::talk(&mut socket, talk).await;
    }
    // The client may have left already.
    let _ = timeout(WRITE_TIMEOUT, socket.close(None)).await;
    // What the client still sends is read, because closing with unread data could lose the last messages to it.
    let drain = async { while let Some(Ok(_)) = socket.next().await {} };
    let _ = timeout(Duration::from_secs(2), drain).await;
}

async fn talk<S>(socket: &mut WebSocketStream<S>, mut talk: Talk)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut pings = interval_at(Instant::now() + PING, PING);
    let mut silence = 0;
    let mut frames = 0;
    loop {
        let (words, is_open) = tokio::select! {
            frame = socket.next() => {
                silence = 0;
                frames += 1;
                if frames > MAX_FRAMES {
                    return;
                }
                match frame {
                    Some(Ok(Message::Text(text))) => (talk.heed(text.as_str()), true),
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                    Some(Ok(_)) => (Vec::new(), true),
                }
            }
            woken = talk.wake() => woken,
            _ = pings.tick() => {
                silence += 1;
                frames = 0;
                let is_there = silence <= SILENCE;
                let ping = socket.send(Message::Ping(Bytes::new()));
                if !is_there || !matches!(timeout(WRITE_TIMEOUT, ping).await, Ok(Ok(()))) {
                    return;
                }
                (Vec::new(), true)
            }
        };
        if !send(socket, words).await || !is_open {
            return;
        }
    }
}

async fn send<S>(socket: &mut WebSocketStream<S>, words: Vec<String>) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    for text in words {
        if !matches!(timeout(WRITE_TIMEOUT, socket.send(Message::text(text))).await, Ok(Ok(()))) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many bytes a client receives of one message of this length.
    async fn received(bytes: usize) -> Option<usize> {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(serve(ours, vec!["x".repeat(bytes)], None));
        let config = WebSocketConfig::default().max_frame_size(None).max_message_size(None);
        let mut client = WebSocketStream::from_raw_socket(theirs, Role::Client, Some(config)).await;
        match client.next().await {
            Some(Ok(Message::Text(text))) => Some(text.len()),
            _ => None,
        }
    }

    #[tokio::test]
    async fn the_snapshot_of_a_full_stage_arrives_and_nothing_larger() {
        let of_one = 1024 + 300;
        assert_eq!(received(10_000 * of_one).await, Some(10_000 * of_one));
        assert_eq!(received(MAX_WAITING + 1).await, None);
    }
}
