// Slot `page`: a page of its own in the menu.
import { list, make, shown, words } from "./kit.js";

const WORDS = {
  en: { about: "What lies around the vanes of this hub.", none: "There are no landmarks yet. Add them in the settings." },
  de: { about: "Was um die Wetterfahnen dieses Hubs liegt.", none: "Es gibt noch keine Landmarken. Füge sie in den Einstellungen hinzu." },
};

class VanePage extends HTMLElement {
  set context(context) {
    const said = words(context, WORDS);
    const card = make("section", { class: "card" });
    this.replaceChildren(make("p", { class: "muted" }, said.about), card);
    shown(card, async () => list(await context.request("GET", "api/p/vane/landmarks"), said.none));
  }
}
customElements.define("vane-page", VanePage);
