// Real clients on a local stage: Chromium with the official web client, as npm has it, and our own small page.
// scripts/test-stage runs it. The client is a black box here: only what its documentation promises is used.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { chromium } from "playwright-core";

const { IVS_LOCAL, IVS_TOKEN, PYTHON, CHROMIUM = "/usr/bin/chromium", ARTEFACTS } = process.env;
const resolve = createRequire(import.meta.url).resolve;
const CLIENTS = { current: resolve("amazon-ivs-web-broadcast"), older: resolve("older") };
const folder = mkdtempSync(join(tmpdir(), "ivs-stage-"));

class Server {
  static async start(...more) {
    const server = new Server();
    const options = ["--port", "0", "--auth", "off", "--web-client", CLIENTS.current, ...more];
    server.process = spawn(IVS_LOCAL, options, { stdio: ["ignore", "pipe", "inherit"] });
    server.url = await new Promise((found, lost) => {
      server.process.stdout.once("data", (data) => found(String(data).split("\n")[0].split(" ").at(-1)));
      server.process.once("exit", () => lost(new Error("ivs-local did not start")));
    });
    server.key = join(folder, `${new URL(server.url).port}.pem`);
    const publicKey = `${server.key}.public`;
    execFileSync(IVS_TOKEN, ["key", "generate", "--out", server.key, "--public-out", publicKey], { stdio: "pipe" });
    const imported = await server.call("ImportPublicKey", { publicKeyMaterial: readFileSync(publicKey, "utf8") });
    server.kid = imported.publicKey.arn;
    return server;
  }
  async call(operation, input) {
    const answer = await fetch(`${this.url}/${operation}`, { method: "POST", body: JSON.stringify(input) });
    const text = await answer.text();
    assert.ok(answer.ok, `${operation}: ${text}`);
    return text ? JSON.parse(text) : {};
  }
  // As programs of users call: through boto3.
  boto(operation, input) {
    const script = fileURLToPath(new URL("boto.py", import.meta.url));
    execFileSync(PYTHON, [script, this.url, operation, JSON.stringify(input)], { stdio: "pipe" });
  }
  async stage() {
    return (await this.call("CreateStage", {})).stage;
  }
  mint(stage, id, ...more) {
    return execFileSync(IVS_TOKEN, [
      "mint", "--key", this.key, "--kid", this.kid, "--stage-arn", stage.arn, "--whip-url", stage.endpoints.whip,
      "--events-url", stage.endpoints.events, "--participant-id", id, ...more,
    ], { encoding: "utf8" }).trim();
  }
  connection(stage) {
    return execFileSync(IVS_TOKEN, [
      "mint", "connection", "--key", this.key, "--kid", this.kid, "--stage-arn", stage.arn, "--whip-url", stage.endpoints.whip,
      "--events-url", stage.endpoints.events,
    ], { encoding: "utf8" }).trim();
  }
  stop() {
    this.process.kill();
  }
}

let browser, server, stage, context;
before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage", "--disable-renderer-backgrounding",
      "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
    ],
  });
  server = await Server.start();
});
after(async () => {
  await browser?.close();
  server?.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  stage = await server.stage();
  context = await browser.newContext({ permissions: ["camera", "microphone"] });
});
afterEach(() => context.close());

// A page with a client that has not joined.
async function open(client = CLIENTS.current, at = server) {
  const page = await context.newPage();
  page.said = [];
  page.on("console", (message) => page.said.push(message.text()));
  page.on("pageerror", (error) => page.said.push(String(error)));
  await page.goto(`${at.url}/_ivs/health`);
  await page.addScriptTag({ path: client });
  await page.evaluate(prepare);
  return page;
}

