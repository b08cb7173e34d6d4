// Signing in: with a password, or at a provider.

import { at, get, Refused, send } from "./api.js";
import { button, fill, h, note } from "./dom.js";
import { codeStep } from "./factor.js";
import { Field, form } from "./form.js";

// Why a provider led back here without signing anybody in.
const PROBLEMS = {
  "auth.sso_expired": "This sign-in took too long, or began in another browser. Try again.",
  "auth.sso_refused": "The provider's answer could not be accepted. Try again, or ask who runs this hub: its log says why.",
  "auth.sso_denied": "The provider did not sign you in.",
  "auth.sso_unknown": "You have no account here. Ask who runs this hub to link yours.",
  "auth.sso_no_role": "You have no role here. Ask who runs this hub which group it takes.",
  "auth.sso_name_taken": "Somebody here is called as you are at the provider. Ask who runs this hub to link your account.",
  "auth.sso_bad_name": "Your name at the provider cannot be a name here. Ask who runs this hub for an account.",
  "auth.sso_unavailable": "The provider cannot be used right now. Try again later.",
  "auth.sso_not_fresh": "The provider did not ask you for a proof. Sign out there, and try again.",
  "auth.sso_other_user": "The provider signed in somebody else.",
  "auth.factor_unavailable": "Your second factor cannot be checked right now. Ask who runs this hub.",
  "auth.sso_taken": "This account of the provider belongs to another user here.",
};

export function loginPage(app) {
  // A provider proved who it is, and the account has a second factor.
  const challenge = new URLSearchParams(location.hash.slice(1)).get("challenge");
  if (challenge) return secondStep(app, challenge);
  const name = new Field("Name", "/name", { required: true, autocomplete: "username", maxlength: 64 });
  const password = new Field("Password", "/password",
    { type: "password", required: true, autocomplete: "current-password", maxlength: 1024 });
  const go = button(null, "Sign in", null, { kind: "primary wide", type: "submit" });
  const code = new URLSearchParams(location.search).get("problem");
  const problem = code && h("p", { class: "wrong", role: "alert" },
    (Object.hasOwn(PROBLEMS, code) && PROBLEMS[code]) || "This sign-in did not work. Try again.");
  const providers = h("div", { class: "providers" });
  const passwords = form([name, password], go, async () => {
    try {
      await send("POST", "api/auth/login", { name: name.value.trim(), password: password.value });
    } catch (error) {
      if (error.code !== "auth.mfa_required") throw error;
      fill(node, ...node.querySelectorAll("img"), ...codeStep(error.params.challenge, () => app.go(app.wanted ?? "")));
      node.querySelector("input").focus();
      return;
    }
    app.go(app.wanted ?? "");
  });
  const node = h(
    "section",
    { class: "door" },
    h("img", { src: at("favicon.svg"), alt: "", width: 56, height: 56 }),
    h("h1", {}, "Sign in"),
    problem,
    passwords,
    providers,
  );
  offer(app, providers, passwords, Boolean(problem)).catch((error) => {
    if (!(error instanceof Refused)) throw error;
    note(error.message, "bad");
  });
  return { title: "Sign in", node, focus: name.input };
}

/** The code after a provider's sign-in; what it is for does not stay in the history. */
function secondStep(app, challenge) {
  const next = (new URLSearchParams(location.search).get("next") ?? "").replace(/^\/+/, "");
  history.replaceState(null, "", at("login"));
  const node = h("section", { class: "door" },
    h("img", { src: at("favicon.svg"), alt: "", width: 56, height: 56 }), ...codeStep(challenge, () => app.go(next)));
  return { title: "Sign in", node, focus: node.querySelector("input") };
}

/** Show the providers. One that knows already who is asking is gone to at once, unless somebody came here on purpose. */
async function offer(app, place, passwords, failed) {
  const methods = await get("api/auth/methods");
  const links = methods.providers.map((provider) => {
    const query = new URLSearchParams({ next: `/${app.wanted ?? ""}` });
    return { provider, href: at(`api/auth/sso/${provider.id}?${query}`) };
  });
  const known = links.find(({ provider }) => provider.automatic);
  if (known && app.wanted !== null && !failed) location.replace(known.href);
  if (!methods.password) passwords.remove();
  fill(place, links.map(({ provider, href }) =>
    h("a", { class: "button wide", href }, `Sign in with ${provider.title}`)));
}
