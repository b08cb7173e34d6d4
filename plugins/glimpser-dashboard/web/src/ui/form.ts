// Forms: labelled fields in the page's own root, messages at the field they belong to, one button that waits.

import { msg } from "@lit/localize";
import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import { Refused, words } from "../api/errors.js";

type Host = ReactiveControllerHost & HTMLElement;

export interface FieldOptions {
  label: string;
  /** Name of the input and, with a slash before it, the JSON pointer under which the hub complains about it. */
  name: string;
  hint?: string;
  type?: string;
  value?: string;
  required?: boolean;
  checked?: boolean;
  autocomplete?: AutoFill;
  placeholder?: string;
  maxlength?: number;
  inputmode?: "text" | "url" | "numeric" | "decimal" | "email" | "search" | "none";
  autofocus?: boolean;
  /** Makes it a choice: value and words. */
  options?: readonly (readonly [string, string])[];
  change?: (event: Event) => void;
}

/** What a form does and says. `new Form(this, async (values, pressed) => {…})`. */
export class Form implements ReactiveController {
  busy = false;
  /** What is wrong with the form as a whole. */
  problem = "";
  #errors = new Map<string, string>();
  #host: Host;
  #work: (values: FormData, pressed: string) => Promise<void>;

  constructor(host: Host, work: (values: FormData, pressed: string) => Promise<void>) {
    this.#host = host;
    this.#work = work;
    host.addController(this);
  }

  hostConnected(): void {}

  /** Say what is wrong at a field. */
  complain(name: string, text: string): void {
    this.#errors.set(name, text);
    this.#host.requestUpdate();
  }

  /** For `@submit`. */
  submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    const form = event.currentTarget as HTMLFormElement;
    const pressed = (event.submitter as HTMLButtonElement | null)?.value ?? "";
    this.#errors.clear();
    this.problem = "";
    const missing = [...form.elements].filter((input) => (input as HTMLInputElement).validity?.valueMissing);
    for (const input of missing) this.complain((input as HTMLInputElement).name, msg("This is needed."));
    if (!missing.length) await this.#run(new FormData(form), pressed);
    await this.#host.updateComplete;
    form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };

  async #run(values: FormData, pressed: string): Promise<void> {
    this.busy = true;
    this.#host.requestUpdate();
    try {
      await this.#work(values, pressed);
    } catch (error) {
      this.#show(error);
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
  }

  #show(error: unknown): void {
    if (!(error instanceof Refused)) {
      this.problem = words(error);
      throw error;
    }
    const names = new Set(
      [...(this.#host.shadowRoot?.querySelectorAll<HTMLInputElement>("[name]") ?? [])].map((input) => input.name),
    );
    const unplaced: string[] = [];
    for (const [pointer, text] of error.fields) {
      const name = pointer.slice(1);
      if (names.has(name)) this.#errors.set(name, text);
      else unplaced.push(`${name.replaceAll("/", " ")}: ${text}`);
    }
    if (unplaced.length || !error.fields.size) this.problem = unplaced.join("; ") || error.message;
  }

  /** What is wrong with the form as a whole, said aloud. */
  trouble(): TemplateResult {
    return html`<p class="wrong" role="alert" ?hidden=${!this.problem}>${this.problem}</p>`;
  }

  /** A labelled input, choice or checkbox. */
  field(options: FieldOptions): TemplateResult {
    const { label, name, hint = "", type = "text" } = options;
    const id = `field-${name.replaceAll("/", "-")}`;
    const wrong = this.#errors.get(name) ?? "";
    const head = html`<label for=${id}>${label}</label>`;
    const foot = html`${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : nothing}
      <p class="wrong" id="${id}-wrong" role="alert" ?hidden=${!wrong}>${wrong}</p>`;
    const input = this.#input(options, id, wrong);
    return type === "checkbox"
      ? html`<div class="field check">${input}${head}${foot}</div>`
      : html`<div class="field">${head}${input}${foot}</div>`;
  }

  #input(options: FieldOptions, id: string, wrong: string): TemplateResult {
    const described = `${id}-hint ${id}-wrong`;
    const invalid = wrong ? "true" : nothing;
    if (options.options) {
      return html`<select id=${id} name=${options.name} aria-describedby=${described} aria-invalid=${invalid}
        @change=${options.change}>
        ${options.options.map(
          ([value, text]) => html`<option value=${value} ?selected=${value === options.value}>${text}</option>`,
        )}
      </select>`;
    }
    return html`<input id=${id} name=${options.name} type=${options.type ?? "text"} .value=${options.value ?? ""}
      .defaultChecked=${options.checked ?? false} ?required=${options.required}
      autocomplete=${options.autocomplete ?? "off"} placeholder=${options.placeholder ?? nothing}
      maxlength=${options.maxlength ?? nothing} inputmode=${options.inputmode ?? nothing} autocapitalize="none"
      spellcheck="false" ?autofocus=${options.autofocus} aria-describedby=${described} aria-invalid=${invalid}
      @change=${options.change} />`;
  }
}

/** A text of a form. */
export function text(values: FormData, name: string): string {
  return String(values.get(name) ?? "");
}