// Runs in the page: what the tests need of the client.
function prepare() {
  const { Stage, LocalStageStream, SubscribeType, StageEvents } = globalThis.IVSBroadcastClient;
  const seen = { participants: {}, errors: [], left: null, mutes: [], frames: {} };
  const watch = (id, track) => {
    const video = Object.assign(document.createElement("video"), { autoplay: true, muted: true, playsInline: true, width: 320 });
    video.srcObject = new MediaStream([track]);
    document.body.append(video);
    const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    let last = "";
    seen.frames[id] = 0;
    const next = () => {
      pen.drawImage(video, 0, 0, 32, 24);
      const now = pen.getImageData(0, 0, 32, 24).data.join();
      // Only a picture that differs from the one before counts.
      if (now !== last) seen.frames[id] += 1;
      seen.width = video.videoWidth;
      last = now;
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
    video.play().catch(() => {});
  };
  globalThis.seen = seen;
  const shared = (token) => (globalThis.connection ??= new globalThis.IVSBroadcastClient.RealTimeConnection(token));
  globalThis.enter = async (token, { publish = true, configuration, connectionToken } = {}) => {
    const media = publish ? await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } }) : null;
    const streams = (media?.getTracks() ?? []).map((track) => new LocalStageStream(track, track.kind === "video" ? configuration : undefined));
    const stage = new Stage(token, {
      stageStreamsToPublish: () => streams,
      shouldPublishParticipant: () => streams.length > 0,
      shouldSubscribeToParticipant: () => SubscribeType.AUDIO_VIDEO,
      preferredLayerForStream: (_, stream) => {
        if (seen.prefer === "lowest") return stream.getLowestQualityLayer();
        return seen.prefer === "highest" ? stream.getHighestQualityLayer() : undefined;
      },
    }, connectionToken && { connection: shared(connectionToken) });
    const note = (participant) => {
      seen.participants[participant.id] = {
        userId: participant.userId, attributes: participant.attributes, isPublishing: participant.isPublishing,
        audioMuted: participant.audioMuted, videoStopped: participant.videoStopped, isLocal: participant.isLocal,
      };
    };
    for (const name of Object.keys(StageEvents)) {
      stage.on(StageEvents[name], (first) => first?.id && note(first));
    }
    stage.on(StageEvents.STAGE_PARTICIPANT_LEFT, (participant) => delete seen.participants[participant.id]);
    stage.on(StageEvents.STAGE_PARTICIPANT_STREAMS_ADDED, (participant, added) => {
      for (const stream of added) {
        if (!participant.isLocal && stream.mediaStreamTrack.kind === "video") watch(participant.id, stream.mediaStreamTrack);
      }
    });
    stage.on(StageEvents.STAGE_STREAM_MUTE_CHANGED, (participant, stream) => seen.mutes.push([participant.id, stream.mediaStreamTrack.kind, stream.isMuted]));
    if (StageEvents.STAGE_LEFT) stage.on(StageEvents.STAGE_LEFT, (reason) => { seen.left = String(reason); });
    if (StageEvents.ERROR) stage.on(StageEvents.ERROR, (error) => seen.errors.push({ code: error.code, name: error.name, message: error.message }));
    Object.assign(globalThis, { stage, streams });
    try {
      await stage.join();
      return null;
    } catch (error) {
      return { code: error.code, name: error.name, message: error.message };
    }
  };
}

async function enter(page, token, options) {
  const error = await page.evaluate(([token, options]) => globalThis.enter(token, options), [token, options]);
  if (error) throw Object.assign(new Error(`${error.message}; said: ${page.said.slice(-10).join("\n")}`), error);
}

// Waits until a page has seen something.
async function sees(page, holds, argument) {
  try {
    return await page.waitForFunction(holds, argument, { timeout: 90_000, polling: 100 });
  } catch {
    const seen = JSON.stringify(await page.evaluate(() => globalThis.seen));
    throw new Error(`never so: ${holds} (${argument})\n${seen}\n${page.said.slice(-20).join("\n")}`);
  }
}
const moves = (page, id, frames = 30) =>
  sees(page, ([id, frames]) => globalThis.seen.frames[id] >= frames, [id, frames]);

async function events(id) {
  const { stageSessions } = await server.call("ListStageSessions", { stageArn: stage.arn });
  const of = { stageArn: stage.arn, sessionId: stageSessions[0].sessionId, participantId: id };
  return {
    participant: (await server.call("GetParticipant", of)).participant,
    names: (await server.call("ListParticipantEvents", of)).events.map((event) => event.name),
  };
}

