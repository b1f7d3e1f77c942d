//! Answers offers, and starts the connections.

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::SdpOffer;
use str0m::config::DtlsCert;
use str0m::crypto::CryptoProvider;
use str0m::{Candidate, Rtc, RtcConfig};
use tokio::sync::mpsc;

use super::bounds::Bounds;
use super::dtls;
use super::handle::{Handle, Orders, Report};
use super::peer::{Peer, Role};
use super::publish::{Publication, Publisher};
use super::subscribe::Subscriber;
use super::wire::{Loses, QUEUE, Wires};

/// The greatest length of an offer in bytes. Those of browsers have about 10 KB.
pub(crate) const MAX_OFFER: usize = 64 * 1024;

/// How many sections and candidates an offer may have. Clients send two or three sections, and no candidates.
const MAX_SECTIONS: usize = 8;
const MAX_CANDIDATES: usize = 64;

/// The message for a text that is not a session description (RFC 8866).
const NO_SDP: &str = "it is not SDP: send the whole offer, as the client made it, beginning with `v=0`";

/// The reason why an offer is not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MediaError {
    #[error("the offer is invalid: {0}")]
    Offer(String),
    #[error("the publication has ended")]
    Gone,
    /// The offer has no codec that the server forwards. The code is an `EventErrorCode` of the service model.
    #[error("none of the offered {kind} codecs is supported: offer {known}")]
    Codec { code: &'static str, kind: &'static str, known: &'static str },
    #[error("media is unavailable: {0}")]
    Unavailable(String),
}

/// The sockets, and what all connections share.
pub(crate) struct Media {
    wires: Arc<Wires>,
    provider: Arc<CryptoProvider>,
    certificate: DtlsCert,
}

/// An answered offer.
pub(crate) struct Offered {
    pub(crate) answer: String,
    pub(crate) handle: Handle,
}

impl Media {
    /// Opens the sockets. Must be called within a runtime.
    ///
    /// # Errors
    ///
    /// [`MediaError::Unavailable`].
    pub(crate) fn open(announce: &[IpAddr], port: u16, loses: &Loses) -> Result<Self, MediaError> {
        let lost = |error: &dyn std::fmt::Display| MediaError::Unavailable(error.to_string());
        let provider = dtls::provider();
        let certificate = provider.dtls_provider.generate_certificate();
        let certificate = certificate.ok_or_else(|| lost(&"no certificate could be made"))?;
        let wires = Wires::open(announce, port, loses).map_err(|error| lost(&error))?;
        Ok(Self { wires: Arc::new(wires), provider: Arc::new(provider), certificate })
    }

    /// Answers the offer of a publisher.
    pub(crate) fn publish(
        &self,
        offer: &str,
        bounds: Bounds,
        report: Report,
    ) -> Result<(Offered, Publication), MediaError> {
        let (rtc, answer) = self.answer(offer)?;
        has_codecs(offer)?;
        let (handle, orders) = Handle::new();
        let (publisher, publication) = Publisher::new(handle.clone(), bounds);
        self.spawn(rtc, Role::Publisher(publisher), orders, report);
        Ok((Offered { answer, handle }, publication))
    }

    /// Answers the offer of a subscriber to a publication.
    pub(crate) fn subscribe(
        &self,
        offer: &str,
        publication: Publication,
        prefers_lowest: bool,
        report: Report,
    ) -> Result<Offered, MediaError> {
        let subscriber = Subscriber::new(publication, prefers_lowest).ok_or(MediaError::Gone)?;
        let (rtc, answer) = self.answer(offer)?;
        let (handle, orders) = Handle::new();
        self.spawn(rtc, Role::Subscriber(subscriber), orders, report);
        Ok(Offered { answer, handle })
    }

    fn spawn(&self, mut rtc: Rtc, role: Role, orders: Orders, report: Report) {
        let (sender, inbox) = mpsc::channel(QUEUE);
        let name = rtc.direct_api().local_ice_credentials().ufrag;
        self.wires.routes().expect(&name, sender.clone());
        let wires = Arc::clone(&self.wires);
        tokio::spawn(Peer { rtc, role, wires, name, inbox, sender, orders, report }.run());
    }

    fn answer(&self, offer: &str) -> Result<(Rtc, String), MediaError> {
        let refused = |text: String| MediaError::Offer(text);
        if offer.len() > MAX_OFFER {
            return Err(refused(format!("it has {} bytes, but may have at most {MAX_OFFER}", offer.len())));
        }
        let count = |start: &str| offer.lines().filter(|line| line.starts_with(start)).count();
        let (sections, candidates) = (count("m="), count("a=candidate"));
        if sections > MAX_SECTIONS || candidates > MAX_CANDIDATES {
            let most = format!("it may have at most {MAX_SECTIONS} sections and {MAX_CANDIDATES} candidates");
            return Err(refused(format!("it has {sections} sections and {candidates} candidates; {most}")));
        }
        // Whatever an offer contains, it must not take down more than its own request.
        let made = catch_unwind(AssertUnwindSafe(|| {
            // The parser's message names positions in its memory and not in the text, so it is not shown.
            let offer = SdpOffer::from_sdp_string(offer).map_err(|_| refused(NO_SDP.to_owned()))?;
            let mut rtc = self.config().build(Instant::now());
            for address in self.wires.addresses() {
                let candidate = Candidate::host(address, "udp");
                rtc.add_local_candidate(
                    candidate.map_err(|error| MediaError::Unavailable(error.to_string()))?,
                );
            }
            let answer = rtc.sdp_api().accept_offer(offer).map_err(|error| refused(error.to_string()))?;
            Ok((rtc, answer.to_sdp_string()))
        }));
        made.unwrap_or_else(|_| {
            Err(refused("it cannot be read: send the whole offer, as the client made it".to_owned()))
        })
    }

    fn config(&self) -> RtcConfig {
        RtcConfig::new()
            .set_crypto_provider(Arc::clone(&self.provider))
            .set_dtls_cert(self.certificate.clone())
            .set_ice_lite(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_h264(true)
            .set_stats_interval(Some(Duration::from_secs(1)))
    }
}

/// Checks that each section for audio or video offers a codec that the server forwards.
fn has_codecs(offer: &str) -> Result<(), MediaError> {
    const KINDS: [(&str, &str, &[&str], &str); 2] = [
        ("audio", "INVALID_AUDIO_CODEC", &["opus/48000"], "Opus"),
        ("video", "INVALID_VIDEO_CODEC", &["vp8/90000", "h264/90000"], "VP8 or H264"),
    ];
    for section in offer.split("\nm=").skip(1) {
        let Some((kind, code, names, known)) = KINDS.into_iter().find(|(kind, ..)| section.starts_with(kind))
        else {
            continue;
        };
        // Port 0 disables a section, unless the section shares the port of another (RFC 9143, section 6).
        if section.split(' ').nth(1) == Some("0") && !section.contains("a=bundle-only") {
            continue;
        }
        let maps = section.lines().filter_map(|line| line.strip_prefix("a=rtpmap:")?.split_once(' '));
        let mut codecs = maps.map(|(_, codec)| codec.to_ascii_lowercase());
        if !codecs.any(|codec| names.iter().any(|name| codec.starts_with(name))) {
            return Err(MediaError::Codec { code, kind, known });
        }
    }
    Ok(())
}
