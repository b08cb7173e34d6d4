// Slot `stream.tab`: what lies where the vane of this stream points.
import { list, make, newest, shown, towards, words } from "./kit.js";

const WORDS = {
  en: { calm: "The wind has not turned yet.", from: (when, sector) => `${when}: wind from ${sector}.`, none: "No landmark lies there." },
  de: { calm: "Der Wind hat noch nicht gedreht.", from: (when, sector) => `${when}: Wind aus ${sector}.`, none: "Dort liegt keine Landmarke." },
};

class VaneTab extends HTMLElement {
  set context(context) {
    const said = words(context, WORDS);
    shown(this, async () => {
      const event = await newest(context, context.stream);
      if (!event) return make("p", { class: "muted" }, said.calm);
      const marks = await towards(context, event.data.bearing);
      return make("div", { class: "stack" }, make("p", {}, said.from(context.when(event.started_at), event.data.sector)), list(marks, said.none));
    });
  }
}
customElements.define("vane-tab", VaneTab);
