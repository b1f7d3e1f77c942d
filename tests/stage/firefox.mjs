// Firefox on a local stage, with the official web client, and Chromium with it: each sees the other. scripts/test-stage runs it.
// Debian's Firefox is driven by WebDriver BiDi, which it speaks itself.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import puppeteer from "puppeteer-core";
import { enter, prepare } from "./client.mjs";
import { CLIENTS, Server } from "./server.mjs";

const { CHROMIUM = "/usr/bin/chromium", FIREFOX } = process.env;
const PREFERENCES = {
  // A camera and a microphone that nobody has to plug in or to allow.
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.autoplay.default": 0,
  // It takes the address of a real interface, and loopback only where it must.
  "media.peerconnection.ice.loopback": Object.values(networkInterfaces()).flat().every((one) => one.internal),
  // It would look for OpenH264 on the network.
  "media.gmp-manager.updateEnabled": false,
};
const WHY_NOT = FIREFOX ? false : "there is no firefox-esr";

let firefox, chrome, server, home;
before(async () => {
  if (WHY_NOT) return;
  // As root it refuses a home that belongs to somebody else, as containers have it.
  home = mkdtempSync(join(tmpdir(), "firefox-"));
  firefox = await puppeteer.launch({
    browser: "firefox", executablePath: FIREFOX, headless: true, extraPrefsFirefox: PREFERENCES, timeout: 120_000,
    env: { ...process.env, HOME: home },
  });
  chrome = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
      "--autoplay-policy=no-user-gesture-required", "--disable-dev-shm-usage",
    ],
  });
  server = await Server.start();
});
after(async () => {
  await firefox?.close();
  await chrome?.close();
  server?.stop();
  if (home) rmSync(home, { recursive: true, force: true });
});

// A page with a client that has not joined.
async function open(browser) {
  const page = await browser.newPage();
  page.said = [];
  page.on("console", (message) => page.said.push(message.text()));
  page.on("pageerror", (error) => page.said.push(String(error)));
  await page.goto(`${server.url}/_ivs/health`);
  await page.addScriptTag({ path: CLIENTS.current });
  await page.evaluate(prepare);
  return page;
}

// Waits until a page has seen so many pictures of somebody that differ from the one before.
async function moves(page, id, frames = 20) {
  const end = Date.now() + 90_000;
  while ((await page.evaluate((id) => globalThis.seen.frames[id] ?? 0, id)) < frames) {
    const seen = JSON.stringify(await page.evaluate(() => globalThis.seen));
    assert.ok(Date.now() < end, `${id} does not move: ${seen}\n${page.said.slice(-20).join("\n")}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

test("Firefox and Chromium see each other move", { skip: WHY_NOT, timeout: 300_000 }, async () => {
  const stage = await server.stage();
  const [ana, bob] = [await open(firefox), await open(chrome)];
  await enter(ana, server.mint(stage, "ana"));
  await enter(bob, server.mint(stage, "bob"));
  await Promise.all([moves(ana, "bob"), moves(bob, "ana")]);
  assert.deepEqual(await ana.evaluate(() => globalThis.seen.errors), []);

  const { stageSessions } = await server.call("ListStageSessions", { stageArn: stage.arn });
  const of = { stageArn: stage.arn, sessionId: stageSessions[0].sessionId, participantId: "ana" };
  const { participant } = await server.call("GetParticipant", of);
  assert.deepEqual([participant.published, participant.browserName], [true, "Firefox"]);
  const { events } = await server.call("ListParticipantEvents", of);
  assert.deepEqual(events.map((event) => event.name).sort(), ["JOINED", "PUBLISH_STARTED", "SUBSCRIBE_STARTED"]);

  // It says that it leaves.
  await ana.evaluate(() => globalThis.stage.leave());
  await bob.waitForFunction(() => !("ana" in globalThis.seen.participants), null, { timeout: 90_000 });
});
