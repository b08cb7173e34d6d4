// A certified OpenID provider with a few clients and people. Arguments: folder with node_modules, options as JSON.

import { createSign, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, text] = process.argv.slice(2);
const { port, clients, people, algorithm, tls, slips } = JSON.parse(text);
const require = createRequire(pathToFileURL(`${folder}/`));
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const kinds = { RS256: ["rsa", { modulusLength: 2048 }], ES256: ["ec", { namedCurve: "P-256" }], EdDSA: ["ed25519", {}] };
const keys = Object.fromEntries(Object.entries(kinds).map(([alg, [kind, options]]) => [alg, generateKeyPairSync(kind, options).privateKey]));
const jwks = Object.entries(keys).map(([alg, key]) => ({ ...key.export({ format: "jwk" }), alg, use: "sig", kid: `test-${alg}` }));

const provider = new Provider(`${tls ? "https" : "http"}://127.0.0.1:${port}`, {
  clients: clients.map((client) => ({ id_token_signed_response_alg: algorithm, ...client })),
  jwks: { keys: jwks },
  cookies: { keys: ["one test"] },
  claims: { openid: ["sub"], profile: ["preferred_username", "name"], groups: ["groups"] },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, preferred_username: sub, name: `${sub} of the test`, groups: people[sub] ?? [] }),
  }),
});

// `slips`: claims by which the ID tokens of these people differ from what was agreed, signed by the provider's own RSA
// key all the same; `key` signs with one that is not published.
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const base64 = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
provider.use(async (context, next) => {
  await next();
  const token = context.body?.id_token;
  const [head, claims] = token ? token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url"))) : [];
  if (!token || !Object.hasOwn(slips, claims.sub)) return;
  const { key, ...other } = slips[claims.sub];
  const said = `${base64(head)}.${base64({ ...claims, ...other })}`;
  const signature = createSign("sha256").update(said).sign(key ? stranger : keys.RS256, "base64url");
  context.body = { ...context.body, id_token: `${said}.${signature}` };
});

const server = tls ? createServer({ cert: readFileSync(tls[0]), key: readFileSync(tls[1]) }, provider.callback()) : provider;
server.listen(port, "127.0.0.1", () => console.log("ready"));
