// Signing in.

import { at, send } from "./api.js";
import { button, h } from "./dom.js";
import { Field, form } from "./form.js";

export function loginPage(app) {
  const name = new Field("Name", "/name", { required: true, autocomplete: "username", maxlength: 64 });
  const password = new Field("Password", "/password",
    { type: "password", required: true, autocomplete: "current-password", maxlength: 1024 });
  const go = button(null, "Sign in", null, { kind: "primary wide", type: "submit" });
  const node = h(
    "section",
    { class: "door" },
    h("img", { src: at("favicon.svg"), alt: "", width: 56, height: 56 }),
    h("h1", {}, "Sign in"),
    form([name, password], go, async () => {
      await send("POST", "api/auth/login", { name: name.value.trim(), password: password.value });
      app.go("");
    }),
  );
  return { title: "Sign in", node, focus: name.input };
}
