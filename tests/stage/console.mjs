// The console in Chromium: accessible in light, dark and on a phone, live, and with the keyboard alone. scripts/test-stage runs it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

// What hangs says so: the runner itself only knows how long a file takes.
const BOUND = { timeout: 300_000 };

const { IVS_LOCAL, CHROMIUM = "/usr/bin/chromium", ARTEFACTS } = process.env;
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const LOOKS = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 900 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
};

let browser, server, url, stage, token, visitor;
before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  server = spawn(IVS_LOCAL, ["--port", "0", "--auth", "off"], { stdio: ["ignore", "pipe", "inherit"] });
  url = await new Promise((found, lost) => {
    server.stdout.once("data", (data) => found(String(data).split("\n")[0].split(" ").at(-1)));
    server.once("exit", () => lost(new Error("ivs-local did not start")));
  });
  stage = (await call("CreateStage", { name: "daily-standup", tags: { team: "blue", env: "test" } })).stage;
  const channel = (await call("CreateChannel", { name: "town-hall", tags: { team: "red" } })).channel;
  // Nothing listens there.
  await post("targets", { url: "http://127.0.0.1:9/hook", attempts: 1 });
  await post(`channels/${channel.arn}/live`, { viewers: 12 });
  const mint = async (userId) => (await call("CreateParticipantToken", { stageArn: stage.arn, userId })).participantToken;
  const refused = await mint("bob");
  await call("DisconnectParticipant", { stageArn: stage.arn, participantId: refused.participantId });
  assert.equal(await enter(refused.token), false);
  token = (await mint("ana")).token;
  assert.equal(await enter(token), true);
  await call("GetStage", { arn: `${stage.arn}x` }).catch(() => {});
  await post("faults", { operation: "DeleteStage", error: "ConflictException" });
});
after(async () => {
  await browser?.close();
  server?.kill();
});

async function send(path, input) {
  const answer = await fetch(`${url}/${path}`, { method: "POST", body: JSON.stringify(input) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}
const call = send;
const post = (path, input) => send(`_ivs/${path}`, input);

// Opens a socket to the stage from another page, as the web client does, and keeps it.
async function enter(shown) {
  visitor ??= await browser.newPage();
  await visitor.goto(`${url}/_ivs/health`);
  return visitor.evaluate(([at, shown]) => new Promise((entered) => {
    globalThis.socket = new WebSocket(at, [shown]);
    globalThis.socket.addEventListener("open", () => entered(true));
    globalThis.socket.addEventListener("error", () => entered(false));
  }), [url.replace("http", "ws"), shown]);
}

const pages = () => ({
  stages: "/",
  stage: `/_ivs/console/stage?arn=${encodeURIComponent(stage.arn)}`,
  token: "/_ivs/console/token",
  refusal: "/_ivs/console/refusal?number=1",
  timeline: "/_ivs/console/timeline",
  filtered: `/_ivs/console/timeline?kind=event&resource=${encodeURIComponent(stage.arn)}&limit=1`,
  unfit: "/_ivs/console/timeline?kind=nothing",
  refusals: "/_ivs/console/refusals",
  calls: "/_ivs/console/calls",
  events: "/_ivs/console/events",
  resources: "/_ivs/console/resources",
  kind: "/_ivs/console/resources?kind=channel",
  server: "/_ivs/console/server",
});

// Axe runs in the page, past its policy, which loads no script from elsewhere.
async function assertAccessible(page, name) {
  await page.addScriptTag({ path: AXE });
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const told = violations.map((one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html).join("\n  ")}`);
  assert.deepEqual(told, [], `${name}\n${told.join("\n")}`);
}

for (const [look, options] of Object.entries(LOOKS)) {
  test(`every page is accessible: ${look}`, async () => {
    const context = await browser.newContext({ ...options, bypassCSP: true });
    const page = await context.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    for (const [name, path] of Object.entries(pages())) {
      await page.goto(url + path);
      if (ARTEFACTS) await page.screenshot({ path: join(ARTEFACTS, `console-${look}-${name}.png`), fullPage: true });
      // The page never has to be moved sideways.
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= options.viewport.width, `${name} is ${width} wide`);
      await assertAccessible(page, `${look} ${name}`);
    }
    await page.goto(`${url}/_ivs/console/token`);
    await page.fill("#token", token);
    await page.click("text=Inspect");
    await page.waitForSelector(".verdict.good");
    if (ARTEFACTS) await page.screenshot({ path: join(ARTEFACTS, `console-${look}-verdict.png`), fullPage: true });
    await assertAccessible(page, `${look} verdict`);
    assert.deepEqual(errors, []);
    await context.close();
  });
}

test("the keyboard alone leads from the first page to why a token was refused", BOUND, async () => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(url);
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press("Tab");
    const code = page.locator("a:focus").filter({ hasText: "PARTICIPANT_DISCONNECTED" });
    if (await code.count()) break;
  }
  await page.keyboard.press("Enter");
  await page.waitForURL("**/refusal?number=1");
  assert.match(await page.textContent("main"), /What to do: DisconnectParticipant was called/);
  await page.close();
});

test("the timeline is filtered with the keyboard alone, without JavaScript", BOUND, async () => {
  const page = await browser.newPage({ javaScriptEnabled: false });
  await page.goto(`${url}/_ivs/console/timeline`);
  const all = await page.locator("tbody tr").count();
  await page.focus("#kind");
  await page.keyboard.type("Refused");
  await page.keyboard.press("Tab");
  await page.keyboard.type(stage.arn);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/timeline?kind=door&**");
  const rows = page.locator("tbody tr");
  assert.ok(all > 1 && (await rows.count()) === 1, "one token was refused there");
  assert.match(await rows.first().textContent(), /PARTICIPANT_DISCONNECTED/);
  // What the page shows as a command gives the same.
  await page.click("summary:has-text('The same with curl')");
  const command = await page.textContent(".curl pre");
  const lines = await (await fetch(command.match(/'(http[^']*)'/)[1])).json();
  assert.deepEqual(lines.map((one) => one.kind), ["refused token"]);
  await page.close();
});

test("pages show what changes, under the policy that they come with", BOUND, async () => {
  const page = await browser.newPage();
  const told = [];
  page.on("console", (message) => told.push(message.text()));
  await page.goto(url);
  await call("CreateStage", { name: "made-meanwhile" });
  await page.waitForSelector("text=made-meanwhile");
  // A form, without a reload by hand.
  await page.goto(`${url}/_ivs/console/server`);
  await page.click("text=Stop the clock");
  await page.waitForSelector("#clock:has-text('frozen')");
  await page.click("text=Back to real time");
  await page.waitForSelector("#clock:has-text('real time')");
  // What was opened stays open when it is shown anew.
  await page.click("#faults summary");
  await page.click("h1");
  await post("faults", { operation: "RevokeConnectionToken", error: "AccessDeniedException" });
  await page.waitForSelector("#faults td:has-text('RevokeConnectionToken')");
  assert.equal(await page.locator("#faults details[open]").count(), 1);
  assert.deepEqual(told, []);
  await page.close();
});

test("everything is forgotten only by who says so twice, without JavaScript, too", BOUND, async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${url}/_ivs/console/server`);
  const yes = page.getByRole("button", { name: "Yes, forget everything" });
  assert.equal(await yes.isVisible(), false);
  await page.click("summary:has-text('Forget everything')");
  await yes.click();
  await page.goto(url);
  assert.match(await page.textContent("main"), /There are no stages/);
  await page.goto(`${url}/_ivs/console/timeline`);
  assert.equal(await page.locator("tbody tr").count(), 1, "only the reset is left");
  await context.close();
});
