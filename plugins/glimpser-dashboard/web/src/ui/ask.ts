// Questions that stand above every page: "really?", and "is it still you?".

import { msg } from "@lit/localize";
import { html, nothing, render } from "lit";
import { api, hooks } from "../api/client.js";
import "./dialog.js";
import type { GDialog } from "./dialog.js";
import { GElement } from "./element.js";
import { Form, text } from "./form.js";

/** Ask before something that cannot be undone. `words`: of the button that does it. */
export function confirm(heading: string, sentence: string, words: string): Promise<boolean> {
  return new Promise((answer) => {
    const place = document.createElement("div");
    let agreed = false;
    const close = (): void => place.querySelector<GDialog>("g-dialog")?.close();
    const done = (): void => {
      place.remove();
      answer(agreed);
    };
    document.body.append(place);
    render(
      html`<g-dialog .heading=${heading} @closed=${done}><g-question .sentence=${sentence} .words=${words}
      @agreed=${() => {
        agreed = true;
        close();
      }} @declined=${close}></g-question></g-dialog>`,
      place,
    );
  });
}

class Question extends GElement {
  static override properties = { sentence: {}, words: {} };
  declare sentence: string;
  declare words: string;

  override render(): unknown {
    return html`<div class="stack"><p>${this.sentence}</p>
      <div class="actions">
        <button class="button" type="button" @click=${() => this.dispatchEvent(new Event("declined"))}>${msg("Cancel")}</button>
        <button class="button danger" type="button" @click=${() => this.dispatchEvent(new Event("agreed"))}>${this.words}</button>
      </div></div>`;
  }
}

class Proof extends GElement {
  static override properties = { ways: { attribute: false } };
  declare ways: string[];
  #form = new Form(this, async (values) => {
    const code = text(values, "code").trim();
    const proof = code ? { code } : { password: text(values, "password") };
    await api.POST("/api/auth/step-up", { body: proof });
    this.dispatchEvent(new Event("proved"));
  });

  override render(): unknown {
    const password = this.ways.includes("password");
    const code = this.ways.some((way) => way !== "password" && way !== "provider");
    if (!password && !code) return html`<p>${msg("Sign out, and sign in at your provider again.")}</p>`;
    return html`<form novalidate @submit=${this.#form.submit}>
      <p>${msg("This needs a proof that is not older than five minutes.")}</p>
      ${
        password
          ? this.#form.field({
              label: msg("Password"),
              name: "password",
              type: "password",
              required: !code,
              autocomplete: "current-password",
              maxlength: 1024,
              autofocus: true,
              hint: code ? msg("Or a code:") : "",
            })
          : nothing
      }
      ${
        code
          ? this.#form.field({
              label: msg("Code"),
              name: "code",
              required: !password,
              autocomplete: "one-time-code",
              maxlength: 64,
            })
          : nothing
      }
      ${this.#form.trouble()}
      <button class="button primary wide" ?disabled=${this.#form.busy}>${msg("Continue")}</button>
    </form>`;
  }
}

customElements.define("g-question", Question);
customElements.define("g-proof", Proof);

let asking: Promise<boolean> | null = null;

/** Ask for a proof of who one is; several requests share one question. */
hooks.prove = (ways) => {
  asking ??= new Promise<boolean>((answer) => {
    const place = document.createElement("div");
    let proved = false;
    document.body.append(place);
    render(
      html`<g-dialog .heading=${msg("Is it still you?")} @closed=${() => {
        place.remove();
        asking = null;
        answer(proved);
      }}><g-proof .ways=${ways} @proved=${() => {
        proved = true;
        place.querySelector<GDialog>("g-dialog")?.close();
      }}></g-proof></g-dialog>`,
      place,
    );
  });
  return asking;
};
