// A publisher that does what OBS does, on libdatachannel as OBS has it: the same SDP, the same requests, the same order. OBS itself does
// not run here. What it sends was taken from its public documentation and discussions, and is known for these versions:
//
// - from 30 on: H.264 and Opus in packets of libdatachannel.
// - from 32.1 on: besides, each packet of video names its section and its layer, also where there is one layer only. With more, the offer
//   has them.
//
// No version of OBS sends a whole picture when it is asked for one.

import { randomInt } from "node:crypto";

const [AUDIO, VIDEO] = [111, 96];
const CLOCKS = { audio: 48_000, video: 90_000 };
const PICTURES = 30;
const PACKETS = 50;
// The most bytes of a packet's payload.
const FRAGMENT = 1200;
// What OBS keeps to send it once more: three seconds of 8.5 Mbit/s.
const KEPT = 4000;
const MID = "urn:ietf:params:rtp-hdrext:sdes:mid";
const RID = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";

// All that was made of libdatachannel. Its binding for Node.js ends the process if one of them is collected too early.
const kept = [];

export class ObsOutput {
  // `media` is what media.py prints, `library` is node-datachannel. The first layer is the largest, as in OBS.
  constructor(library, media, { version = "31.1.2", system = "Linux x86_64", codec = "H264" } = {}) {
    Object.assign(this, { library, codec });
    this.layers = media.layers.map((pictures) => pictures.map((one) => Buffer.from(one, "base64")));
    this.sound = media.sound.map((one) => Buffer.from(one, "base64"));
    this.namesLayers = Number.parseFloat(version) >= 32.1;
    this.userAgent = `Mozilla/5.0 (OBS-Studio/${version}; ${system}; en-US)`;
    this.states = [];
  }

  // Where OBS stops with an error, this throws.
  async start(url, token) {
    this.token = token;
    this.connection = this.make("PeerConnection", "obs", { iceServers: [] });
    this.connection.onStateChange((state) => this.states.push(state));
    const ssrc = randomInt(1, 2 ** 32 - 8);
    const [stream, cname] = [name(), name()];
    this.addAudio(ssrc, stream, cname);
    this.addVideo(ssrc + 1, stream, cname);
    this.connection.setLocalDescription();
    const headers = { "content-type": "application/sdp", ...this.headers() };
    const answer = await fetch(url, { method: "POST", headers, body: withoutAddresses(this.connection.localDescription().sdp) });
    const body = await answer.text();
    if (answer.status !== 201) {
      this.connection.close();
      throw Object.assign(new Error(`HTTP endpoint returned response code ${answer.status}: ${body}`), { status: answer.status, body });
    }
    this.resource = new URL(answer.headers.get("location"), answer.url);
    const accepted = /^a=simulcast:recv (\S+)/m.exec(body)?.[1].split(";").length ?? 0;
    if (this.layers.length > 1 && accepted !== this.layers.length) throw new Error(`WHIP only accepted ${accepted} layers`);
    this.connection.setRemoteDescription(body, "answer");
    this.begin();
  }

  // Closes the connection first, and says so after: it answers the status of that.
  async stop() {
    clearInterval(this.timer);
    this.connection.close();
    const answer = await fetch(this.resource, { method: "DELETE", headers: this.headers() });
    return answer.status;
  }

  headers() {
    return { "user-agent": this.userAgent, ...(this.token && { authorization: `Bearer ${this.token}` }) };
  }

  addAudio(ssrc, stream, cname) {
    const section = this.make("Audio", "0", "SendOnly");
    section.addOpusCodec(AUDIO);
    section.addSSRC(ssrc, cname, stream, `${stream}-audio`);
    const packets = this.make("RtpPacketizationConfig", ssrc, cname, AUDIO, CLOCKS.audio);
    this.audio = this.track(section, packets, [this.make("RtpPacketizer", packets), this.make("RtcpSrReporter", packets), this.make("RtcpNackResponder")]);
  }

  addVideo(ssrc, stream, cname) {
    const section = this.make("Video", "1", "SendOnly");
    section[`add${this.codec}Codec`](VIDEO);
    section.addSSRC(ssrc, cname, stream, `${stream}-video`);
    if (this.namesLayers) {
      for (const [number, use] of [[1, MID], [2, RID]]) section.parseSdpLine(`a=extmap:${number} ${use}`);
    }
    if (this.layers.length > 1) {
      const rids = this.layers.map((_, layer) => layer);
      for (const rid of rids) section.parseSdpLine(`a=rid:${rid} send`);
      section.parseSdpLine(`a=simulcast:send ${rids.join(";")}`);
    }
    const packets = this.make("RtpPacketizationConfig", ssrc, cname, VIDEO, CLOCKS.video);
    const handlers = [this.make("RtcpSrReporter", packets), this.make("RtcpNackResponder", KEPT)];
    // The binding can not name layers in the packets of libdatachannel, so those are written here.
    this.written = this.layers.map((_, layer) => new Layer(ssrc + layer, layer));
    if (!this.namesLayers) handlers.unshift(this.make("H264RtpPacketizer", "StartSequence", packets, FRAGMENT));
    this.video = this.track(section, packets, handlers);
  }

