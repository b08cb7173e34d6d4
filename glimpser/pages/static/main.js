// Starts the pages: who is here, which page, and the one WebSocket behind all of them.

import { at, get, onProofNeeded, onSignedOut, Refused, ROOT } from "./api.js";
import { Chrome } from "./chrome.js";
import { button, fill, h, note } from "./dom.js";
import { eventsPage } from "./events.js";
import { askForProof, securityPage } from "./factor.js";
import { learnTypes, setZone } from "./format.js";
import { loginPage } from "./login.js";
import { passwordPage } from "./password.js";
import { safePage } from "./safe.js";
import { setupPage } from "./setup.js";
import { sharePage } from "./share.js";
import { PageSocket } from "./socket.js";
import { streamPage } from "./stream.js";
import { Streams } from "./streams.js";
import { wallPage } from "./wall.js";
import { speak } from "./words.js";

const REFRESH = 20000;

// A page is a function of the app and its parameter that gives `{title, node, focus, leave()}`.
const PAGES = [
  [/^$/, wallPage],
  [/^events$/, eventsPage],
  [/^streams\/([0-9A-Za-z]+)$/, streamPage],
  [/^security$/, securityPage],
  [/^safe$/, safePage],
];
const DOORS = { login: loginPage, setup: setupPage, s: sharePage, invitation: passwordPage, reset: passwordPage };

class App {
  me = null;
  /** The page that somebody wanted to see who had to sign in first; null for who came to sign in. */
  wanted = null;
  streams = new Streams();
  socket = new PageSocket();
  #page = null;
  #chrome = new Chrome(this);

  constructor() {
    addEventListener("popstate", () => this.show());
    document.addEventListener("click", (click) => this.#follow(click));
    addEventListener("online", () => this.socket.hurry());
    addEventListener("offline", () => this.socket.restart());
    onSignedOut(() => this.me && this.leave("login"));
    onProofNeeded(askForProof);
    this.socket.addEventListener("change", ({ detail }) => this.streams.hear(detail));
    this.socket.addEventListener("reset", () => this.#refresh({ events: true }));
    // A session that ended elsewhere closes the socket; asking says which of the two it was.
    this.socket.addEventListener("lost", () => get("api/me").catch(() => {}));
    setInterval(() => this.me && !document.hidden && this.#refresh({ events: false }), REFRESH);
  }

  /** Whether the viewer has a permission at all. */
  can(permission) {
    return this.me.permissions.includes(permission);
  }

  /** Go to a page of the hub without loading a document. */
  go(path) {
    history.pushState(null, "", at(path));
    this.show();
  }

  /** Load a page anew, forgetting everything. */
  leave(path) {
    this.part();
    location.assign(at(path));
  }

  /** Be nobody from now on. */
  part() {
    this.socket.close();
    this.me = null;
  }

  /** Show what the address says. */
  async show() {
    const path = location.pathname.slice(ROOT.pathname.length).replace(/\/$/, "");
    try {
      if (path in DOORS) this.#mount(DOORS[path](this));
      else if (await this.#enter()) this.#mount(this.#find(path));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#mount(this.#failure(error));
    }
  }

  #find(path) {
    if (this.me.factor_needed) return securityPage(this);
    for (const [pattern, page] of PAGES) {
      const found = pattern.exec(path);
      if (found) return page(this, ...found.slice(1));
    }
    return { title: "Not found", node: h("section", { class: "empty" }, h("h1", {}, "There is no such page"),
      h("p", {}, h("a", { href: at("") }, "To the wall"))) };
  }

  /** Find out who is here, once. False when somebody has to sign in or set up first. */
  async #enter() {
    if (this.me) return true;
    try {
      this.me = await get("api/me");
    } catch (error) {
      if (error.status !== 401) throw error;
      const { needed } = await get("api/auth/setup/needed");
      this.wanted = location.pathname.slice(ROOT.pathname.length);
      history.replaceState(null, "", at(needed ? "setup" : "login"));
      await this.show();
      return false;
    }
    this.wanted = null;
    if (this.me.factor_needed) return true;
    await this.#begin();
    return true;
  }

  /** Ask again who is here: what they may do has changed. */
  async refreshMe() {
    const waited = this.me.factor_needed;
    this.me = await get("api/me");
    if (waited && !this.me.factor_needed) await this.#begin();
    this.#chrome.update();
  }

  async #begin() {
    setZone(this.me.timezone);
    this.socket.open();
    const [types] = await Promise.all([get("api/event-types"), this.socket.greeted()]);
    learnTypes(types);
    await this.streams.load();
  }

  async #refresh(what) {
    if (!this.me || !this.streams.loaded) return;
    await this.streams.load(what).catch((error) => {
      if (error.status === 0) this.socket.restart();
      else if (error.status !== 401) note(error.message, "bad");
    });
  }

  #mount(page) {
    this.#page?.leave?.();
    this.#page = page;
    speak("language" in page ? page.language : "en");
    document.title = `${page.title} · Glimpser`;
    this.#chrome.update();
    const main = fill(document.getElementById("main"), page.node);
    (page.focus ?? main).focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  #follow(click) {
    const link = click.target.closest?.("a[href]");
    if (!link || click.defaultPrevented || click.button || click.metaKey || click.ctrlKey || click.shiftKey) return;
    const url = new URL(link.href);
    const inside = url.origin === location.origin && url.pathname.startsWith(ROOT.pathname);
    const api = url.pathname.startsWith(`${ROOT.pathname}api/`);
    if (!inside || api || link.target || link.hasAttribute("download") || link.hash) return;
    click.preventDefault();
    this.go(url.pathname.slice(ROOT.pathname.length) + url.search);
  }

  #failure(error) {
    return { title: "Not reached", node: h("section", { class: "empty" }, h("h1", {}, "This did not work"),
      h("p", {}, error.message), button(null, "Try again", () => this.show(), { kind: "primary" })) };
  }
}

new App().show();
