// A live channel in Chromium: hls.js, as npm has it, plays it with our playback token. scripts/test-stage runs it.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

// What hangs says so: the runner itself only knows how long a file takes.
const BOUND = { timeout: 300_000 };

const { IVS_LOCAL, IVS_TOKEN, CHROMIUM = "/usr/bin/chromium" } = process.env;
const HLS = createRequire(import.meta.url).resolve("hls.js/dist/hls.min.js");
const folder = mkdtempSync(join(tmpdir(), "ivs-playback-"));
const key = join(folder, "private.pem");

let browser, server, site, url, channel;
before(async () => {
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required"],
  });
  server = spawn(IVS_LOCAL, ["--port", "0", "--auth", "off"], { stdio: ["ignore", "pipe", "inherit"] });
  url = await new Promise((found, lost) => {
    server.stdout.once("data", (data) => found(String(data).split("\n")[0].split(" ").at(-1)));
    server.once("exit", () => lost(new Error("ivs-local did not start")));
  });
  // A page of another origin than the channel's.
  site = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html>"));
  await new Promise((ready) => site.listen(0, "127.0.0.1", ready));
  const publicKey = join(folder, "public.pem");
  execFileSync(IVS_TOKEN, ["key", "generate", "--out", key, "--public-out", publicKey], { stdio: "pipe" });
  await send("ImportPlaybackKeyPair", { publicKeyMaterial: readFileSync(publicKey, "utf8") });
  channel = (await send("CreateChannel", { authorized: true })).channel;
  await send(`_ivs/channels/${channel.arn}/live`, {});
  // So that the playlist has as many segments as it ever has, and nobody waits for them.
  await send("_ivs/clock", { advance: 20 });
});
after(async () => {
  await browser?.close();
  server?.kill();
  site?.close();
  rmSync(folder, { recursive: true });
});

async function send(path, input) {
  const answer = await fetch(`${url}/${path}`, { method: "POST", body: JSON.stringify(input) });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${text}`);
  return text ? JSON.parse(text) : {};
}

function mint(...more) {
  const token = execFileSync(IVS_TOKEN, ["mint", "playback", "--key", key, "--channel-arn", channel.arn, ...more], { encoding: "utf8" });
  return `${channel.playbackUrl}?token=${token.trim()}`;
}

// A page in which hls.js plays what is at an address. `seen` has what it found out.
async function play(address) {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${site.address().port}/`);
  await page.addScriptTag({ path: HLS });
  await page.evaluate((address) => {
    const { Hls } = globalThis;
    const seen = { levels: 0, live: false, loaded: [], appended: 0, errors: [] };
    const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
    document.body.append(video);
    const hls = new Hls();
    hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => { seen.levels = levels.length; });
    hls.on(Hls.Events.LEVEL_LOADED, (_, { details }) => { seen.live = details.live; });
    hls.on(Hls.Events.FRAG_LOADED, (_, { frag }) => seen.loaded.push(frag.sn));
    hls.on(Hls.Events.BUFFER_APPENDED, () => { seen.appended += 1; });
    hls.on(Hls.Events.ERROR, (_, { details, fatal, response, reason }) => seen.errors.push({ details, fatal, code: response?.code, reason }));
    Object.assign(globalThis, { seen, video, canDecode: MediaSource.isTypeSupported('video/mp4; codecs="avc1.42C00C"') });
    hls.loadSource(address);
    hls.attachMedia(video);
  }, address);
  return page;
}

async function sees(page, holds) {
  try {
    await page.waitForFunction(holds, undefined, { timeout: 90_000, polling: 100 });
  } catch {
    throw new Error(`never so: ${holds}\n${JSON.stringify(await page.evaluate(() => globalThis.seen))}`);
  }
  return page.evaluate(() => globalThis.seen);
}

test("hls.js plays a live channel with a token, and stops when the viewer is revoked", BOUND, async (t) => {
  const page = await play(mint("--viewer-id", "ana"));
  const { levels, live } = await sees(page, () => globalThis.seen.loaded.length >= 3);
  assert.deepEqual({ levels, live }, { levels: 1, live: true });
  if (await page.evaluate(() => globalThis.canDecode)) {
    // Beyond the end of what was there when it began: the playlist was loaded again, and its next segments too.
    const before = (await page.evaluate(() => globalThis.seen.loaded)).at(-1);
    await sees(page, `globalThis.seen.loaded.at(-1) > ${before + 1} && globalThis.video.currentTime > 3`);
    assert.deepEqual(await page.evaluate(() => [globalThis.video.videoWidth, globalThis.video.videoHeight, globalThis.video.paused]), [320, 180, false]);
    const { errors, appended } = await page.evaluate(() => globalThis.seen);
    assert.ok(appended >= 4, `${appended}`);
    assert.deepEqual(errors.filter(({ fatal }) => fatal), []);
  } else {
    t.diagnostic("this Chromium decodes no H.264: only what hls.js loads is looked at");
  }
  await send("StartViewerSessionRevocation", { channelArn: channel.arn, viewerId: "ana" });
  const { errors } = await sees(page, () => globalThis.seen.errors.some(({ code }) => code === 403));
  assert.equal(errors.find(({ code }) => code === 403).details, "levelLoadError");
  await page.close();
});

test("hls.js is refused without a token, and with one of another key", BOUND, async () => {
  const forged = mint().replace(/.{6}$/, (end) => (end === "AAAAAA" ? "BBBBBB" : "AAAAAA"));
  for (const address of [channel.playbackUrl, forged]) {
    const page = await play(address);
    const { errors } = await sees(page, () => globalThis.seen.errors.length > 0);
    assert.deepEqual([errors[0].details, errors[0].code, errors[0].fatal], ["manifestLoadError", 403, true]);
    await page.close();
  }
});
