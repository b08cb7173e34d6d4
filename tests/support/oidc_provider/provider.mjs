// A certified OpenID provider with a few clients and people. Arguments: folder with node_modules, options as JSON.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, text] = process.argv.slice(2);
const { port, clients, people, algorithm } = JSON.parse(text);
const require = createRequire(pathToFileURL(`${folder}/`));
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const { generateKeyPairSync } = await import("node:crypto");
const kinds = { RS256: ["rsa", { modulusLength: 2048 }], ES256: ["ec", { namedCurve: "P-256" }], EdDSA: ["ed25519", {}] };
const jwks = Object.entries(kinds).map(([alg, [kind, options]]) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }), alg, use: "sig", kid: `test-${alg}`,
}));

const provider = new Provider(`http://127.0.0.1:${port}`, {
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
provider.listen(port, "127.0.0.1", () => console.log("ready"));
