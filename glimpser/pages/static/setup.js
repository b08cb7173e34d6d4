// The first administrator, by the one-time link that the hub printed.

import { at, get, send } from "./api.js";
import { button, fill, h } from "./dom.js";
import { Field, form } from "./form.js";

export function setupPage(app) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  const body = h("div", {});
  const node = h("section", { class: "door" },
    h("img", { src: at("favicon.svg"), alt: "", width: 56, height: 56 }), body);
  choose(app, token, body);
  return { title: "Set up", node };
}

async function choose(app, token, body) {
  const needed = await get("api/auth/setup/needed").then((answer) => answer.needed, () => true);
  if (!needed) {
    fill(body, h("h1", {}, "Already set up"), h("p", {}, "This hub has an administrator."),
      h("p", {}, h("a", { href: at("login"), class: "button primary wide" }, "Sign in")));
  } else if (!token) {
    fill(body, h("h1", {}, "Welcome to Glimpser"),
      h("p", {}, "This hub has no administrator yet. Open the set-up link that it printed when it started, or get a new one on the machine where it runs:"),
      h("pre", {}, "glimpser setup-link"));
  } else {
    fill(body, ...signUp(app, token));
    body.querySelector("input").focus();
  }
}

function signUp(app, token) {
  const name = new Field("Your name", "/name", { required: true, autocomplete: "username", maxlength: 64 });
  const password = new Field("Password", "/password",
    { type: "password", required: true, autocomplete: "new-password", maxlength: 1024 },
    "A few unrelated words make a good one.");
  const again = new Field("Password again", "",
    { type: "password", required: true, autocomplete: "new-password", maxlength: 1024 });
  const go = button(null, "Create administrator", null, { kind: "primary wide", type: "submit" });
  return [
    h("h1", {}, "Welcome to Glimpser"),
    h("p", {}, "Create the first administrator. The link works once."),
    form([name, password, again], go, async () => {
      if (password.value !== again.value) {
        again.complain("The two passwords differ.");
        again.input.focus();
        return;
      }
      await send("POST", "api/auth/setup/signup", { token, name: name.value.trim(), password: password.value });
      app.go("");
    }),
  ];
}
