import { options, time, wrong } from "./arguments.js";
import { operation } from "./binding.js";
import { wellFormed } from "./keys.js";
import { Minted } from "./tokens.js";

/** A rule, and whether it holds. */
export interface Check {
  /** The rule in words. */
  readonly rule: string;
  /** Whether it holds; `undefined` if it could not be checked. */
  readonly holds: boolean | undefined;
  /** Why it does not hold, or could not be checked. */
  readonly detail: string | undefined;
}

/** What a text looks like, and whether each rule holds. Nothing in it is verified, so do not trust it. */
export interface Inspection {
  readonly kind: "participant" | "participant-from-api" | "connection" | "playback" | "other" | "not-a-token";
  /** The members of the header, as far as it could be read. */
  readonly header: Readonly<Record<string, unknown>>;
  /** The members of the payload, as far as it could be read. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** What is wrong, in words. Empty if every rule holds that can be checked without a key. */
  readonly problems: readonly string[];
  /** Every rule, and whether it holds. */
  readonly checks: readonly Check[];
  /** The claim `iat`, if it is a time. */
  readonly issuedAt: Date | undefined;
  /** The claim `exp`, if it is a time. */
  readonly expiresAt: Date | undefined;
  /** The same in words. */
  readonly text: string;
}

interface Found {
  kind: Inspection["kind"];
  header: { name: string; value: unknown }[];
  claims: { name: string; value: unknown }[];
  problems: string[];
  checks: { rule: string; outcome: "holds" | "broken" | "unchecked"; detail?: string }[];
  issuedAtSeconds: number | null;
  expiresAtSeconds: number | null;
  text: string;
}

const inspectOperation = operation("inspect");

/** Inspects any text that a user may paste: a token, whole or broken, in quotes or in a URL. It never fails and never verifies. */
export function inspect(text: unknown, given?: { now?: Date | undefined }): Inspection {
  const { now } = options("options", given, ["now"]);
  const pasted = text instanceof Minted ? text.token : text;
  if (typeof pasted !== "string") throw wrong("text", "a string", text);
  const found = JSON.parse(inspectOperation.text(time(now), JSON.stringify(wellFormed(pasted)))) as Found;
  const members = (list: { name: string; value: unknown }[]) => Object.fromEntries(list.map(({ name, value }) => [name, value]));
  const date = (secs: number | null) => (secs === null ? undefined : new Date(secs * 1000));
  return {
    kind: found.kind,
    header: members(found.header),
    claims: members(found.claims),
    problems: found.problems,
    checks: found.checks.map(({ rule, outcome, detail }) => ({ rule, holds: outcome === "unchecked" ? undefined : outcome === "holds", detail })),
    issuedAt: date(found.issuedAtSeconds),
    expiresAt: date(found.expiresAtSeconds),
    text: found.text,
  };
}
