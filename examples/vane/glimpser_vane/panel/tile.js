// Slot `wall.tile`: where the wind comes from, on the tiles of vanes; nothing on others.
import { compass, make, newest, words } from "./kit.js";

const WORDS = { en: (sector) => `Wind from ${sector}`, de: (sector) => `Wind aus ${sector}` };

class VaneTile extends HTMLElement {
  #stop = () => {};

  set context(context) {
    const { stream } = context;
    this.#stop();
    this.replaceChildren();
    if (stream.kind !== "vane") return;
    this.#stop = context.subscribe(["event"], ({ data }) => {
      if (data.stream_id === stream.id && data.type === "vane.turned") this.#show(context, data);
    });
    newest(context, stream).then((event) => event && this.#show(context, event), () => {});
  }

  #show(context, { data }) {
    const text = words(context, WORDS)(data.sector);
    this.replaceChildren(make("span", { class: "chip" }, compass(data.bearing, "", 16), text));
  }
}
customElements.define("vane-tile", VaneTile);
