import { type Capability, wrong } from "./arguments.js";
import { InvalidClaimError, MintError } from "./errors.js";
import { KeyRing } from "./keyring.js";
import { SigningKey } from "./keys.js";
import { Stage } from "./stage.js";
import type { ParticipantTokenJson } from "./tokens.js";

/** The part of an AWS SDK client that is needed here. */
export interface ClientLike {
  send(command: never, ...more: never[]): unknown;
}

export interface IVSRealTimeOptions {
  /** The key that signs, or a ring. A ring is asked for its signing key each time. */
  signingKey: SigningKey | KeyRing;
  /** The stages for which tokens may be minted. */
  stages: Iterable<Stage>;
  /** The client that gets all other commands. */
  client?: ClientLike | undefined;
  /** The SDK's class. It is needed in bundles that shorten class names, if the SDK is older than its schemas. */
  CreateParticipantTokenCommand?: (new (...input: never[]) => object) | undefined;
}

/** `CreateParticipantTokenRequest` of the service model. */
export interface CreateParticipantTokenInput {
  stageArn: string | undefined;
  /** Minutes, from 1 to 20160. */
  duration?: number | undefined;
  userId?: string | undefined;
  attributes?: Record<string, string> | undefined;
  capabilities?: string[] | undefined;
}

/** The answer of the SDK's client. */
export interface CreateParticipantTokenOutput {
  participantToken: ParticipantTokenJson;
  $metadata: { httpStatusCode: number; attempts: number; totalRetryDelay: number };
}

type Callback = (error: unknown, output?: unknown) => void;

/**
 * Stands in for `IVSRealTimeClient` of `@aws-sdk/client-ivs-realtime`. It answers `send` of a `CreateParticipantTokenCommand`
 * itself, as that client would, but without a request. Every other command goes to the client that you give.
 */
export class IVSRealTime {
  readonly #key: SigningKey | KeyRing;
  readonly #stages = new Map<string, Stage>();
  readonly #client: ClientLike | undefined;
  readonly #command: IVSRealTimeOptions["CreateParticipantTokenCommand"];

  constructor({ signingKey, stages, client, CreateParticipantTokenCommand: command }: IVSRealTimeOptions) {
    if (!(signingKey instanceof SigningKey || signingKey instanceof KeyRing)) throw wrong("signingKey", "a SigningKey or a KeyRing", signingKey);
    this.#key = signingKey;
    for (const stage of stages) {
      if (!(stage instanceof Stage)) throw wrong("each of stages", "a Stage", stage);
      this.#stages.set(stage.arn, stage);
    }
    this.#client = client;
    this.#command = command;
  }

  /** Works like `send` of the SDK's client, with a promise or a callback. */
  send(command: { input: CreateParticipantTokenInput }, options?: object): Promise<CreateParticipantTokenOutput>;
  send(command: object, options?: object): Promise<never>;
  send(command: object, callback: Callback): void;
  send(command: object, options: object, callback: Callback): void;
  send(command: object, ...more: unknown[]): unknown {
    if (!this.#isCreateParticipantToken(command)) return this.#forward(command, more);
    const answer = (async () => this.createParticipantToken((command as { input: CreateParticipantTokenInput }).input))();
    const callback = more.find((one) => typeof one === "function") as Callback | undefined;
    if (callback === undefined) return answer;
    answer.then((output) => callback(null, output), (error: unknown) => callback(error));
    return undefined;
  }

  /** Mints a token and returns the answer of `send` at once. */
  createParticipantToken(input: CreateParticipantTokenInput): CreateParticipantTokenOutput {
    const { stageArn, duration, userId, attributes, capabilities } = input;
    if (duration === 0) {
      throw new InvalidClaimError("the duration is 0 minutes: give at least 1", { code: "INVALID_DURATION", field: "duration", limit: 1, actual: 0 });
    }
    const key = this.#key instanceof KeyRing ? this.#key.signingKey : this.#key;
    if (key === undefined) {
      throw new MintError("the key ring has no key that signs: mark one with signWith or rotate", { code: "NO_SIGNING_KEY" });
    }
    const token = this.#stage(stageArn).mint(key, {
      durationMinutes: duration,
      userId,
      attributes,
      capabilities: capabilities as Capability[] | undefined,
    });
    return { participantToken: token.toJSON(), $metadata: { httpStatusCode: 200, attempts: 1, totalRetryDelay: 0 } };
  }

  /** Ends the connections of the given client. */
  destroy(): void {
    (this.#client as { destroy?: () => void } | undefined)?.destroy?.();
  }

  #stage(arn: string | undefined): Stage {
    if (typeof arn !== "string") throw wrong("stageArn", "a string", arn);
    const stage = this.#stages.get(arn);
    if (stage !== undefined) return stage;
    const shown = JSON.stringify(arn.slice(0, 128));
    throw new InvalidClaimError(`the stage ${shown} is none of the ${this.#stages.size} that IVSRealTime was given: add it to stages`, {
      code: "UNKNOWN_STAGE",
      field: "stageArn",
    });
  }

  #isCreateParticipantToken(command: object): boolean {
    if (this.#command !== undefined && command instanceof this.#command) return true;
    // The SDK's schema of an operation has its name in the third place.
    const { schema } = command as { schema?: unknown };
    if (Array.isArray(schema)) return schema[2] === "CreateParticipantToken";
    return command.constructor.name === "CreateParticipantTokenCommand";
  }

  #forward(command: object, more: unknown[]): unknown {
    if (this.#client === undefined) {
      throw new TypeError(`IVSRealTime was given no client for ${command.constructor.name}: give it an IVSRealTimeClient`);
    }
    return this.#client.send(command as never, ...(more as never[]));
  }
}