test("two pages join, publish, subscribe, and see each other move; a third only looks", async () => {
  const [ana, bob, eve] = [await open(), await open(), await open()];
  await enter(ana, server.mint(stage, "ana", "--user-id", "Ana"));
  await enter(bob, server.mint(stage, "bob", "--user-id", "Bob", "--attribute", "team=blue"));
  await enter(eve, server.mint(stage, "eve", "--capability", "subscribe"), { publish: false });
  await Promise.all([moves(ana, "bob"), moves(bob, "ana"), moves(eve, "ana"), moves(eve, "bob")]);
  const seen = await ana.evaluate(() => globalThis.seen.participants);
  assert.equal(seen.bob.userId, "Bob");
  assert.deepEqual(seen.bob.attributes, { team: "blue" });
  assert.equal(seen.eve.isPublishing, false);

  const { participant, names } = await events("ana");
  assert.equal(participant.published, true);
  assert.equal(participant.browserName, "Chrome");
  for (const name of ["JOINED", "PUBLISH_STARTED", "SUBSCRIBE_STARTED"]) assert.ok(names.includes(name), names.join());

  // Mute: the others hear of it.
  await ana.evaluate(() => globalThis.streams.find((one) => one.mediaStreamTrack.kind === "audio").setMuted(true));
  await sees(bob, () => globalThis.seen.mutes.some(([id, kind, muted]) => id === "ana" && kind === "audio" && muted));
  // Bob leaves; Eve's page is closed without a word.
  await bob.evaluate(() => globalThis.stage.leave());
  await sees(ana, () => !("bob" in globalThis.seen.participants));
  await eve.close();
  await sees(ana, () => !("eve" in globalThis.seen.participants));
  await ana.close({ runBeforeUnload: true });
});

test("exchange: new attributes, then no right to publish any more", async () => {
  const [ana, bob] = [await open(), await open()];
  await enter(ana, server.mint(stage, "ana"));
  await enter(bob, server.mint(stage, "bob"), { publish: false });
  await moves(bob, "ana", 5);
  await ana.evaluate((token) => globalThis.stage.exchangeToken(token), server.mint(stage, "ana", "--user-id", "Anna", "--attribute", "mood=good"));
  await sees(bob, () => globalThis.seen.participants.ana?.attributes?.mood === "good");
  await ana.evaluate((token) => globalThis.stage.exchangeToken(token), server.mint(stage, "ana", "--capability", "subscribe"));
  await sees(bob, () => globalThis.seen.participants.ana?.isPublishing === false);
});

test("who is not let in", async () => {
  const page = await open();
  const refused = async (token) => {
    const error = await page.evaluate((token) => globalThis.enter(token, { publish: false }), token);
    assert.ok(error, "it joined");
    return error.code;
  };
  const good = server.mint(stage, "ana");
  const forged = `${good.slice(0, -6)}${good.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA"}`;
  assert.equal(await refused(forged), 1);
  const brief = server.mint(stage, "brief", "--duration", "1s");
  await new Promise((done) => setTimeout(done, 1500));
  assert.equal(await refused(brief), 2);
  const gone = await server.stage();
  const late = server.mint(gone, "late");
  await server.call("DeleteStage", { arn: gone.arn });
  assert.equal(await refused(late), 9);
  const out = server.mint(stage, "out");
  await server.call("DisconnectParticipant", { stageArn: stage.arn, participantId: "out" });
  assert.equal(await refused(out), 10);
});

test("disconnected through boto3, replaced by another page, and the end of the stage", async () => {
  const [ana, bob, again] = [await open(), await open(), await open()];
  await enter(ana, server.mint(stage, "ana"));
  const token = server.mint(stage, "bob");
  await enter(bob, token);
  await moves(bob, "ana", 5);
  server.boto("disconnect_participant", { stageArn: stage.arn, participantId: "ana" });
  await sees(ana, () => globalThis.seen.left !== null);
  await sees(bob, () => !("ana" in globalThis.seen.participants));
  await enter(again, token, { publish: false });
  await sees(bob, () => globalThis.seen.left !== null);
  server.boto("delete_stage", { arn: stage.arn });
  await sees(again, () => globalThis.seen.left !== null);
});

