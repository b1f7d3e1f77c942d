//! The other side of a connection for media: str0m, with frames that only look like media.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use h264_reader::rbsp::{BitWrite, BitWriter, ByteWriter};
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::channel::ChannelId;
use str0m::format::Codec;
use str0m::media::{
    Direction, Frequency, KeyframeRequestKind, MediaKind, MediaTime, Mid, Rid, Simulcast, SimulcastLayer,
};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcError};
use tokio::net::UdpSocket;
use tokio::time::MissedTickBehavior;

/// What would never end ends then.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection, its socket, and what has come over it.
pub struct Peer {
    rtc: Rtc,
    socket: UdpSocket,
    address: SocketAddr,
    pending: Option<SdpPendingOffer>,
    pub mids: HashMap<MediaKind, Mid>,
    channel: ChannelId,
    pub is_connected: bool,
    pub is_closed: bool,
    /// Frames that came, by kind: how many, and the first byte behind the head of the last.
    pub frames: HashMap<MediaKind, u32>,
    /// The marks of the video frames that came, in order.
    pub marks: Vec<u8>,
    pub times: Vec<u64>,
    pub messages: Vec<Vec<u8>>,
    /// The bytes of all frames of video that came.
    pub bytes: usize,
    /// How often a packet of video was missing, and was asked for again.
    pub missed: u64,
    /// How often a frame of video came without the one before it.
    pub gaps: u64,
    /// How many bytes a frame of video has that is sent: 1 500 take two packets.
    pub size: usize,
    /// What the video that is sent looks like.
    pub codec: Codec,
    /// Width and height of the pictures that are sent; those of the layer unless given.
    pub picture: Option<(u16, u16)>,
    /// Whether the frames of H.264 that are not whole are B-frames.
    pub sends_b: bool,
    /// What the last frame of video that came looked like.
    pub came_as: Option<Codec>,
    /// The time between two frames that are sent.
    pub tick: Duration,
    /// Layers that somebody asked whole pictures of.
    pub asked: Vec<Option<Rid>>,
    /// Where announced addresses lead, as a router or the host of a container has it.
    pub mapped: Vec<(SocketAddr, SocketAddr)>,
    sent: u64,
}

impl Peer {
    /// An offer in this direction; with these layers, if there are any.
    pub async fn offer(direction: Direction, layers: &[&str], has_video: bool) -> (Self, String) {
        Self::offer_from(Ipv4Addr::LOCALHOST.into(), direction, layers, has_video).await
    }

    /// The same of a peer with this address.
    pub async fn offer_from(
        ip: IpAddr,
        direction: Direction,
        layers: &[&str],
        has_video: bool,
    ) -> (Self, String) {
        let socket = UdpSocket::bind((ip, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut rtc = Rtc::builder()
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_h264(true)
            .set_stats_interval(Some(Duration::from_secs(1)))
            .build(Instant::now());
        let mut mids = HashMap::new();
        let mut api = rtc.sdp_api();
        mids.insert(MediaKind::Audio, api.add_media(MediaKind::Audio, direction, None, None, None));
        if has_video {
            let simulcast = (!layers.is_empty()).then(|| {
                let mut simulcast = Simulcast::new();
                for layer in layers {
                    simulcast.add_send_layer(SimulcastLayer::new(layer));
                }
                simulcast
            });
            mids.insert(MediaKind::Video, api.add_media(MediaKind::Video, direction, None, None, simulcast));
        }
        let channel = api.add_channel("aws:ivs:v1".to_owned());
        let (offer, pending) = api.apply().unwrap();
        // Offers of browsers come without candidates.
        rtc.add_local_candidate(Candidate::host(address, "udp").unwrap());
        let peer = Self {
            rtc,
            socket,
            address,
            pending: Some(pending),
            mids,
            channel,
            is_connected: false,
            is_closed: false,
            frames: HashMap::new(),
            marks: Vec::new(),
            times: Vec::new(),
            messages: Vec::new(),
            bytes: 0,
            missed: 0,
            gaps: 0,
            size: 1500,
            codec: Codec::Vp8,
            picture: None,
            sends_b: false,
            came_as: None,
            tick: Duration::from_millis(33),
            asked: Vec::new(),
            mapped: Vec::new(),
            sent: 0,
        };
        (peer, offer.to_sdp_string())
    }

    pub fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).unwrap();
        self.rtc.sdp_api().accept_answer(self.pending.take().unwrap(), answer).unwrap();
    }

