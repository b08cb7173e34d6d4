// Slot `settings.section`: landmarks are added beside the settings of the hub.
import { list, make, shown, words } from "./kit.js";

const PATH = "api/p/vane/landmarks";
const WORDS = {
  en: { name: "Name", bearing: "Degrees from north, clockwise", add: "Add landmark", added: "The landmark is kept.", none: "There are no landmarks yet." },
  de: { name: "Name", bearing: "Grad von Norden, im Uhrzeigersinn", add: "Landmarke hinzufügen", added: "Die Landmarke ist gespeichert.", none: "Es gibt noch keine Landmarken." },
};

function field(id, label, input) {
  input.id = id;
  return make("div", { class: "field" }, make("label", { for: id }, label), input);
}

class VaneSection extends HTMLElement {
  set context(context) {
    const said = words(context, WORDS);
    const marks = make("div");
    const name = make("input", { required: "", maxlength: "100", autocomplete: "off" });
    const bearing = make("input", { required: "", type: "number", min: "0", max: "360" });
    const wrong = make("p", { class: "wrong", role: "alert" });
    const read = () => shown(marks, async () => list(await context.request("GET", PATH), said.none));
    const form = make("form", { class: "stack" }, field("vane-name", said.name, name), field("vane-bearing", said.bearing, bearing), wrong,
      make("div", { class: "actions" }, make("button", { class: "button primary" }, said.add)));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        await context.request("POST", PATH, { name: name.value, bearing: Number(bearing.value) });
        form.reset();
        wrong.textContent = "";
        context.toast(said.added, "good");
        await read();
      } catch (error) {
        wrong.textContent = error.message;
      }
    });
    this.replaceChildren(make("div", { class: "card stack" }, marks, form));
    read();
  }
}
customElements.define("vane-section", VaneSection);
