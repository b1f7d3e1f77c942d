// AWS Lambda behind API Gateway, with the private key in Secrets Manager. It is bundled by esbuild, as CDK's NodejsFunction does:
// the bundle holds the WebAssembly module. For the addon, add the package of the function's platform, such as
// ivs-token-linux-arm64-gnu, to `nodeModules` of the bundling options, and ivs-token with it.
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { keyFrom, mintFor, userOf } from "./tokens.mjs";

const secrets = new SecretsManagerClient({});
let loading;

/** Reads the key once for each instance of the function; a failure is not kept. */
function key() {
  loading ??= secrets
    .send(new GetSecretValueCommand({ SecretId: process.env.SECRET_ID }))
    .then(({ SecretString }) => keyFrom(SecretString, process.env.IVS_KEY_ARN))
    .catch((error) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

const answer = (statusCode, body) => ({
  statusCode,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: JSON.stringify(body),
});

export async function handler(event) {
  const userId = userOf(event.headers?.authorization);
  if (!userId) return answer(401, { error: "sign in first" });
  const minted = mintFor(await key(), userId, event.pathParameters?.stage);
  if (!minted) return answer(404, { error: "you are no member of this stage" });
  return answer(200, { token: minted.token, participantId: minted.participantId, expiresAt: minted.expiresAt });
}
