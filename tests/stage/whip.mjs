// Encoders that speak WHIP on a local stage, with aiortc as their subscriber: OBS's WHIP output, or rather what obs_output.mjs does in its
// place on libdatachannel, the library that OBS sends with; and the command of the documentation in ffmpeg. scripts/test-stage runs it.

import assert from "node:assert/strict";
import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { after, before, beforeEach, test } from "node:test";
import { ObsOutput } from "./obs_output.mjs";
import { Server } from "./server.mjs";

const { PYTHON, PATH, CI } = process.env;

const library = await import("node-datachannel").then((module) => module.default, () => null);
if (!library) console.log("SKIPPED: nothing publishes as OBS does, for node-datachannel has no libdatachannel for this system");
const ffmpeg = withMuxer();
if (!ffmpeg) console.log("SKIPPED: the ffmpeg command of docs/local.md is not run, for imageio-ffmpeg has no program with a WHIP muxer for this system");
assert.ok((library && ffmpeg) || !CI, "there must be both on CI");
// What hangs says so: the runner itself only knows how long a file takes.
const BOUND = { timeout: 120_000 };
const OBS = { ...BOUND, skip: !library };

let server, stage;
before(async () => {
  server = await Server.start();
});
after(() => {
  server?.stop();
  library?.cleanup();
});
beforeEach(async () => {
  stage = await server.stage();
});

const docs = readFileSync(new URL("../../docs/local.md", import.meta.url), "utf8");

const python = (name, ...more) => [fileURLToPath(new URL(name, import.meta.url)), ...more];

// What an encoder makes, in these sizes.
const encode = (...more) => JSON.parse(execFileSync(PYTHON, python("media.py", ...more), { encoding: "utf8", maxBuffer: 2 ** 26 }));

// What aiortc decodes of it, with a token of CreateParticipantToken.
async function subscribe(id, ...layers) {
  const { participantToken } = await server.call("CreateParticipantToken", { stageArn: stage.arn, capabilities: ["SUBSCRIBE"] });
  const { stdout } = await promisify(execFile)(PYTHON, python("aiortc_client.py", "subscribe", stage.endpoints.whip, participantToken.token, id, ...layers));
  return JSON.parse(stdout);
}

// What the API knows of a publisher.
async function known(participantId) {
  const { stageSessions } = await server.call("ListStageSessions", { stageArn: stage.arn });
  const of = { stageArn: stage.arn, sessionId: stageSessions[0].sessionId };
  const { participants } = await server.call("ListParticipants", of);
  const { participant } = await server.call("GetParticipant", { ...of, participantId });
  const { events } = await server.call("ListParticipantEvents", { ...of, participantId });
  return { ids: participants.map((one) => one.participantId), participant, events };
}

async function until(holds) {
  for (const end = performance.now() + 20_000; performance.now() < end; await sleep(50)) {
    if (await holds()) return;
  }
  assert.fail(`never so: ${holds}`);
}

