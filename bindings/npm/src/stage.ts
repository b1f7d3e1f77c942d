import { type Capability, capabilities, count, INSPECT, lifetime, type Lifetime, MAKE, optionalText, options, pairs, text, time, wrong } from "./arguments.js";
import { type Handle, operation, seconds } from "./binding.js";
import { IvsTokenError } from "./errors.js";
import { SigningKey } from "./keys.js";
import { ParticipantToken } from "./tokens.js";

export interface ParticipantOptions extends Lifetime {
  /** Your application's name for the participant: at most 128 characters, visible to everyone on the stage. */
  userId?: string | undefined;
  /** At most 1 024 bytes, names and values together, visible to everyone on the stage. */
  attributes?: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined;
  /** What the participant may do; both by default. */
  capabilities?: Capability | readonly Capability[] | undefined;
  /** 1 to 64 of `[A-Za-z0-9_-]`; random by default. Every token needs its own. */
  participantId?: string | undefined;
}

export interface MintOptions extends ParticipantOptions {
  /** When the token is issued, for tests. */
  now?: Date | undefined;
}

export interface MintManyOptions {
  /** How many threads sign; one by default. The WebAssembly module has one. */
  threads?: number | undefined;
  /** When the tokens are issued, for tests. */
  now?: Date | undefined;
}

interface Parts {
  arn: string;
  stageId: string;
  whipUrl: string;
  eventsUrl: string;
}

const op = {
  make: operation("stage.make"),
  fromResponse: operation("stage.fromResponse"),
  describe: operation("stage.describe"),
  mint: operation("stage.mint"),
  mintMany: operation("stage.mintMany"),
};

const PARTICIPANT = ["userId", "attributes", "capabilities", "participantId", "durationMinutes", "durationSeconds", "expiresAt"];
const MINT = [...PARTICIPANT, "now"];
const LIMIT = 14 * 86_400;

/** The parts of a stage that a token needs: its ARN and its two endpoints, which AWS allows you to keep for 14 days. */
export class Stage {
  readonly #handle: Handle;
  readonly #parts: Parts;

  /**
   * `whipUrl` is `endpoints.whip` of GetStage, `eventsUrl` is `endpoints.events`, which is the same for every stage in practice.
   *
   * @throws InvalidClaimError for an invalid value
   */
  constructor(given: { arn: string; whipUrl: string; eventsUrl?: string | undefined } | typeof MAKE, handle?: Handle) {
    if (given === MAKE && handle !== undefined) {
      this.#handle = handle;
    } else {
      const said = options("stage", given, ["arn", "whipUrl", "eventsUrl"]);
      const json = { arn: text("arn", said["arn"]), whipUrl: text("whipUrl", said["whipUrl"]), eventsUrl: optionalText("eventsUrl", said["eventsUrl"]) };
      this.#handle = op.make.handle(JSON.stringify(json));
    }
    this.#parts = JSON.parse(op.describe.text(seconds(), "null", this.#handle)) as Parts;
  }

  /** A stage from what GetStage or CreateStage returns: the SDK's object, or the JSON that the AWS command line prints. */
  static fromResponse(response: object | string): Stage {
    if (typeof response !== "string" && (typeof response !== "object" || response === null)) throw wrong("response", "an object or JSON", response);
    return new Stage(MAKE, op.fromResponse.handle(typeof response === "string" ? response : JSON.stringify(response)));
  }

  /**
   * Mints a token for one participant. By default it has both capabilities, lasts 12 hours and has a fresh random participant
   * ID.
   *
   * @throws InvalidClaimError for a value that no token may carry; MintError for a key without a `kid`, or of another account or
   * region than the stage
   */
  mint(key: SigningKey, given?: MintOptions): ParticipantToken {
    const handle = SigningKey.handleOf("key", key);
    if (given === undefined) return new ParticipantToken(MAKE, op.mint.text(seconds(), "{}", this.#handle, handle));
    const said = options("options", given, MINT);
    const now = time(said["now"]);
    return new ParticipantToken(MAKE, op.mint.text(now, JSON.stringify(participant(said, now)), this.#handle, handle));
  }

  /**
   * Mints a token for each participant, in order, all issued at the same moment.
   *
   * @throws what `mint` throws, for the first participant that is wrong; `error.index` is its place in the list
   */
  mintMany(key: SigningKey, participants: Iterable<ParticipantOptions>, given?: MintManyOptions): ParticipantToken[] {
    const { now, json } = many(participants, given);
    return tokens(op.mintMany.text(now, json, this.#handle, SigningKey.handleOf("key", key)));
  }

  /** The same on other threads, so that JavaScript can run in the meantime. The WebAssembly module has no threads. */
  async mintManyAsync(key: SigningKey, participants: Iterable<ParticipantOptions>, given?: MintManyOptions): Promise<ParticipantToken[]> {
    const { now, json } = many(participants, given);
    return tokens(await op.mintMany.later(now, json, this.#handle, SigningKey.handleOf("key", key)));
  }

  /** The ARN. */
  get arn(): string {
    return this.#parts.arn;
  }

  /** The part of the ARN after `stage/`. */
  get stageId(): string {
    return this.#parts.stageId;
  }

  /** The URL to which WHIP clients publish. */
  get whipUrl(): string {
    return this.#parts.whipUrl;
  }

  /** The URL from which stage events come. */
  get eventsUrl(): string {
    return this.#parts.eventsUrl;
  }

  /** @internal */
  static handleOf(name: string, stage: unknown): Handle {
    if (typeof stage === "object" && stage !== null && #handle in stage) return stage.#handle;
    throw wrong(name, "a Stage", stage);
  }

  toJSON(): { arn: string; whipUrl: string; eventsUrl: string } {
    const { arn, whipUrl, eventsUrl } = this.#parts;
    return { arn, whipUrl, eventsUrl };
  }

  [INSPECT](): string {
    return `Stage ${JSON.stringify(this.toJSON())}`;
  }
}

/** The ARN of a stage, which may be given as a `Stage` or as the ARN. */
export function stageArn(name: string, value: unknown): string {
  return value instanceof Stage ? value.arn : text(name, value);
}

/** A participant in the form that Rust reads. */
export function participant(said: Record<string, unknown>, now: number): object {
  return {
    userId: optionalText("userId", said["userId"]),
    attributes: pairs("attributes", said["attributes"]),
    capabilities: capabilities(said["capabilities"]),
    durationSeconds: lifetime(said, now, LIMIT),
    participantId: optionalText("participantId", said["participantId"]),
  };
}

function many(participants: Iterable<ParticipantOptions>, given: MintManyOptions | undefined): { now: number; json: string } {
  const said = options("options", given, ["threads", "now"]);
  const now = time(said["now"]);
  if (typeof participants !== "object" || participants === null || !(Symbol.iterator in participants)) {
    throw wrong("participants", "an array", participants);
  }
  const list: object[] = [];
  for (const one of participants) {
    try {
      if (one === undefined) throw wrong("a participant", "an object", one);
      list.push(participant(options("a participant", one, PARTICIPANT), now));
    } catch (error) {
      if (error instanceof IvsTokenError) Object.assign(error, { index: list.length });
      throw error;
    }
  }
  return { now, json: JSON.stringify({ participants: list, threads: count("threads", said["threads"], 1, 1024) ?? 1 }) };
}

function tokens(json: string): ParticipantToken[] {
  return (JSON.parse(json) as string[]).map((token) => new ParticipantToken(MAKE, token));
}