test("simulcast, and tokens of CreateParticipantToken", async () => {
  const { participantToken } = await server.call("CreateParticipantToken", { stageArn: stage.arn, userId: "Ana" });
  const [ana, bob] = [await open(), await open()];
  await enter(ana, participantToken.token, { configuration: { simulcast: { enabled: true } } });
  await enter(bob, server.mint(stage, "bob"), { publish: false });
  await moves(bob, participantToken.participantId, 30);

  // The app picks a layer, and then another; the picture says which one comes.
  const prefer = (which) => bob.evaluate((which) => {
    globalThis.seen.prefer = which;
    globalThis.stage.refreshStrategy();
  }, which);
  await prefer("highest");
  await sees(bob, () => globalThis.seen.width > 400);
  await prefer("lowest");
  await sees(bob, () => globalThis.seen.width < 400);
  await prefer("highest");
  await sees(bob, () => globalThis.seen.width > 400);
});

test("H.264 from a plain WHIP client in Chromium", async (t) => {
  const [obs, bob] = [await context.newPage(), await open()];
  await obs.goto(`${server.url}/_ivs/health`);
  const can = await obs.evaluate(() => globalThis.RTCRtpSender.getCapabilities("video").codecs.some((one) => one.mimeType === "video/H264"));
  if (!can) return t.skip("this Chromium does not encode H.264");
  await enter(bob, server.mint(stage, "bob"), { publish: false });
  await obs.evaluate(async ([whip, token]) => {
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } });
    const connection = (globalThis.connection = new RTCPeerConnection());
    for (const track of media.getTracks()) {
      const transceiver = connection.addTransceiver(track, { direction: "sendonly" });
      const { codecs } = globalThis.RTCRtpSender.getCapabilities(track.kind);
      if (track.kind === "video") transceiver.setCodecPreferences(codecs.filter((one) => one.mimeType === "video/H264"));
    }
    await connection.setLocalDescription();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/sdp" };
    const answer = await fetch(`${whip}/`, { method: "POST", headers, body: connection.localDescription.sdp });
    await connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  }, [stage.endpoints.whip, server.mint(stage, "obs")]);
  await moves(bob, "obs", 10);
  const sent = await obs.evaluate(async () => {
    const stats = [...(await globalThis.connection.getStats()).values()];
    const { codecId } = stats.find((one) => one.type === "outbound-rtp" && one.kind === "video");
    return stats.find((one) => one.id === codecId).mimeType;
  });
  assert.equal(sent, "video/H264");
});

test("two stages on one shared connection", async () => {
  const other = await server.stage();
  const connectionToken = server.connection(stage);
  const [ana, bob, eve] = [await open(), await open(), await open()];
  const sockets = [];
  ana.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname));
  await enter(ana, server.mint(stage, "ana"), { connectionToken });
  await enter(ana, server.mint(other, "anna"), { connectionToken });
  await enter(bob, server.mint(stage, "bob"));
  await enter(eve, server.mint(other, "eve"));
  await Promise.all([moves(ana, "bob", 10), moves(ana, "eve", 10), moves(bob, "ana", 10), moves(eve, "anna", 10)]);
  assert.deepEqual(sockets, ["/sanic"]);
});

test("an older client, and SDP over the socket", async () => {
  const over = await Server.start("--sdp-over-socket");
  try {
    const stage = await over.stage();
    const [ana, bob] = [await open(CLIENTS.current, over), await open(CLIENTS.older, over)];
    await enter(ana, over.mint(stage, "ana"));
    await enter(bob, over.mint(stage, "bob"));
    await Promise.all([moves(ana, "bob"), moves(bob, "ana")]);
  } finally {
    over.stop();
  }
});

