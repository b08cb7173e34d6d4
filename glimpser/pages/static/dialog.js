// Dialogs: closed by Escape, by the button, by a press beside them; gone afterwards.

import { button, h } from "./dom.js";
import { t } from "./words.js";

/** Show a dialog. Gives `{node, close}`; `closed` is told when it is gone. */
export function dialog(title, children, { kind = "", closed = () => {} } = {}) {
  const heading = h("h2", { id: "dialog-title" }, title);
  const node = h("dialog", { class: `dialog ${kind}`, "aria-labelledby": "dialog-title" },
    h("div", { class: "dialog-head" }, heading, h("span", { class: "gap" }),
      button("close", t("Close"), () => node.close(), { quiet: true, kind: "ghost" })),
    children);
  node.addEventListener("close", () => {
    node.remove();
    closed();
  });
  node.addEventListener("pointerdown", (press) => press.target === node && node.close());
  document.body.append(node);
  node.showModal();
  return { node, close: () => node.close() };
}

/** Ask before something that cannot be undone. */
export function confirm(title, text, words) {
  return new Promise((answer) => {
    let agreed = false;
    const { close } = dialog(title, [
      h("p", {}, text),
      h("div", { class: "actions" }, button(null, t("Cancel"), () => close()),
        button(null, words, () => { agreed = true; close(); }, { kind: "danger" })),
    ], { closed: () => answer(agreed) });
  });
}
