// Checks arguments, so that Rust only sees values of the right types.

import { seconds } from "./binding.js";
import { InvalidClaimError } from "./errors.js";

/** What a participant may do. */
export type Capability = "PUBLISH" | "SUBSCRIBE";

/** How long a token lasts. Give one of the three, or none for the default. */
export interface Lifetime {
  /** Minutes, as CreateParticipantToken counts them. */
  durationMinutes?: number | undefined;
  /** Whole seconds. */
  durationSeconds?: number | undefined;
  /** The end: a `Date`, or seconds since 1970. */
  expiresAt?: Date | number | undefined;
}

type Given = Record<string, unknown>;

/** An object with only these options. */
export function options(name: string, value: unknown, names: readonly string[]): Given {
  if (value === undefined) return {};
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(name, "an object", value);
  for (const key of Object.keys(value)) {
    if (!names.includes(key)) throw new TypeError(`${name} has no member ${JSON.stringify(key)}: it has ${names.join(", ")}`);
  }
  return value as Given;
}

/** A text that UTF-8 can carry. */
export function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw wrong(name, "a string", value);
  if (LONE_SURROGATE.test(value)) {
    throw new InvalidClaimError(`the ${name} holds half of a surrogate pair: no UTF-8 text can carry that`, {
      code: "NOT_UNICODE",
      field: name,
    });
  }
  return value;
}

const LONE_SURROGATE = /\p{Surrogate}/u;

/** A text, or nothing. `null` counts as nothing. */
export function optionalText(name: string, value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : text(name, value);
}

export function flag(name: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw wrong(name, "a boolean", value);
}

/** Several texts. */
export function texts(name: string, value: unknown): string[] {
  if (typeof value === "string" || typeof value !== "object" || value === null || !(Symbol.iterator in value)) {
    throw wrong(name, "an array of strings", value);
  }
  return Array.from(value as Iterable<unknown>, (one) => text(`each of ${name}`, one));
}

/** Capabilities by their names: one, or several. */
export function capabilities(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? [text("capabilities", value)] : texts("capabilities", value);
}

/** Names and texts: the own members of an object, or a Map. */
export function pairs(name: string, value: unknown): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw wrong(name, "an object of strings", value);
  const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
  for (const [key, one] of entries) {
    text(`each name of ${name}`, key);
    text(`each value of ${name}`, one);
  }
  // The members are own members, including `__proto__`.
  return Object.fromEntries(entries) as Record<string, string>;
}

/** A number of things. */
export function count(name: string, value: unknown, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number") throw wrong(name, "a number", value);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidClaimError(`${name} must be a whole number from ${least} to ${most}`, {
      code: "OUT_OF_RANGE",
      field: name,
      limit: most,
    });
  }
  return value;
}

/** A span in seconds. */
export function span(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number") throw wrong(name, "a number", value);
  if (!(value >= 0 && value < Infinity)) {
    throw new InvalidClaimError(`the ${name} is ${value}: give a number of at least 0`, { code: "INVALID_DURATION", field: name });
  }
  return value;
}

/** A signed integer of 64 bits in decimal. */
export function int64(name: string, value: unknown): string {
  if (typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value))) return value.toString();
  throw wrong(name, "a bigint or a safe integer", value);
}

/** A time in seconds since 1970, given as a `Date` or as a number. */
export function moment(name: string, value: unknown): number {
  if (value instanceof Date) return value.getTime() / 1000;
  if (typeof value !== "number") throw wrong(name, "a Date, or seconds since 1970", value);
  if (value >= MILLISECONDS) {
    throw new InvalidClaimError(
      `${name} is ${value}, which is milliseconds since 1970: give seconds, such as Math.floor(Date.now() / 1000) + 900, or a Date`,
      { code: "LOOKS_LIKE_MILLISECONDS", field: name, actual: value },
    );
  }
  return value;
}

/** From this number on, seconds are assumed to be milliseconds. As seconds, it would be the year 5138. */
const MILLISECONDS = 100_000_000_000;

/** The time of a call: the given time, for tests, or the system's time. */
export function time(value: unknown): number {
  return value === undefined ? seconds() : moment("now", value);
}

/** How long a token lasts, in seconds; `undefined` for the default. */
export function lifetime(given: Given, now: number, limit: number): number | undefined {
  const { durationMinutes, durationSeconds, expiresAt } = given as Lifetime;
  const names = ["durationMinutes", "durationSeconds", "expiresAt"].filter((name) => given[name] !== undefined);
  if (names.length > 1) throw new TypeError(`give one of ${names.join(" and ")}, not both`);
  if (durationMinutes !== undefined) {
    const minutes = span("durationMinutes", durationMinutes) as number;
    refuseMilliseconds("durationMinutes", minutes, limit / 60, 60_000);
    return minutes * 60;
  }
  if (durationSeconds !== undefined) {
    const secs = span("durationSeconds", durationSeconds) as number;
    refuseMilliseconds("durationSeconds", secs, limit, 1000);
    return secs;
  }
  if (expiresAt === undefined) return undefined;
  const lasts = Math.floor(moment("expiresAt", expiresAt)) - Math.floor(now);
  if (!(lasts > 0)) {
    throw new InvalidClaimError("expiresAt is not in the future", { code: "INVALID_DURATION", field: "expiresAt" });
  }
  return lasts;
}

/** Refuses a number that is too large for its unit but valid as milliseconds. `factor` is the number of milliseconds in the unit. */
function refuseMilliseconds(name: string, value: number, limit: number, factor: number): void {
  if (value <= limit || value % factor !== 0 || value / factor > limit) return;
  throw new InvalidClaimError(`${name} is ${value}, which looks like milliseconds: give ${value / factor}`, {
    code: "LOOKS_LIKE_MILLISECONDS",
    field: name,
    actual: value,
  });
}

/** A TypeError that says what was expected. */
export function wrong(name: string, expected: string, value: unknown): TypeError {
  const found = value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
  return new TypeError(`${name} must be ${expected}, not ${found}`);
}

/** A key for constructors that only this package may call. */
export const MAKE: unique symbol = Symbol("ivs-token");

export function guard(secret: unknown, message: string): void {
  if (secret !== MAKE) throw new TypeError(message);
}

/** The symbol that `util.inspect` of Node.js looks for. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;
