// Choosing a password by a link: an invitation, or a reset.

import { at, Refused, send } from "./api.js";
import { button, fill, h, note } from "./dom.js";
import { Field, form } from "./form.js";

export function passwordPage(app) {
  const token = decodeURIComponent(location.hash.slice(1));
  const body = h("div", {});
  const node = h("section", { class: "door" },
    h("img", { src: at("favicon.svg"), alt: "", width: 56, height: 56 }), body);
  start(app, token, body);
  return { title: "Choose a password", node };
}

async function start(app, token, body) {
  try {
    const link = await send("POST", "api/auth/links/account", { token });
    fill(body, ...choose(app, token, link));
    body.querySelector("input[type=password]").focus();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const gone = error.status === 404;
    fill(body, h("h1", {}, gone ? "This link is not good any more" : "This did not work"),
      h("p", {}, gone ? "It was used, has ended, or was never one. Ask whoever gave it to you for a new one." : error.message),
      h("p", {}, h("a", { href: at("login"), class: "button wide" }, "Sign in")));
  }
}

function choose(app, token, { kind, name }) {
  // Password managers keep the new password under this name.
  const user = h("input", { type: "text", name: "username", autocomplete: "username", value: name, hidden: true, readonly: true });
  const password = new Field("New password", "/password",
    { type: "password", required: true, autocomplete: "new-password", maxlength: 1024 },
    "A few unrelated words make a good one.");
  const again = new Field("New password again", "",
    { type: "password", required: true, autocomplete: "new-password", maxlength: 1024 });
  const go = button(null, "Save password", null, { kind: "primary wide", type: "submit" });
  return [
    h("h1", {}, kind === "invitation" ? `Welcome, ${name}` : `New password for ${name}`),
    h("p", {}, kind === "invitation"
      ? `You were invited to this hub. Choose your password, then sign in as ${name}.`
      : "Choose a new password. You are signed out everywhere, and sign in with the new one."),
    form([password, again], [user, go], async () => {
      if (password.value !== again.value) {
        again.complain("The two passwords differ.");
        again.input.focus();
        return;
      }
      await send("POST", "api/auth/links/account/password", { token, password: password.value });
      app.go("login");
      note("The password is saved. Sign in with it.");
    }),
  ];
}
