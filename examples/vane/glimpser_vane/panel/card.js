// Slot `system.card`: how many landmarks are known.
import { make, shown, words } from "./kit.js";

const WORDS = {
  en: { heading: "Weather vane", known: (many) => `Landmarks: ${many}` },
  de: { heading: "Wetterfahne", known: (many) => `Landmarken: ${many}` },
};

class VaneCard extends HTMLElement {
  set context(context) {
    const said = words(context, WORDS);
    const text = make("div");
    this.replaceChildren(make("section", { class: "card stack" }, make("h2", {}, said.heading), text));
    shown(text, async () => said.known(context.number((await context.request("GET", "api/p/vane/landmarks")).length)));
  }
}
customElements.define("vane-card", VaneCard);
