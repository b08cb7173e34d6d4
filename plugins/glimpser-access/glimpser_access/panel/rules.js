// The rules on who is served, as a page. `context` is given by the pages; text is only ever set as text.

const PATH = "api/access-rules";
const WORDS = {
  en: {
    about: "Networks and countries that are served, before anybody is asked who they are. Without a rule everybody is.",
    effects: { block: "Blocked", allow: "Allowed", admin_only: "Administrators only" },
    effect: "Who comes from there is",
    place: "Network, address, or country in two letters",
    note: "What for",
    add: "Add the rule",
    remove: "Remove",
    none: "There are no rules: everybody is served.",
    added: "The rule holds from now on.",
    removed: "The rule is gone.",
    by: (name, time) => `by ${name}, ${time}`,
  },
  de: {
    about: "Netze und Länder, die bedient werden, bevor jemand gefragt wird, wer er ist. Ohne Regel werden es alle.",
    effects: { block: "Gesperrt", allow: "Erlaubt", admin_only: "Nur Administratoren" },
    effect: "Wer von dort kommt, ist",
    place: "Netz, Adresse oder Land in zwei Buchstaben",
    note: "Wofür",
    add: "Regel hinzufügen",
    remove: "Entfernen",
    none: "Es gibt keine Regeln: Alle werden bedient.",
    added: "Die Regel gilt ab jetzt.",
    removed: "Die Regel ist weg.",
    by: (name, time) => `von ${name}, ${time}`,
  },
};
const KINDS = { block: "bad", allow: "good", admin_only: "warn" };

/** An element with attributes and children; children that are strings become text. */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

let fields = 0;

function field(label, input) {
  input.id = `access-${++fields}`;
  return make("div", { class: "field" }, make("label", { for: input.id }, label), input);
}

class AccessRules extends HTMLElement {
  #context = null;
  #list = make("div", { class: "stack" });

  set context(context) {
    this.#context = context;
    this.className = "stack";
    const words = this.#words;
    this.replaceChildren(
      make("p", { class: "muted" }, words.about),
      this.#form(),
      this.#list,
    );
    this.#read();
  }

  get #words() {
    return WORDS[this.#context.language] ?? WORDS.en;
  }

  #form() {
    const words = this.#words;
    const effect = make("select", { name: "effect" });
    effect.append(...Object.entries(words.effects).map(([value, text]) => make("option", { value }, text)));
    const place = make("input", { name: "place", required: "", maxlength: "49", placeholder: "192.0.2.0/24", autocomplete: "off" });
    const note = make("input", { name: "note", maxlength: "200", autocomplete: "off" });
    const wrong = make("p", { class: "wrong", role: "alert" });
    const form = make("form", { class: "card" }, field(words.effect, effect), field(words.place, place), field(words.note, note), wrong,
      make("div", { class: "actions" }, make("button", { class: "button primary" }, words.add)));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const named = place.value.trim();
      const where = /^[a-z]{2}$/i.test(named) ? { country: named.toUpperCase() } : { network: named };
      try {
        await this.#context.request("POST", PATH, { effect: effect.value, note: note.value.trim(), ...where });
        form.reset();
        wrong.textContent = "";
        this.#context.toast(words.added, "good");
      } catch (error) {
        wrong.textContent = error.message;
      }
      this.#read();
    });
    return form;
  }

  async #read() {
    try {
      const rules = await this.#context.request("GET", PATH);
      this.#list.replaceChildren(...(rules.length ? rules.map((rule) => this.#rule(rule)) : [make("p", { class: "muted" }, this.#words.none)]));
    } catch (error) {
      this.#list.replaceChildren(make("p", { class: "wrong", role: "alert" }, error.message));
    }
  }

  #rule(rule) {
    const words = this.#words;
    const place = rule.network ?? rule.country;
    const remove = make("button", { class: "button small", type: "button", "aria-label": `${words.remove}: ${place}` }, words.remove);
    remove.addEventListener("click", async () => {
      try {
        await this.#context.request("DELETE", `${PATH}/${rule.id}`);
        this.#context.toast(words.removed, "good");
      } catch (error) {
        this.#context.toast(error.message, "bad");
      }
      this.#read();
    });
    return make("article", { class: "card row" },
      make("span", { class: `chip ${KINDS[rule.effect] ?? ""}` }, words.effects[rule.effect] ?? rule.effect),
      make("strong", {}, place), make("span", {}, rule.note), make("span", { class: "gap" }),
      make("small", { class: "muted" }, words.by(rule.author_name, this.#context.when(rule.created_at))), remove);
  }
}

customElements.define("access-rules", AccessRules);
