// Slot `search.results`: landmarks whose name holds what is searched for.
import { list, make, words } from "./kit.js";

const WORDS = { en: { heading: "Landmarks" }, de: { heading: "Landmarken" } };

class VaneFound extends HTMLElement {
  set context(context) {
    const query = context.query.toLowerCase();
    context.request("GET", "api/p/vane/landmarks").then((marks) => {
      const found = marks.filter(({ name }) => name.toLowerCase().includes(query));
      const heading = make("h2", {}, words(context, WORDS).heading);
      this.replaceChildren(...(found.length ? [make("section", { class: "stack" }, heading, list(found, ""))] : []));
    }, () => this.replaceChildren());
  }
}
customElements.define("vane-found", VaneFound);