    /// Runs until this holds.
    pub async fn until(&mut self, mut holds: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(Instant::now() < end, "nothing comes: {:?}", self.frames);
            self.step().await;
        }
    }

    /// Publishes for ever: 30 frames a second of each layer unless told otherwise, whose mark is the place of the layer, and audio.
    pub async fn publish(mut self, layers: &[&str]) {
        let mut ticks = tokio::time::interval(self.tick);
        // On a busy machine there are fewer frames, and not all of them at once.
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next = vec![true; layers.len().max(1)];
        while let Some(wait) = self.work().await {
            tokio::select! {
                _ = ticks.tick() => self.write(layers, &mut next),
                () = self.wait(wait) => {}
            }
            for rid in std::mem::take(&mut self.asked) {
                for (place, is_whole) in next.iter_mut().enumerate() {
                    *is_whole |=
                        rid.is_none_or(|rid| layers.get(place).is_some_and(|layer| Rid::from(*layer) == rid));
                }
            }
        }
    }

    fn write(&mut self, layers: &[&str], next: &mut [bool]) {
        if !self.is_connected || !self.rtc.is_alive() {
            return;
        }
        self.sent += 1;
        let now = Instant::now();
        if let Some(&mid) = self.mids.get(&MediaKind::Audio) {
            let writer = self.rtc.writer(mid).unwrap();
            let pt = writer.payload_params().next().unwrap().pt();
            let time = MediaTime::new(self.sent * 960, Frequency::FORTY_EIGHT_KHZ);
            writer.write(pt, now, time, vec![0xf8, 1, 2, 3]).unwrap();
        }
        let Some(&mid) = self.mids.get(&MediaKind::Video) else { return };
        for (place, is_whole) in next.iter_mut().enumerate() {
            let mut writer = self.rtc.writer(mid).unwrap();
            let codec = writer.payload_params().find(|params| params.spec().codec == self.codec);
            let pt = codec.unwrap().pt();
            if let Some(layer) = layers.get(place) {
                writer = writer.rid(Rid::from(*layer));
            }
            // Each layer has times of its own, as those of browsers do.
            let time = MediaTime::from_90khz(1_000_000 * (place as u64 + 1) + self.sent * 3000);
            let mark = u8::try_from(place).unwrap();
            let (size, is_whole) = (self.size, std::mem::take(is_whole));
            let picture = self.picture.unwrap_or((320 << mark, 180));
            let frame = if self.codec == Codec::H264 {
                h264(size, mark, is_whole.then_some(picture), self.sends_b)
            } else {
                vp8(size, mark, is_whole.then_some(picture))
            };
            writer.write(pt, now, time, frame).unwrap();
        }
        if let Some(mut channel) = self.rtc.channel(self.channel) {
            let _ = channel.write(true, b"hello");
        }
    }

    pub fn ask_for_keyframe(&mut self) {
        let mut writer = self.rtc.writer(self.mids[&MediaKind::Video]).unwrap();
        writer.request_keyframe(None, KeyframeRequestKind::Pli).unwrap();
    }

    /// Does what there is to do, and waits for a datagram or the time.
    pub async fn step(&mut self) {
        match self.work().await {
            Some(wait) => self.wait(wait).await,
            None => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }

    /// Does what is due, and says how long there is nothing more to do; none at the end.
    async fn work(&mut self) -> Option<Instant> {
        loop {
            if !self.rtc.is_alive() {
                self.is_closed = true;
            }
            if self.is_closed {
                return None;
            }
            let output = self.rtc.poll_output();
            match self.unless_closed(output)? {
                Output::Timeout(at) if at > Instant::now() => return Some(at),
                Output::Timeout(_) => {
                    let done = self.rtc.handle_input(Input::Timeout(Instant::now()));
                    self.unless_closed(done)?;
                }
                Output::Transmit(sent) => {
                    let mapped = self.mapped.iter().find(|(announced, _)| *announced == sent.destination);
                    let destination = mapped.map_or(sent.destination, |(_, real)| *real);
                    self.socket.send_to(&sent.contents, destination).await.unwrap();
                }
                Output::Event(event) => self.event(event),
            }
        }
    }

    /// What was done. The server may have closed just before, and then it can not be done any more.
    fn unless_closed<T>(&mut self, done: Result<T, RtcError>) -> Option<T> {
        match done {
            Err(RtcError::Sctp(_) | RtcError::Dtls(_)) => {
                self.is_closed = true;
                None
            }
            done => Some(done.unwrap()),
        }
    }

    /// Nothing is lost where it is given up.
    async fn wait(&mut self, until: Instant) {
        let mut buffer = vec![0; 2048];
        tokio::select! {
            received = self.socket.recv_from(&mut buffer) => {
                let Ok((len, from)) = received else { return };
                let mapped = self.mapped.iter().find(|(_, real)| *real == from);
                let source = mapped.map_or(from, |(announced, _)| *announced);
                let Ok(contents) = buffer[..len].try_into() else { return };
                let receive = Receive { proto: Protocol::Udp, source, destination: self.address, contents };
                let done = self.rtc.handle_input(Input::Receive(Instant::now(), receive));
                self.unless_closed(done);
            }
            () = tokio::time::sleep_until(until.into()) => {}
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Connected => self.is_connected = true,
            Event::Closed => self.is_closed = true,
            Event::MediaData(data) => {
                let kind = if self.mids.get(&MediaKind::Audio) == Some(&data.mid) {
                    MediaKind::Audio
                } else {
                    MediaKind::Video
                };
                *self.frames.entry(kind).or_default() += 1;
                if kind == MediaKind::Video {
                    self.came_as = Some(data.params.spec().codec);
                    self.bytes += data.data.len();
                    self.gaps += u64::from(!data.contiguous);
                    self.marks.push(*data.data.last().unwrap());
                    self.times.push(data.time.numer());
                }
            }
            Event::ChannelData(data) => self.messages.push(data.data),
            Event::MediaIngressStats(stats) if self.mids.get(&MediaKind::Video) == Some(&stats.mid) => {
                self.missed = stats.nacks;
            }
            Event::KeyframeRequest(request) => self.asked.push(request.rid),
            _ => {}
        }
    }
}

