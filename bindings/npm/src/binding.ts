import { type Description, IvsTokenError, toError } from "./errors.js";

/** An object that lives in Rust. */
export type Handle = object;

/** The functions of an addon or a WebAssembly module. */
export interface Binding {
  /** Whether it is the addon or the WebAssembly module. */
  readonly kind: "native" | "wasm";
  /** The version, the backend and the names of the operations, as JSON. */
  about(): string;
  call(operation: number, now: number, json: string, first?: Handle, second?: Handle, third?: Handle): Outcome;
  /** The same on another thread, if the binding has threads. */
  callAsync(operation: number, now: number, json: string, first?: Handle, second?: Handle): Promise<string | Problem>;
}

/** The reason why there is no answer: a description of an error, as JSON. */
export interface Problem {
  readonly failure: string;
}

export type Outcome = string | Handle | Problem;

interface About {
  version: string;
  backend: string;
  operations: string[];
}

let binding: Binding;
let about: About;
let numbers: Map<string, number>;

/** Chooses the binding. It must be called before anything uses the binding. */
export function use(chosen: Binding): void {
  binding = chosen;
  about = JSON.parse(chosen.about()) as About;
  numbers = new Map(about.operations.map((name, number) => [name, number]));
}

/** The binding that is used. */
export function description(): { kind: "native" | "wasm"; backend: string; version: string } {
  return { kind: binding.kind, backend: about.backend, version: about.version };
}

/** An operation, looked up once. */
export function operation(name: string): Operation {
  let number: number | undefined;
  const own = (): number => {
    number = numbers.get(name);
    if (number === undefined) throw new IvsTokenError(`the binding has no operation ${name}`, { code: "INTERNAL" });
    return number;
  };
  return {
    text: (now, json, first, second, third) => {
      const outcome = binding.call(number ?? own(), now, json, first, second, third);
      if (typeof outcome === "string") return outcome;
      throw problem(outcome);
    },
    handle: (json, first, second, third) => {
      const outcome = binding.call(number ?? own(), seconds(), json, first, second, third);
      if (typeof outcome === "object" && !("failure" in outcome)) return outcome;
      throw problem(outcome);
    },
    later: async (now, json, first, second) => {
      const outcome = await binding.callAsync(number ?? own(), now, json, first, second);
      if (typeof outcome === "string") return outcome;
      throw problem(outcome);
    },
  };
}

export interface Operation {
  text(now: number, json: string, first?: Handle, second?: Handle, third?: Handle): string;
  handle(json: string, first?: Handle, second?: Handle, third?: Handle): Handle;
  later(now: number, json: string, first?: Handle, second?: Handle): Promise<string>;
}

/** The time in seconds since 1970, by the system's clock. */
export function seconds(): number {
  return Date.now() / 1000;
}

function problem(outcome: Outcome): Error {
  if (typeof outcome === "object" && "failure" in outcome) {
    return toError(JSON.parse((outcome as Problem).failure) as Description);
  }
  return new IvsTokenError("the binding answered in a way that this package does not know", { code: "INTERNAL" });
}
