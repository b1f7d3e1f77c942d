// The example for tests in Node.js, with the SDK. scripts/test-local runs it.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { CreateStageCommand, IVSRealTimeClient, ListStagesCommand } from "@aws-sdk/client-ivs-realtime";
import { IvsLocal } from "../../examples/local/ivs-local.mjs";

let local;
before(async () => (local = await IvsLocal.start()));
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

test("a program that is not there is an error", async () => {
  const before_ = process.env.IVS_LOCAL;
  process.env.IVS_LOCAL = "/nowhere/ivs-local";
  await assert.rejects(IvsLocal.start(), /nowhere|ENOENT/);
  process.env.IVS_LOCAL = before_;
});
