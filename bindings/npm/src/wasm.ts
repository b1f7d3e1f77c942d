import type { Binding, Handle, Outcome, Problem } from "./binding.js";
import { IvsTokenError } from "./errors.js";

/** What the module exports: see bindings/wasm. */
interface Exports {
  memory: WebAssembly.Memory;
  ivs_token_alloc(len: number): number;
  ivs_token_call(operation: number, now: number, json: number, len: number, first: number, second: number, third: number): number;
  ivs_token_free_answer(answer: number): void;
  ivs_token_free_object(object: number): void;
  ivs_token_about(): number;
}

/** An object in the module's memory. */
class Owned {
  readonly address: number;

  constructor(address: number) {
    this.address = address;
  }
}

const TEXT = 0;
const OBJECT = 1;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The binding of a compiled module. */
export function instantiate(module: WebAssembly.Module): Binding {
  const imports = { ivs_token: { random: (address: number, len: number) => random(exports.memory, address, len) } };
  const exports = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  const registry = new FinalizationRegistry<number>((address) => exports.ivs_token_free_object(address));
  let words = new DataView(exports.memory.buffer);
  let bytes = new Uint8Array(exports.memory.buffer);
  let broken: unknown;

  /** Memory that grew is another buffer. */
  const refresh = (): void => {
    if (bytes.buffer !== exports.memory.buffer) {
      words = new DataView(exports.memory.buffer);
      bytes = new Uint8Array(exports.memory.buffer);
    }
  };

  const write = (json: string): [number, number] => {
    // A UTF-16 unit takes at most three bytes; what is ASCII, as nearly everything is, takes one.
    let encoded = json.length;
    let address = exports.ivs_token_alloc(encoded);
    refresh();
    let { read, written } = encoder.encodeInto(json, bytes.subarray(address, address + encoded));
    if (read !== json.length || written !== encoded) {
      const whole = encoder.encode(json);
      // What was begun is taken back, wiped, by a call that does nothing: there is no such operation.
      exports.ivs_token_free_answer(exports.ivs_token_call(NONE, 0, address, encoded, 0, 0, 0));
      encoded = whole.length;
      address = exports.ivs_token_alloc(encoded);
      refresh();
      bytes.set(whole, address);
      whole.fill(0);
    }
    return [address, encoded];
  };

  const read = (answer: number): Outcome => {
    refresh();
    const kind = words.getUint32(answer, true);
    const address = words.getUint32(answer + 4, true);
    const len = words.getUint32(answer + 8, true);
    let outcome: Outcome;
    if (kind === OBJECT) {
      const owned = new Owned(address);
      registry.register(owned, address);
      outcome = owned;
    } else {
      const text = decoder.decode(bytes.subarray(address, address + len));
      outcome = kind === TEXT ? text : { failure: text };
    }
    exports.ivs_token_free_answer(answer);
    return outcome;
  };

  const call = (operation: number, now: number, json: string, ...handles: (Handle | undefined)[]): Outcome => {
    if (broken !== undefined) throw failed(broken);
    const [first = 0, second = 0, third = 0] = handles.map((handle) => (handle instanceof Owned ? handle.address : 0));
    try {
      // An empty text has no memory.
      const [address, len] = write(json === "" ? " " : json);
      return read(exports.ivs_token_call(operation, now, address, len, first, second, third));
    } catch (error) {
      // A trap leaves the module in no state to go on.
      broken = error;
      throw failed(error);
    }
  };

  return {
    kind: "wasm",
    about: () => read(exports.ivs_token_about()) as string,
    call,
    // There is no other thread: it takes its turn after what is waiting now.
    callAsync: async (operation, now, json, first, second) => {
      await new Promise((resolve) => setTimeout(resolve, 0));
      return call(operation, now, json, first, second) as string | Problem;
    },
  };
}

/** A number that no operation has. */
const NONE = 0xffff_ffff;

/** `crypto.getRandomValues` fills at most so many bytes. */
const AT_ONCE = 65_536;

function random(memory: WebAssembly.Memory, address: number, len: number): number {
  try {
    for (let at = 0; at < len; at += AT_ONCE) {
      crypto.getRandomValues(new Uint8Array(memory.buffer, address + at, Math.min(AT_ONCE, len - at)));
    }
    return 0;
  } catch {
    return 1;
  }
}

function failed(cause: unknown): IvsTokenError {
  const error = new IvsTokenError("ivs-token failed inside, which is a bug: please report it with the stack of this error", { code: "INTERNAL" });
  error.cause = cause;
  return error;
}
