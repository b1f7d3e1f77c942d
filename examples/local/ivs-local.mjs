// A local Amazon IVS for tests in Node.js:
//
//     const local = await IvsLocal.start();
//     afterEach(() => local.calm());
//     const client = new IVSRealTimeClient(local.settings());
//     ...
//     await local.stop();
//
// `ivs-local` must be on the path; IVS_LOCAL names another program.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

let accounts = 200000000000;

export class IvsLocal {
  #server;

  constructor(server, url) {
    this.#server = server;
    this.url = url;
  }

  /** Starts a server on a free port. */
  static async start(...options) {
    const program = process.env.IVS_LOCAL ?? "ivs-local";
    const server = spawn(program, ["--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
    const failed = Promise.race([once(server, "error"), once(server, "exit")]);
    const ready = once(createInterface({ input: server.stdout }), "line");
    const line = await Promise.race([ready, failed.then(() => undefined)]);
    if (!line) throw new Error(`${program} did not start`);
    return new IvsLocal(server, line[0].split(" ").at(-1));
  }

  /** What a client of the AWS SDK needs, with an account that nothing is in yet. */
  settings() {
    accounts += 1;
    const credentials = { accessKeyId: String(accounts), secretAccessKey: "any" };
    return { endpoint: this.url, region: "us-east-1", credentials };
  }

  /** Asks for what docs/local.md lists under /_ivs/: `control("POST", "clock", { freeze: true })`. */
  async control(method, path, body) {
    const answer = await fetch(`${this.url}/_ivs/${path}`, { method, body: body && JSON.stringify(body) });
    const value = await answer.json();
    if (!answer.ok) throw new Error(value.message);
    return value;
  }

  /** Takes back what was done to the clock, the faults, the rates and the targets of events. Resources stay. */
  calm() {
    return this.control("POST", "calm");
  }

  /** Forgets every resource of every account, and all that `calm` takes back. */
  reset() {
    return this.control("POST", "reset");
  }

  async stop() {
    if (this.#server.exitCode !== null) return;
    this.#server.kill();
    await once(this.#server, "exit");
  }
}