test("OBS 31 publishes H.264 and Opus, and ends it with a DELETE", OBS, async () => {
  assert.ok(docs.includes(`libdatachannel ${library.getLibraryVersion()}`), "docs/local.md names another version");
  const obs = new ObsOutput(library, encode("1280x720"));
  await obs.start(stage.endpoints.whip, server.mint(stage, "obs", "--user-id", "Studio"));
  await until(() => obs.states.includes("connected"));
  assert.deepEqual(await subscribe("obs"), { audio: 20, video: 20 });
  const { ids, participant } = await known("obs");
  assert.ok(ids.includes("obs"), ids.join());
  const { userId, state, published, protocol, browserName, browserVersion, osName } = participant;
  assert.deepEqual(
    { userId, state, published, protocol, browserName, browserVersion, osName },
    { userId: "Studio", state: "CONNECTED", published: true, protocol: "WHIP", browserName: "OBS-Studio", browserVersion: "31.1.2", osName: "Linux" },
  );
  assert.deepEqual(obs.states, ["connecting", "connected"]);
  assert.equal(await obs.stop(), 200);
  await until(async () => (await known("obs")).participant.state === "DISCONNECTED");
  const { events } = await known("obs");
  assert.deepEqual(events.map((event) => event.name), ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"]);
});

test("OBS 32.1 names its layer in each packet, also where there is one", OBS, async () => {
  const obs = new ObsOutput(library, encode("640x360"), { version: "32.1.2" });
  await obs.start(`${stage.endpoints.whip}/`, server.mint(stage, "obs"));
  assert.deepEqual(await subscribe("obs"), { audio: 20, video: 20 });
  assert.equal(await obs.stop(), 200);
});

test("OBS 32.1 sends three layers, and a subscriber picks from them", OBS, async () => {
  const obs = new ObsOutput(library, encode("640x360", "426x240", "212x120"), { version: "32.1.2" });
  await obs.start(`${stage.endpoints.whip}/`, server.mint(stage, "obs"));
  const { audio, video, layers, sizes } = await subscribe("obs", "2", "0", "1");
  assert.deepEqual({ audio, video }, { audio: 20, video: 20 });
  assert.deepEqual(layers.map(({ encodingId, width, height }) => [encodingId, width, height]), [["0", 640, 360], ["1", 426, 240], ["2", 212, 120]]);
  assert.deepEqual(sizes, { 2: [212, 120], 0: [640, 360], 1: [426, 240] });
  assert.equal(await obs.stop(), 200);
});

test("OBS is told why it may not publish", OBS, async () => {
  const media = encode("320x180");
  const good = server.mint(stage, "obs");
  const cases = [
    ["", 401, "TOKEN_MISSING"],
    ["sk_us-east-1_stream_key", 403, "TOKEN_INVALID"],
    [`${good.slice(0, -6)}${good.endsWith("AAAAAA") ? "BBBBBB" : "AAAAAA"}`, 403, "TOKEN_INVALID_SIGNATURE"],
    [server.mint(stage, "obs", "--capability", "subscribe"), 403, 2003],
    [good, 403, "INVALID_VIDEO_CODEC", "AV1"],
    [good, 403, "INVALID_VIDEO_CODEC", "H265"],
  ];
  for (const [token, status, code, codec] of cases) {
    const refused = new ObsOutput(library, media, { codec }).start(`${stage.endpoints.whip}/`, token);
    await assert.rejects(refused, (error) => {
      assert.equal(error.status, status, error.message);
      assert.equal(JSON.parse(error.body).code, code, error.message);
      return true;
    });
  }
});

test("B-frames end what OBS publishes, and OBS sees that it ended", OBS, async () => {
  const obs = new ObsOutput(library, encode("--b-frames", "320x180"));
  await obs.start(`${stage.endpoints.whip}/`, server.mint(stage, "obs"));
  await until(() => obs.states.includes("disconnected"));
  const { participant, events } = await known("obs");
  assert.equal(participant.state, "DISCONNECTED");
  assert.deepEqual(
    events.map(({ name, errorCode }) => (errorCode ? `${name} ${errorCode}` : name)),
    ["JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR B_FRAME_PRESENT", "PUBLISH_STOPPED", "LEFT"],
  );
  // Its session is not there any more, of which OBS only writes into its log.
  assert.equal(await obs.stop(), 404);
});

// The program that imageio-ffmpeg brings, if it has the muxer.
function withMuxer() {
  try {
    const program = execFileSync(PYTHON, ["-c", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"], { encoding: "utf8", stdio: "pipe" }).trim();
    const muxers = execFileSync(program, ["-hide_banner", "-muxers"], { encoding: "utf8", stdio: "pipe" });
    return /\bwhip\b/.test(muxers) ? program : null;
  } catch {
    return null;
  }
}

test("the ffmpeg command of docs/local.md publishes", { ...BOUND, skip: !ffmpeg }, async (t) => {
  const [, version] = /^ffmpeg version n?([\d.]+)/.exec(execFileSync(ffmpeg, ["-version"], { encoding: "utf8" }));
  assert.ok(new RegExp(`ffmpeg [\\d., and]*\\b${version.replaceAll(".", "\\.")}`).test(docs), `docs/local.md does not name ffmpeg ${version}`);
  const folder = mkdtempSync(join(tmpdir(), "ivs-ffmpeg-"));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(ffmpeg, join(folder, "ffmpeg"));
  const sources = ["-f", "lavfi", "-i", "testsrc=size=640x360:rate=30", "-f", "lavfi", "-i", "sine=sample_rate=44100"];
  // As from a camera: with B-frames and AAC, which the command makes something else of.
  const made = ["-t", "20", "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-pix_fmt", "yuv420p", "-c:a", "aac", "video.mp4"];
  execFileSync(ffmpeg, ["-loglevel", "error", ...sources, ...made], { cwd: folder });
  const [, command] = /```sh\n(ffmpeg [^`]* -f whip [^`]*)```/.exec(docs);
  const here = command.replace("http://localhost:8788", server.url);
  assert.notEqual(here, command);
  const env = { ...process.env, PATH: folder + delimiter + PATH, TOKEN: server.mint(stage, "ffmpeg") };
  const program = spawn("sh", ["-c", here], { cwd: folder, env, stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  program.stderr.on("data", (data) => (said += data));
  t.after(() => program.stdin.end());
  const end = once(program, "close");
  await until(async () => (await known("ffmpeg").catch(() => null))?.participant.published || program.exitCode !== null);
  assert.equal(program.exitCode, null, said);
  assert.deepEqual(await subscribe("ffmpeg"), { audio: 20, video: 20 });
  const { participant } = await known("ffmpeg");
  assert.deepEqual([participant.protocol, participant.browserName, participant.state], ["WHIP", "Lavf", "CONNECTED"]);
  program.stdin.end("q");
  assert.deepEqual(await end, [0, null], said);
  await until(async () => (await known("ffmpeg")).participant.state === "DISCONNECTED");
  assert.deepEqual((await known("ffmpeg")).events.map((event) => event.name), ["JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT"]);
});
