// Forms: labelled fields, messages at the field they belong to, one button that waits.

import { h, say } from "./dom.js";
import { t } from "./words.js";

let names = 0;

/** A labelled input. `pointer`: the JSON pointer under which the hub complains about it. */
export class Field {
  constructor(label, pointer, attributes = {}, hint = "") {
    const id = `field-${++names}`;
    this.pointer = pointer;
    this.input = attributes.options
      ? h("select", { id }, attributes.options.map(([value, text]) => h("option", { value }, text)))
      : h("input", { id, autocomplete: "off", spellcheck: "false", ...attributes });
    this.input.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
    this.error = h("p", { class: "wrong", id: `${id}-error`, role: "alert" });
    this.node = h("div", { class: "field" }, h("label", { for: id }, label), this.input,
      h("p", { class: "hint", id: `${id}-hint` }, hint), this.error);
  }

  get value() {
    return this.input.value;
  }

  complain(text) {
    say(this.error, text);
    if (text) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }
}

/** A form of fields. `submit(pressed)` does the work of the button with that value; what it throws is shown where it
 *  belongs. `needs(pressed)`: the fields that must not be empty for it. */
export function form(fields, children, submit, { needs = () => fields.filter((f) => f.input.required) } = {}) {
  const general = h("p", { class: "wrong", role: "alert" });
  const node = h("form", { novalidate: true, on: { submit: run } }, fields.map((f) => f.node), general, children);

  async function run(event) {
    event.preventDefault();
    const pressed = event.submitter;
    clear();
    const missing = needs(pressed?.value ?? "").find((f) => !f.value.trim());
    if (missing) {
      missing.complain(t("This is needed."));
      missing.input.focus();
      return;
    }
    node.setAttribute("aria-busy", "true");
    if (pressed) pressed.disabled = true;
    try {
      await submit(pressed?.value ?? "");
    } catch (error) {
      show(error);
    } finally {
      node.removeAttribute("aria-busy");
      if (pressed) pressed.disabled = false;
    }
  }

  function clear() {
    fields.forEach((f) => f.complain(""));
    say(general, "");
  }

  function show(error) {
    const unplaced = [];
    for (const [pointer, message] of error.fields ?? []) {
      const field = fields.find((f) => f.pointer === pointer);
      if (field) field.complain(message);
      else unplaced.push(`${pointer.replaceAll("/", " ").trim()}: ${message}`);
    }
    const placed = error.fields?.size && !unplaced.length;
    say(general, placed ? "" : unplaced.length ? unplaced.join("; ") : error.message);
    fields.find((f) => f.input.hasAttribute("aria-invalid"))?.input.focus();
  }

  return node;
}