/// Looks like a frame of VP8 (RFC 6386, section 9.1); with a size, like a whole one.
fn vp8(size: usize, mark: u8, picture: Option<(u16, u16)>) -> Vec<u8> {
    let mut frame = vec![mark; size];
    frame[0] = u8::from(picture.is_none());
    if let Some((width, height)) = picture {
        frame[3..6].copy_from_slice(&[0x9d, 0x01, 0x2a]);
        frame[6..8].copy_from_slice(&width.to_le_bytes());
        frame[8..10].copy_from_slice(&height.to_le_bytes());
    }
    frame
}

/// Looks like a frame of H.264 in a byte stream (ITU-T H.264, annex B): parameters before a whole picture, and a slice.
fn h264(size: usize, mark: u8, picture: Option<(u16, u16)>, is_b: bool) -> Vec<u8> {
    const START: [u8; 4] = [0, 0, 0, 1];
    // A bit for the first macroblock, and the type of the slice: I, B or P.
    let head = match (picture, is_b) {
        (Some((width, height)), _) => {
            let parameters = [&START[..], &[0x67], &parameters(width, height)].concat();
            [&parameters[..], &START, &[0x68, 0xce, 0x3c, 0x80], &START, &[0x65, 0b1011_0000]].concat()
        }
        (None, true) => [&START[..], &[0x61, 0b1010_0000]].concat(),
        (None, false) => [&START[..], &[0x61, 0b1100_0000]].concat(),
    };
    // No zero in it, which could begin the next part.
    [head, vec![mark + 1; size]].concat()
}

/// The parameters of pictures of this size, which is even (ITU-T H.264, section 7.3.2.1.1): constrained baseline.
fn parameters(width: u16, height: u16) -> Vec<u8> {
    let mut bits = BitWriter::new(ByteWriter::new(vec![66, 0xc0, 31]));
    // The ID, the length of frame numbers, the order of pictures by their numbers, one picture to refer to.
    for number in [0, 0, 2, 1] {
        bits.write_ue(number).unwrap();
    }
    bits.write_bit(false).unwrap();
    let blocks = |side: u16| u32::from(side.div_ceil(16));
    bits.write_ue(blocks(width) - 1).unwrap();
    bits.write_ue(blocks(height) - 1).unwrap();
    // Whole frames; what is cut off on the right and at the bottom, in pairs of pixels; and no more.
    let cut = |side: u16| (blocks(side) * 16 - u32::from(side)) / 2;
    for bit in [true, true, true] {
        bits.write_bit(bit).unwrap();
    }
    for number in [0, cut(width), 0, cut(height)] {
        bits.write_ue(number).unwrap();
    }
    bits.write_bit(false).unwrap();
    bits.write_rbsp_trailing_bits().unwrap();
    bits.into_writer().into_writer()
}
