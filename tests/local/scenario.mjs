// Runs scenario.json through the AWS SDK for JavaScript: all 86 operations. The endpoint, the region and the access key come from the
// environment.
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";

import * as lowLatency from "@aws-sdk/client-ivs";
import * as realTime from "@aws-sdk/client-ivs-realtime";

import { commandOf } from "./commands.mjs";

const steps = JSON.parse(readFileSync(new URL("scenario.json", import.meta.url)));
const retries = { maxAttempts: 1 };
const services = {
  ivs: { sdk: lowLatency, client: new lowLatency.IvsClient(retries) },
  "ivs-realtime": { sdk: realTime, client: new realTime.IVSRealTimeClient(retries) },
};
// Operations that the newest versions of the two packages have no commands for: theirs are made here. Once a package has them, this says
// so.
const lacking = [
  "ivs-realtime RevokeConnectionToken",
  ...["Create", "Get", "Update", "Delete"].map((verb) => `ivs ${verb}FailoverSlateConfiguration`),
  "ivs ListFailoverSlateConfigurations",
];
const saved = {};
const called = new Set();
for (const [place, step] of steps.entries()) {
  const { sdk, client } = services[step.service];
  const name = `${step.service} ${step.operation}`;
  if (lacking.includes(name) !== !sdk[`${step.operation}Command`]) {
    console.error(`JavaScript: the package has no command for ${name}, or has one now`);
    process.exit(1);
  }
  const Command = sdk[`${step.operation}Command`] ?? commandOf(step.service, step.operation, sdk);
  const input = filled(step.input);
  // The one timestamp of the inputs.
  if (input.targetStartAt) input.targetStartAt = new Date(input.targetStartAt);
  let code, answer;
  try {
    answer = await client.send(new Command(input));
  } catch (error) {
    [code, answer] = [error.name, error.message];
  }
  const problem = judge(step, code, answer);
  if (problem) {
    console.error(`JavaScript, step ${place + 1}, ${name}: ${problem}\n${code}:`, answer);
    process.exit(1);
  }
  called.add(name);
}
console.log(`JavaScript: ${steps.length} calls of ${called.size} operations, ${lacking.length} by commands made from the model`);
process.exit(called.size === 86 ? 0 : 1);

// What is wrong with an answer; keeps what the step saves.
function judge(step, code, answer) {
  if (code !== step.error) return `expected ${step.error ?? "an answer"}`;
  for (const [name, pointer] of Object.entries(step.save ?? {})) {
    saved[name] = found(answer, pointer);
    if (typeof saved[name] !== "string") return `${pointer} should be a text`;
  }
  for (const [pointer, value] of Object.entries(step.expect ?? {})) {
    if (!isDeepStrictEqual(found(answer, pointer), filled(value))) return `${pointer} should be ${filled(value)}`;
  }
  for (const pointer of step.absent ?? []) {
    if (found(answer, pointer) !== undefined) return `${pointer} should be absent`;
  }
  for (const pointer of step.empty ?? []) {
    const value = found(answer, pointer);
    if (!value || Object.keys(value).length > 0) return `${pointer} should be empty`;
  }
}

// The value, with saved texts for ${name}.
function filled(value) {
  if (typeof value === "string") {
    return value.replace(/\$\{(\w+)\}/g, (_, name) => saved[name]);
  }
  if (Array.isArray(value)) return value.map(filled);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one)]));
  }
  return value;
}

// What a JSON pointer (RFC 6901) points to.
function found(value, pointer) {
  const parts = pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts.reduce((value, part) => value?.[part], value);
}
