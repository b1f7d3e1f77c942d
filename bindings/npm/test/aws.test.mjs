import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { api, key, KID, stage, STAGE_ARN } from "./support.mjs";

const tools = createRequire(process.env.IVS_TOKEN_TEST_TOOLS);
const { CreateParticipantTokenCommand, GetStageCommand, IVSRealTimeClient } = tools("@aws-sdk/client-ivs-realtime");
const { IVSRealTime, KeyRing, Verifier } = api;
const verifier = new Verifier({ keys: { [KID]: key.verifyingKey } });

test("send answers as the SDK's client does", async () => {
  const client = new IVSRealTime({ signingKey: key, stages: [stage] });
  const command = new CreateParticipantTokenCommand({ stageArn: STAGE_ARN, userId: "ana", duration: 15, capabilities: ["SUBSCRIBE"], attributes: { a: "b" } });
  const { participantToken, $metadata } = await client.send(command);
  assert.equal($metadata.httpStatusCode, 200);
  const { token, participantId, expirationTime, ...rest } = participantToken;
  assert.deepEqual(rest, { userId: "ana", attributes: { a: "b" }, capabilities: ["SUBSCRIBE"], duration: 15 });
  assert.ok(expirationTime instanceof Date);
  assert.equal(verifier.verify(token).participantId, participantId);
  const output = await new Promise((resolve, reject) => client.send(command, (error, output) => (error ? reject(error) : resolve(output))));
  assert.equal(output.participantToken.userId, "ana");
  await assert.rejects(client.send(new CreateParticipantTokenCommand({ stageArn: STAGE_ARN, duration: 0 })), { code: "INVALID_DURATION" });
  await assert.rejects(client.send(new CreateParticipantTokenCommand({ stageArn: STAGE_ARN + "x" })), { code: "UNKNOWN_STAGE" });
  assert.throws(() => client.send(new GetStageCommand({ arn: STAGE_ARN })), /was given no client/);
});

test("other commands go to the client that it wraps", async () => {
  const real = new IVSRealTimeClient({ region: "us-west-2", credentials: { accessKeyId: "x", secretAccessKey: "y" } });
  real.middlewareStack.add(() => async ({ input }) => ({ output: { asked: input }, response: {} }), { step: "initialize" });
  const client = new IVSRealTime({ signingKey: key, stages: [stage], client: real });
  assert.deepEqual((await client.send(new GetStageCommand({ arn: STAGE_ARN }))).asked, { arn: STAGE_ARN });
  client.destroy();
});

test("a bundle that renamed its classes is understood", async () => {
  const Renamed = { a: class { constructor(input) { this.input = input; } } }.a;
  const client = new IVSRealTime({ signingKey: key, stages: [stage], CreateParticipantTokenCommand: Renamed });
  assert.ok((await client.send(new Renamed({ stageArn: STAGE_ARN }))).participantToken.token);
});

test("a ring signs with the key that is marked", async () => {
  const ring = new KeyRing();
  const client = new IVSRealTime({ signingKey: ring, stages: [stage] });
  const command = new CreateParticipantTokenCommand({ stageArn: STAGE_ARN });
  await assert.rejects(client.send(command), { code: "NO_SIGNING_KEY" });
  ring.import(KID, key.verifyingKey);
  ring.signWith(KID, key);
  assert.ok((await client.send(command)).participantToken.token);
});
