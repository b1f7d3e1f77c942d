// Real clients on a local stage: Chromium with the official web client, as npm has it, and our own small page.
// scripts/test-stage runs it. The client is a black box here: only what its documentation promises is used.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, beforeEach, afterEach, test } from "node:test";
import { chromium } from "playwright-core";
import { enter, prepare } from "./client.mjs";
import { CLIENTS, Server } from "./server.mjs";

// What hangs says so: the runner itself only knows how long a file takes.
const BOUND = { timeout: 300_000 };

const { PYTHON, CHROMIUM = "/usr/bin/chromium", ARTEFACTS } = process.env;

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

test("two pages join, publish, subscribe, and see each other move; a third only looks", BOUND, async () => {
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

test("exchange: new attributes, then no right to publish any more", BOUND, async () => {
  const [ana, bob] = [await open(), await open()];
  await enter(ana, server.mint(stage, "ana"));
  await enter(bob, server.mint(stage, "bob"), { publish: false });
  await moves(bob, "ana", 5);
  await ana.evaluate((token) => globalThis.stage.exchangeToken(token), server.mint(stage, "ana", "--user-id", "Anna", "--attribute", "mood=good"));
  await sees(bob, () => globalThis.seen.participants.ana?.attributes?.mood === "good");
  await ana.evaluate((token) => globalThis.stage.exchangeToken(token), server.mint(stage, "ana", "--capability", "subscribe"));
  await sees(bob, () => globalThis.seen.participants.ana?.isPublishing === false);
});

test("who is not let in", BOUND, async () => {
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

test("disconnected through boto3, replaced by another page, and the end of the stage", BOUND, async () => {
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

test("simulcast, and tokens of CreateParticipantToken", BOUND, async () => {
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

test("H.264 from a plain WHIP client in Chromium", BOUND, async (t) => {
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

test("two stages on one shared connection", BOUND, async () => {
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

test("an older client, and SDP over the socket", BOUND, async () => {
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

test("the page of the server, with the official client and without", BOUND, async () => {
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

test("aiortc publishes with a token minted in Python, and subscribes with one of CreateParticipantToken", BOUND, async () => {
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

// FFmpeg's own WHIP muxer: that of the installed ffmpeg, if it is new enough, or the one that PyAV brings. It ends with its input.
function publishWithFfmpeg(url, token) {
  if (!has("ffmpeg", "-muxers", /\bwhip\b/)) {
    const script = fileURLToPath(new URL("whip_muxer.py", import.meta.url));
    return spawn(PYTHON, [script, url, token], { stdio: "pipe" });
  }
  const authorization = token ? ["-authorization", token] : [];
  return spawn("ffmpeg", [
    "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=15", "-f", "lavfi", "-i", "sine=sample_rate=48000",
    "-c:v", "libx264", "-profile:v", "baseline", "-pix_fmt", "yuv420p", "-g", "15", "-c:a", "libopus", "-ac", "2",
    "-f", "whip", ...authorization, url,
  ], { stdio: "pipe" });
}

// What a program said on its way to its end, and its exit code.
async function ended(program) {
  let said = "";
  for (const stream of [program.stdout, program.stderr]) stream.on("data", (data) => (said += data));
  const [code] = await once(program, "close");
  return { code, said };
}

test("ffmpeg publishes over WHIP", BOUND, async (t) => {
  const bob = await open();
  await enter(bob, server.mint(stage, "bob"), { publish: false });
  const publisher = publishWithFfmpeg(`${stage.endpoints.whip}/`, server.mint(stage, "ffmpeg"));
  t.after(() => publisher.kill());
  const end = ended(publisher);
  const done = await Promise.race([moves(bob, "ffmpeg", 10), end]);
  assert.equal(done.code, undefined, done.said);
  const { participant, names } = await events("ffmpeg");
  assert.equal(participant.protocol, "WHIP");
  assert.deepEqual(names, ["JOINED", "PUBLISH_STARTED"]);
  // `q` is how one ends ffmpeg. It says that it leaves, and has no socket: so it is gone.
  publisher.stdin.end("q");
  assert.equal((await end).code, 0);
  await sees(bob, () => !("ffmpeg" in globalThis.seen.participants));
  assert.deepEqual((await events("ffmpeg")).names, ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"]);
});

test("ffmpeg is told why it may not publish", BOUND, async (t) => {
  const url = `${stage.endpoints.whip}/`;
  const looks = server.mint(stage, "looks", "--capability", "subscribe");
  for (const [token, status] of [[`${server.mint(stage, "eve").slice(0, -6)}AAAAAA`, 403], [looks, 403], ["", 401]]) {
    const publisher = publishWithFfmpeg(url, token);
    t.after(() => publisher.kill());
    const { code, said } = await ended(publisher);
    assert.notEqual(code, 0);
    assert.match(said, new RegExp(`${status}`), said);
  }
});

test("ffprobe plays a live channel", BOUND, async (t) => {
  if (!has("ffprobe", "-version", /ffprobe/)) return t.skip("there is no ffprobe");
  const { channel } = await server.call("CreateChannel", {});
  const live = await fetch(`${server.url}/_ivs/channels/${channel.arn}/live`, { method: "POST", body: "{}" });
  assert.equal(live.status, 200);
  const shown = ["-v", "error", "-show_entries", "stream=codec_name,width,height", "-of", "csv=p=0", channel.playbackUrl];
  const output = execFileSync("ffprobe", shown, { encoding: "utf8", timeout: 60_000 });
  assert.match(output, /^h264,320,180$/m);
});
