// Slot `event.detail`, for events of the type `vane.turned`: a compass beside what lies there.
import { compass, list, make, shown, towards, words } from "./kit.js";

const WORDS = { en: { none: "No landmark lies there." }, de: { none: "Dort liegt keine Landmarke." } };

class VaneEvent extends HTMLElement {
  set context(context) {
    const { bearing, sector } = context.event.data;
    const marks = make("div");
    this.replaceChildren(make("div", { class: "row" }, compass(bearing, `${sector}, ${bearing}°`), marks));
    shown(marks, async () => list(await towards(context, bearing), words(context, WORDS).none));
  }
}
customElements.define("vane-event", VaneEvent);
