// A server with a key pair of its own, and the web clients that join its stages.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const { IVS_LOCAL, IVS_TOKEN, PYTHON } = process.env;
const resolve = createRequire(import.meta.url).resolve;
export const CLIENTS = { current: resolve("amazon-ivs-web-broadcast"), older: resolve("older") };

const folder = mkdtempSync(join(tmpdir(), "ivs-stage-"));
process.once("exit", () => rmSync(folder, { recursive: true }));

export class Server {
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
