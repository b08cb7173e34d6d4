// Slot `config.field`, for the format `vane-bearing` of a JSON Schema: a bearing that is turned by hand.
import { compass, make } from "./kit.js";

class VaneField extends HTMLElement {
  set context({ field, number }) {
    const degrees = Number(field.value ?? field.schema.default ?? 0);
    const slider = make("input", { type: "range", min: -180, max: 180, step: 1, "aria-label": field.label, title: field.locked });
    slider.value = String(degrees);
    slider.disabled = Boolean(field.locked);
    slider.addEventListener("change", () => field.set(Number(slider.value)));
    const needle = make("span", {}, compass(degrees, ""));
    const text = make("output", {}, `${number(degrees)}°`);
    slider.addEventListener("input", () => {
      needle.replaceChildren(compass(slider.value, ""));
      text.textContent = `${number(Number(slider.value))}°`;
    });
    this.replaceChildren(
      make("div", { class: "field" }, make("span", { class: "label" }, field.label), make("div", { class: "row" }, needle, slider, text),
        make("p", { class: "hint" }, field.schema.description ?? "")),
    );
  }
}
customElements.define("vane-field", VaneField);
