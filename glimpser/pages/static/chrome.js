// What stands around every page: the way to the others, the connection, the theme, the way out.

import { at, signOut } from "./api.js";
import { button, fill, h, icon, say } from "./dom.js";

const LOOPBACK = /^(localhost|127\.|\[::1\])/;
const STATES = { connecting: "Connecting…", live: "Live", reconnecting: "Reconnecting…" };

function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function switchTheme() {
  const theme = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("glimpser.theme", theme);
  } catch {
    // Storage may be blocked: it lasts as long as the page.
  }
}

/** The header. */
export class Chrome {
  #app;
  #state = h("span", { class: "words" });
  #connection = h("p", { class: "connection", role: "status" }, h("span", { class: "dot" }), this.#state);

  constructor(app) {
    this.#app = app;
    app.socket.addEventListener("state", () => this.#connected());
    this.#connected();
  }

  /** Draw it for the page that is shown. */
  update() {
    fill(document.getElementById("chrome"), this.#insecure(), this.#demo(), this.#header());
  }

  #connected() {
    this.#connection.dataset.state = this.#app.socket.state;
    say(this.#state, STATES[this.#app.socket.state]);
  }

  #header() {
    const me = this.#app.me;
    return h(
      "header",
      { class: "header" },
      h("a", { class: "brand", href: at("") }, h("img", { src: at("favicon.svg"), alt: "", width: 28, height: 28 }),
        h("span", {}, "Glimpser")),
      me && !me.factor_needed && h("nav", { "aria-label": "Pages" }, this.#link("", "wall", "Wall"),
        this.#app.can("events.view") && this.#link("events", "events", "Events"),
        this.#app.can("plugins.manage") && this.#link("safe", "mend", "Repair", "spare")),
      h("span", { class: "gap" }),
      me && !me.factor_needed && this.#connection,
      me && me.kind !== "visitor" && h("a", { class: "me", href: at("security"), title: "Security" }, me.name),
      button("sun", "Switch between light and dark", switchTheme, { quiet: true, kind: "ghost" }),
      me && me.kind !== "visitor" && button("out", `Sign out ${me.name}`, () => this.#signOut(), { quiet: true, kind: "ghost" }),
    );
  }

  /** `kind` spare: on a phone the drawing alone. */
  #link(path, drawing, words, kind = null) {
    const here = location.pathname === at(path);
    return h("a", { href: at(path), class: kind, title: kind && words, "aria-label": kind && words, "aria-current": here ? "page" : null }, icon(drawing), h("span", {}, words));
  }

  #insecure() {
    if (location.protocol === "https:" || LOOPBACK.test(location.host)) return null;
    return h("p", { class: "notice" }, "This connection is not encrypted: passwords and pictures can be read on the way.");
  }

  #demo() {
    if (this.#app.me?.kind !== "visitor") return null;
    return h("p", { class: "notice" }, "This is a demo: look at everything. Nothing can be changed. ",
      h("a", { href: at("login") }, "Sign in"));
  }

  async #signOut() {
    // What closes because of it is no session that ended elsewhere.
    this.#app.part();
    location.assign((await signOut().catch(() => null)) ?? at("login"));
  }
}