  // A track, with what makes packets, reports on them, and sends again what the server asks for.
  track(section, packets, [first, ...more]) {
    const track = this.connection.addTrack(section);
    kept.push(track);
    for (const handler of more) first.addToChain(handler);
    track.setMediaHandler(first);
    return { track, packets };
  }

  make(kind, ...given) {
    const made = new this.library[kind](...given);
    kept.push(made);
    return made;
  }

  // Sends all that is due, in time. What comes before the connection is lost.
  begin() {
    const begun = performance.now();
    const sent = { audio: 0, video: 0 };
    this.timer = setInterval(() => {
      const seconds = (performance.now() - begun) / 1000;
      for (; sent.audio < seconds * PACKETS; sent.audio += 1) this.sendSound(sent.audio);
      for (; sent.video < seconds * PICTURES; sent.video += 1) this.sendPicture(sent.video);
    }, 5);
  }

  sendSound(number) {
    const { track, packets } = this.audio;
    if (!track.isOpen()) return;
    packets.timestamp = (number * CLOCKS.audio) / PACKETS;
    track.sendMessageBinary(this.sound[number % this.sound.length]);
  }

  sendPicture(number) {
    const { track, packets } = this.video;
    if (!track.isOpen()) return;
    packets.timestamp = (number * CLOCKS.video) / PICTURES;
    for (const [layer, pictures] of this.layers.entries()) {
      const picture = pictures[number % pictures.length];
      const messages = this.namesLayers ? this.written[layer].packets(picture, packets.timestamp) : [picture];
      for (const message of messages) track.sendMessageBinary(message);
    }
  }
}

// OBS looks for its addresses only once it has the answer.
function withoutAddresses(offer) {
  return offer
    .replaceAll(/^a=(candidate:.*|end-of-candidates)\r\n/gm, "")
    .replaceAll(/^(m=\S+) \d+/gm, "$1 9")
    .replaceAll(/^c=IN .*$/gm, "c=IN IP4 0.0.0.0");
}

// A name of a stream, as OBS draws them.
function name() {
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return Array.from({ length: 16 }, () => letters[randomInt(letters.length)]).join("");
}

// Packets of one layer (RFC 3550, RFC 6184), each with the names of its section and its layer (RFC 8285, RFC 8852).
class Layer {
  constructor(ssrc, rid) {
    Object.assign(this, { ssrc, rid, next: randomInt(2 ** 16) });
  }
  packets(picture, time) {
    const payloads = units(picture).flatMap(fragments);
    return payloads.map((payload, at) => Buffer.concat([this.head(time, at === payloads.length - 1), payload]));
  }
  head(time, isLast) {
    const head = Buffer.alloc(20);
    head.set([0x90, VIDEO | (isLast ? 0x80 : 0)]);
    head.writeUInt16BE(this.next, 2);
    head.writeUInt32BE(time, 4);
    head.writeUInt32BE(this.ssrc, 8);
    // One word of names: number and length, then the letter, and this twice.
    head.set([0xbe, 0xde, 0, 1, 0x10, "1".charCodeAt(0), 0x20, String(this.rid).charCodeAt(0)], 12);
    this.next = (this.next + 1) % 2 ** 16;
    return head;
  }
}

// The units of a byte stream.
function units(stream) {
  const starts = [];
  for (let at = stream.indexOf("000001", 0, "hex"); at >= 0; at = stream.indexOf("000001", at + 3, "hex")) starts.push(at);
  return starts.map((start, at) => {
    let end = starts[at + 1] ?? stream.length;
    while (at + 1 < starts.length && stream[end - 1] === 0) end -= 1;
    return stream.subarray(start + 3, end);
  });
}

// A unit whole, or in parts where it is too large.
function fragments(unit) {
  if (unit.length <= FRAGMENT) return [unit];
  const parts = [];
  for (let at = 1; at < unit.length; at += FRAGMENT - 2) {
    const part = unit.subarray(at, at + FRAGMENT - 2);
    const begins = at === 1 ? 0x80 : 0;
    const ends = at + part.length === unit.length ? 0x40 : 0;
    parts.push(Buffer.concat([Buffer.from([(unit[0] & 0xe0) | 28, begins | ends | (unit[0] & 0x1f)]), part]));
  }
  return parts;
}
