// Joins the stage of the token after the # in the page's address. If the server has the official web client, the page uses it.
// Otherwise it uses the code below, which opens the same sockets and sends the same offers, but does little more.

const parameters = new URLSearchParams(location.hash.slice(1));
const token = parameters.get("token") ?? "";
const mayPublish = parameters.get("publish") !== "no";
const claims = JSON.parse(atob((token.split(".")[1] ?? "e30").replaceAll("-", "+").replaceAll("_", "/")));
const people = document.querySelector("#people");
const said = document.querySelector("#said");
const say = (text) => { said.textContent = text; };

// A tile for a participant, and the tracks that it plays.
const tiles = new Map();
function tile(id, name) {
  if (!tiles.has(id)) {
    const figure = document.createElement("figure");
    figure.id = `participant-${id}`;
    const video = Object.assign(document.createElement("video"), { autoplay: true, playsInline: true });
    video.muted = id === claims.jti;
    video.srcObject = new MediaStream();
    figure.append(video, document.createElement("figcaption"));
    people.append(figure);
    tiles.set(id, { figure, video });
  }
  const { figure, video } = tiles.get(id);
  if (name !== undefined) figure.querySelector("figcaption").textContent = name || id;
  return video;
}
function remove(id) {
  tiles.get(id)?.figure.remove();
  tiles.delete(id);
}
function show(id, tracks) {
  const video = tile(id);
  for (const old of video.srcObject.getTracks()) video.srcObject.removeTrack(old);
  for (const track of tracks) video.srcObject.addTrack(track);
  video.play().catch(() => {});
}

async function camera() {
  if (!mayPublish) return [];
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    return stream.getTracks();
  } catch (error) {
    say(`There is no camera: ${error.message}. You can still see the others.`);
    return [];
  }
}

// The official client: https://docs.aws.amazon.com/ivs/latest/RealTimeUserGuide/web-publish-subscribe.html
async function official(client, tracks) {
  const { Stage, LocalStageStream, SubscribeType, StageEvents } = client;
  const streams = tracks.map((track) => new LocalStageStream(track));
  const strategy = {
    stageStreamsToPublish: () => streams,
    shouldPublishParticipant: () => streams.length > 0,
    shouldSubscribeToParticipant: () => SubscribeType.AUDIO_VIDEO,
  };
  const stage = new Stage(token, strategy);
  stage.on(StageEvents.STAGE_PARTICIPANT_JOINED, (participant) => tile(participant.id, participant.userId));
  stage.on(StageEvents.STAGE_PARTICIPANT_LEFT, (participant) => remove(participant.id));
  stage.on(StageEvents.STAGE_PARTICIPANT_STREAMS_ADDED, (participant, added) => {
    if (!participant.isLocal) show(participant.id, added.map((stream) => stream.mediaStreamTrack));
  });
  await stage.join();
  return { leave: () => stage.leave(), mute: (kind, off) => streams.filter((one) => one.mediaStreamTrack.kind === kind).forEach((one) => one.setMuted(off)) };
}

async function plain(tracks) {
  const connections = new Map();
  async function connect(path, prepare) {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    prepare(connection);
    await connection.setLocalDescription();
    const answer = await fetch(claims.whip_url + path, {
      method: "POST",
      headers: { "content-type": "application/sdp", authorization: `Bearer ${token}` },
      body: connection.localDescription.sdp,
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    const place = new URL(answer.headers.get("location"), claims.whip_url);
    await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
    return {
      close() {
        connection.close();
        fetch(place, { method: "DELETE", headers: { authorization: `Bearer ${token}` }, keepalive: true });
      },
    };
  }

  const muted = { audio: false, video: false };
  const socket = new WebSocket(`${claims.events_url}?error_over_ws=1&topic=${claims.topic}/publishers`, token);
  const send = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message));
  const tell = () => send({ type: "SET_STATE", version: 1, audioMuted: muted.audio, videoStopped: muted.video });
  setInterval(() => send({ type: "PING" }), 15_000);
  socket.onopen = async () => {
    tell();
    if (tracks.length > 0) {
      connections.set(claims.jti, await connect(`/publish/${claims.jti}`, (connection) => {
        for (const track of tracks) connection.addTransceiver(track, { direction: "sendonly" });
      }));
    }
  };
  socket.onmessage = async ({ data }) => {
    const { type, payload } = JSON.parse(data);
    if (type === "aws:ivs:JOIN_ERROR" || type === "aws:ivs:DISCONNECT") say(`${payload.code}: ${payload.message ?? payload.reason}`);
    if (type !== "STAGE_STATE") return;
    const there = new Set(payload.participants.map((one) => one.id));
    for (const id of [...tiles.keys()].filter((id) => !there.has(id))) remove(id);
    for (const { id, userId, isPublishing } of payload.participants) {
      tile(id, userId);
      if (id === claims.jti) continue;
      if (isPublishing && !connections.has(id)) {
        connections.set(id, undefined);
        connections.set(id, await connect(`/subscribe/${id}`, (connection) => {
          const received = ["audio", "video"].map((kind) => connection.addTransceiver(kind, { direction: "recvonly" }));
          show(id, received.map((one) => one.receiver.track));
        }).catch((error) => say(error.message)));
      } else if (!isPublishing) {
        connections.get(id)?.close();
        connections.delete(id);
      }
    }
  };
  await new Promise((resolve, reject) => {
    socket.addEventListener("message", resolve, { once: true });
    socket.addEventListener("close", () => reject(new Error("the server closed the socket")), { once: true });
  });
  return {
    leave() {
      for (const connection of connections.values()) connection?.close();
      socket.close();
    },
    mute(kind, off) {
      muted[kind] = off;
      for (const track of tracks.filter((one) => one.kind === kind)) track.enabled = !off;
      tell();
    },
  };
}

const tracks = await camera();
const client = globalThis.IVSBroadcastClient;
try {
  tile(claims.jti, claims.user_id);
  show(claims.jti, tracks);
  const joined = await (client ? official(client, tracks) : plain(tracks));
  say(`You are on ${claims.resource}, with ${client ? "the official web client" : "the plain page"}.`);
  document.body.dataset.joined = client ? "official" : "plain";
  for (const kind of ["audio", "video"]) {
    let off = false;
    const button = document.querySelector(`#${kind}`);
    const words = { audio: ["Mute", "Unmute"], video: ["Stop video", "Start video"] }[kind];
    button.onclick = () => {
      off = !off;
      joined.mute(kind, off);
      button.textContent = words[Number(off)];
    };
  }
  document.querySelector("#leave").onclick = () => { joined.leave(); say("You have left."); };
  addEventListener("pagehide", () => joined.leave());
} catch (error) {
  say(`You could not join: ${error.message}`);
  document.body.dataset.failed = error.message;
}
