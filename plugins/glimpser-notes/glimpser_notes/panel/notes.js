// The notes of a stream, as a tab of its page. `context` is given by the pages; text is only ever set as text.

const WORDS = {
  en: { empty: "Nobody has written anything about this stream.", write: "Write a note", save: "Save note" },
  de: { empty: "Über diesen Stream hat noch niemand etwas geschrieben.", write: "Notiz schreiben", save: "Notiz speichern" },
};

function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

class NotesTab extends HTMLElement {
  #context = null;
  #list = element("div", "", { class: "stack" });

  set context(context) {
    this.#context = context;
    this.#draw();
  }

  #draw() {
    const { stream, language } = this.#context;
    const words = WORDS[language] ?? WORDS.en;
    this.className = "stack";
    this.replaceChildren(this.#list);
    if (stream.can.includes("notes.write")) {
      const form = element("form");
      const text = element("textarea", "", { name: "text", required: "", maxlength: "2000", "aria-label": words.write });
      const wrong = element("p", "", { role: "alert" });
      form.append(text, wrong, element("button", words.save, { class: "button primary" }));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        try {
          await this.#context.request("POST", "api/p/notes", { object_type: "stream", stream_id: stream.id, text: text.value });
          form.reset();
          wrong.textContent = "";
          await this.#read();
        } catch (error) {
          wrong.textContent = error.message;
        }
      });
      this.append(form);
    }
    this.#read().catch((error) => this.#list.replaceChildren(element("p", error.message, { role: "alert" })));
  }

  async #read() {
    const { stream, request, when, language } = this.#context;
    const notes = await request("GET", `api/p/notes?stream=${stream.id}`);
    const items = notes.map((note) => {
      const item = element("article", "", { class: "card" });
      item.append(element("p", note.text), element("small", `${note.author_name} · ${when(note.created_at)}`));
      return item;
    });
    this.#list.replaceChildren(...(items.length ? items : [element("p", (WORDS[language] ?? WORDS.en).empty)]));
  }
}

customElements.define("notes-tab", NotesTab);
