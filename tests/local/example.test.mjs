// The example for tests in Node.js, with the SDK. scripts/test-local runs it.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { CreateStageCommand, IVSRealTimeClient, ListStagesCommand } from "@aws-sdk/client-ivs-realtime";
import { IvsLocal } from "../../examples/local/ivs-local.mjs";

let local;
before(async () => (local = await IvsLocal.start()));
afterEach(() => local.calm());
after(() => local?.stop());

for (const name of ["one", "two"]) {
  test(`each test has an account of its own: ${name}`, async () => {
    const client = new IVSRealTimeClient(local.settings());
    await client.send(new CreateStageCommand({ name }));
    const { stages } = await client.send(new ListStagesCommand({}));
    assert.deepEqual(stages.map((stage) => stage.name), [name]);
  });
}

test("the server is told what to do, and says what it can not do", async () => {
  assert.equal((await local.control("POST", "clock", { freeze: true })).mode, "frozen");
  await assert.rejects(local.control("POST", "clock", { freeze: 1 }), /freeze/);
});

for (const turn of ["first", "second"]) {
  test(`what a test ordered is gone in the next: ${turn}`, async () => {
    const of = (path) => local.control("GET", path);
    assert.deepEqual([(await of("faults")).faults, (await of("targets")).targets], [[], []]);
    assert.deepEqual([(await of("rates")).rates, (await of("clock")).mode], ["off", "real"]);
    await local.control("POST", "faults", { operation: "GetStage", error: "AccessDeniedException" });
    await local.control("POST", "targets", { url: "http://127.0.0.1:9/hook", attempts: 1 });
    await local.control("POST", "rates", { rates: "on" });
    await local.control("POST", "clock", { freeze: true, advance: 60 });
  });
}

test("a reset forgets resources, a calm does not", async () => {
  const client = new IVSRealTimeClient(local.settings());
  const names = async () => (await client.send(new ListStagesCommand({}))).stages.map((stage) => stage.name);
  await client.send(new CreateStageCommand({ name: "one" }));
  await local.calm();
  assert.deepEqual(await names(), ["one"]);
  await local.reset();
  assert.deepEqual(await names(), []);
});

test("a program that is not there is an error", async () => {
  const before_ = process.env.IVS_LOCAL;
  process.env.IVS_LOCAL = "/nowhere/ivs-local";
  await assert.rejects(IvsLocal.start(), /nowhere|ENOENT/);
  process.env.IVS_LOCAL = before_;
});
