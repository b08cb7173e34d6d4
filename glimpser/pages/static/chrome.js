// What stands around every page: the way to the others, the connection, the theme, the way out.

import { at, signOut } from "./api.js";
import { button, fill, h, icon, say } from "./dom.js";
import { t } from "./words.js";

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
    document.querySelector(".skip").textContent = t("Skip to content");
    this.#connected();
    fill(document.getElementById("chrome"), this.#insecure(), this.#demo(), this.#header());
  }

  #connected() {
    this.#connection.dataset.state = this.#app.socket.state;
    say(this.#state, t(STATES[this.#app.socket.state]));
  }

  #header() {
    const me = this.#app.me;
    return h(
      "header",
      { class: "header" },
      h("a", { class: "brand", href: at(""), "aria-label": "Glimpser" }, h("img", { src: at("favicon.svg"), alt: "", width: 28, height: 28 }),
        h("span", {}, "Glimpser")),
      me && !me.factor_needed && h("nav", { "aria-label": t("Pages") }, this.#link("", "wall", t("Wall")),
        this.#app.can("events.view") && this.#link("events", "events", t("Events")),
        this.#app.can("plugins.manage") && this.#link("safe", "mend", t("Repair"), "spare")),
      h("span", { class: "gap" }),
      me && !me.factor_needed && this.#connection,
      me && me.kind !== "visitor" && h("a", { class: "me", href: at("security"), title: t("Security") }, me.name),
      button("sun", t("Switch between light and dark"), switchTheme, { quiet: true, kind: "ghost" }),
      me && me.kind !== "visitor" && button("out", t("Sign out {0}", me.name), () => this.#signOut(), { quiet: true, kind: "ghost" }),
    );
  }

  /** `kind` spare: on a phone the drawing alone. */
  #link(path, drawing, words, kind = null) {
    const here = location.pathname === at(path);
    return h("a", { href: at(path), class: kind, title: kind && words, "aria-label": words, "aria-current": here ? "page" : null }, icon(drawing), h("span", {}, words));
  }

  #insecure() {
    if (location.protocol === "https:" || LOOPBACK.test(location.host)) return null;
    return h("p", { class: "notice" }, t("This connection is not encrypted: passwords and pictures can be read on the way."));
  }

  #demo() {
    if (this.#app.me?.kind !== "visitor") return null;
    return h("p", { class: "notice" }, t("This is a demo: look at everything. Nothing can be changed."), " ",
      h("a", { href: at("login") }, t("Sign in")));
  }

  async #signOut() {
    // What closes because of it is no session that ended elsewhere.
    this.#app.part();
    location.assign((await signOut().catch(() => null)) ?? at("login"));
  }
}