test("the page of the server, with the official client and without", async () => {
  const url = (id) => `${server.url}/_ivs/stage#token=${server.mint(stage, id.toLowerCase(), "--user-id", id)}`;
  const [ana, bob] = [await context.newPage(), await context.newPage()];
  await bob.route("**/web-client.js", (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await ana.setViewportSize({ width: 1000, height: 520 });
  for (const [page, id] of [[ana, "Ana"], [bob, "Bob"]]) {
    await page.goto(url(id));
    await page.waitForSelector("body[data-joined]", { timeout: 90_000 });
  }
  assert.deepEqual(await Promise.all([ana, bob].map((page) => page.evaluate(() => document.body.dataset.joined))), ["official", "plain"]);
  const playing = (page, id) => page.waitForFunction((id) => {
    const video = document.querySelector(`#participant-${id} video`);
    return video?.videoWidth > 0 && video.getVideoPlaybackQuality().totalVideoFrames > 20;
  }, id, { timeout: 90_000, polling: 100 });
  await Promise.all([playing(ana, "bob"), playing(bob, "ana"), playing(ana, "ana")]);
  if (ARTEFACTS) writeFileSync(join(ARTEFACTS, "stage.png"), await ana.screenshot());
  await bob.click("#leave");
  await ana.waitForFunction(() => !document.querySelector("#participant-bob"), null, { timeout: 90_000 });
});

test("aiortc publishes with a token minted in Python, and subscribes with one of CreateParticipantToken", async () => {
  const python = (...more) => [fileURLToPath(new URL("aiortc_client.py", import.meta.url)), ...more];
  const { whip, events } = stage.endpoints;
  const minted = execFileSync(PYTHON, python("mint", server.key, server.kid, stage.arn, whip, events, "py"), { encoding: "utf8" }).trim();
  const bob = await open();
  await enter(bob, server.mint(stage, "bob"));
  const publisher = spawn(PYTHON, python("publish", whip, minted), { stdio: ["pipe", "inherit", "inherit"] });
  try {
    await moves(bob, "py", 3);
    const { participantToken } = await server.call("CreateParticipantToken", { stageArn: stage.arn });
    const counts = JSON.parse(execFileSync(PYTHON, python("subscribe", whip, participantToken.token, "bob"), { encoding: "utf8" }));
    assert.deepEqual(counts, { audio: 20, video: 20 });
  } finally {
    publisher.stdin.end();
  }
  // It says that it leaves, and has no socket: so it is gone.
  await sees(bob, () => !("py" in globalThis.seen.participants));
});

// Whether a tool of ffmpeg is installed, and says this when asked.
function has(tool, option, pattern) {
  try {
    return pattern.test(execFileSync(tool, ["-hide_banner", option], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  } catch {
    return false;
  }
}

test("ffmpeg publishes over WHIP", async (t) => {
  if (!has("ffmpeg", "-muxers", /\bwhip\b/)) return t.skip("this ffmpeg has no WHIP muxer; that of version 8 has");
  const bob = await open();
  await enter(bob, server.mint(stage, "bob"), { publish: false });
  const publisher = spawn("ffmpeg", [
    "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=15", "-f", "lavfi", "-i", "sine=sample_rate=48000",
    "-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-g", "15", "-c:a", "libopus", "-ac", "2",
    "-f", "whip", "-authorization", server.mint(stage, "ffmpeg"), `${stage.endpoints.whip}/`,
  ], { stdio: ["ignore", "inherit", "inherit"] });
  try {
    await moves(bob, "ffmpeg", 10);
  } finally {
    publisher.kill();
  }
});

test("ffprobe plays a live channel", async (t) => {
  if (!has("ffprobe", "-version", /ffprobe/)) return t.skip("there is no ffprobe");
  const { channel } = await server.call("CreateChannel", {});
  const live = await fetch(`${server.url}/_ivs/channels/${channel.arn}/live`, { method: "POST", body: "{}" });
  assert.equal(live.status, 200);
  const shown = ["-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", channel.playbackUrl];
  const output = execFileSync("ffprobe", shown, { encoding: "utf8", timeout: 60_000 });
  assert.match(output, /^h264,320,180$/m);
});
