// What is broken, and putting it right: plugins that failed, and values that are not allowed. It needs no plugin.

import { get, send } from "./api.js";
import { confirm } from "./dialog.js";
import { button, fill, h, note } from "./dom.js";
import { Field, form } from "./form.js";

const STATES = {
  running: "Running", starting: "Starting", disabled: "Off", blocked: "Blocked", incompatible: "Does not fit", stopped: "Stopped",
  import_error: "Broken", config_error: "Misconfigured", migration_error: "Its tables failed", setup_retry: "Not ready yet",
  degraded: "Running in part",
};
const SOURCES = { environment: "from the environment", file: "from the file", database: "set in the pages", default: "by default" };

/** What a JSON Schema allows, in words. */
function allowed(schema) {
  const range = [
    schema.minimum !== undefined && `at least ${schema.minimum}`,
    schema.exclusiveMinimum !== undefined && `more than ${schema.exclusiveMinimum}`,
    schema.maximum !== undefined && `at most ${schema.maximum}`,
    schema.minLength !== undefined && `at least ${schema.minLength} characters`,
    schema.maxLength !== undefined && `at most ${schema.maxLength} characters`,
  ].filter(Boolean).join(", ");
  const kind = { integer: "a whole number", number: "a number", boolean: "yes or no", string: "a text" }[schema.type] ?? "";
  const words = schema.enum ? `one of ${schema.enum.join(", ")}` : [kind, range].filter(Boolean).join(", ");
  return [words && `Allowed: ${words}.`, schema.description].filter(Boolean).join(" ");
}

/** A value as it was typed, in the type that is asked for. */
function typed(text, schema) {
  if (schema.enum || schema.type === "string") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function shown(value) {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

export function safePage(app) {
  const body = h("div", { class: "repair" });
  const node = h("section", { class: "repair" }, h("h1", {}, "Repair"), body);
  const draw = () => load(app, body, draw).catch((error) => fill(body, h("p", { class: "wrong", role: "alert" }, error.message)));
  draw();
  return { title: "Repair", node };
}

async function load(app, body, again) {
  if (!app.can("plugins.view")) {
    fill(body, h("p", {}, "This is for those who see plugins. Ask who runs this hub."));
    return;
  }
  const [broken, plugins] = await Promise.all([get("api/repair"), get("api/plugins")]);
  const values = new Map(broken.plugins.map((plugin) => [plugin.id, plugin.values]));
  const bad = plugins.filter((plugin) => values.has(plugin.id) || !["running", "disabled"].includes(plugin.state));
  const others = plugins.filter((plugin) => !bad.includes(plugin));
  fill(body,
    broken.safe
      ? h("p", { class: "notice" }, "The hub runs in safe mode: plugins of others are not loaded, and the built-in pages are shown. Put right what is broken, then start it without --safe.")
      : h("p", { class: "muted" }, "What cannot be used, why, and how to put it right. Changes to plugins hold from the next start of the hub."),
    !broken.settings.length && !bad.length && h("p", { role: "status" }, "Nothing is broken."),
    broken.settings.length > 0 && h("h2", {}, "Settings that are not used"),
    broken.settings.map((value) => setting(app, value, again)),
    bad.length > 0 && h("h2", {}, "Plugins that do not work"),
    bad.map((plugin) => card(app, plugin, values.get(plugin.id) ?? [], again)),
    h("h2", {}, "Other plugins"),
    others.map((plugin) => card(app, plugin, [], again)));
}

/** Do it, say so, and draw everything anew. */
async function act(work, words, again) {
  await work();
  note(words, "good");
  again();
}

function facts({ value, source, where, problem, schema }) {
  return [
    h("p", { class: "wrong" }, problem),
    h("p", {}, "It is ", h("code", {}, shown(value)), `, ${SOURCES[source]}${where ? ` (${where})` : ""}.`),
    h("p", { class: "hint" }, allowed(schema)),
  ];
}

/** A form that takes another value. `change(value)`: null takes it away. */
function edit(label, value, change, locked) {
  if (locked) return h("p", { class: "hint" }, "Change it there; it cannot be changed from here.");
  const { schema } = value;
  const options = schema.enum?.map((one) => [one, one]);
  const field = new Field(label, value.field, options ? { options } : { maxlength: 2000, value: shown(value.value) });
  const buttons = h("div", { class: "actions" },
    button(null, "Use the default", () => change(null).catch((error) => note(error.message, "bad"))),
    Object.keys(schema).length > 0 && button(null, "Save", null, { kind: "primary", type: "submit" }));
  return Object.keys(schema).length > 0 ? form([field], buttons, () => change(typed(field.value, schema))) : buttons;
}

function setting(app, value, again) {
  const key = value.field.slice(1);
  const change = (next) => act(() => send("PATCH", "api/settings", { [key]: next }, { media: "application/merge-patch+json" }), "It holds from now on.", again);
  return h("article", { class: "repair-card" }, h("h3", {}, key), facts(value), edit(`New value of ${key}`, value, change, !app.can("settings.change")));
}

function card(app, plugin, values, again) {
  const manages = app.can("plugins.manage");
  const patch = (body) => act(() => send("PATCH", `api/plugins/${plugin.id}`, body, { match: "*" }), "It holds from the next start of the hub.", again);
  const whole = values.some(({ field }) => !field);
  return h("article", { class: "repair-card", data: { plugin: plugin.id } },
    h("h3", {}, plugin.title, " ", h("span", { class: "chip" }, STATES[plugin.state] ?? plugin.state),
      plugin.enabled === (plugin.state === "disabled") && h("span", { class: "chip" }, plugin.enabled ? "On from the next start" : "Off from the next start")),
    plugin.reason && h("p", {}, plugin.reason.params.detail || plugin.reason.code),
    values.map((value) => {
      const key = value.field.split("/")[1] ?? "";
      return h("section", {}, key && h("h4", {}, key), facts(value),
        key && edit(`New value of ${key}`, value, (next) => patch({ config: { [key]: next } }), !manages || ["environment", "file"].includes(value.source)));
    }),
    manages && h("div", { class: "actions" },
      whole && button(null, "Forget its settings", async () => {
        if (!(await confirm(`Forget the settings of ${plugin.title}?`, "What was set in the pages is lost, and the defaults hold.", "Forget"))) return;
        await patch({ config: {} }).catch((error) => note(error.message, "bad"));
      }),
      button(null, plugin.enabled ? `Switch ${plugin.title} off` : `Switch ${plugin.title} on`,
        () => patch({ enabled: !plugin.enabled }).catch((error) => note(error.message, "bad")))));
}
