// What is broken, and putting it right: plugins that failed, and values that are not allowed. It needs no plugin.

import { get, send } from "./api.js";
import { confirm } from "./dialog.js";
import { button, fill, h, note } from "./dom.js";
import { Field, form } from "./form.js";
import { speak, t } from "./words.js";

const STATES = {
  running: "Running", starting: "Starting", disabled: "Off", blocked: "Blocked", incompatible: "Does not fit", stopped: "Stopped",
  import_error: "Broken", config_error: "Misconfigured", migration_error: "Its tables failed", setup_retry: "Not ready yet",
  degraded: "Running in part",
};
const SOURCES = { environment: "from the environment", file: "from the file", database: "set in the pages", default: "by default" };

/** What a JSON Schema allows, in words. */
function allowed(schema) {
  const range = [
    schema.minimum !== undefined && t("at least {0}", schema.minimum),
    schema.exclusiveMinimum !== undefined && t("more than {0}", schema.exclusiveMinimum),
    schema.maximum !== undefined && t("at most {0}", schema.maximum),
    schema.minLength !== undefined && t("at least {0} characters", schema.minLength),
    schema.maxLength !== undefined && t("at most {0} characters", schema.maxLength),
  ].filter(Boolean).join(", ");
  const kind = { integer: "a whole number", number: "a number", boolean: "yes or no", string: "a text" }[schema.type] ?? "";
  const words = schema.enum ? t("one of {0}", schema.enum.join(", ")) : [kind && t(kind), range].filter(Boolean).join(", ");
  return [words && t("Allowed: {0}.", words), schema.description].filter(Boolean).join(" ");
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
  speak(app.me.language);
  const body = h("div", { class: "repair" });
  const node = h("section", { class: "repair" }, h("h1", {}, t("Repair")), body);
  const draw = () => load(app, body, draw).catch((error) => fill(body, h("p", { class: "wrong", role: "alert" }, error.message)));
  draw();
  return { title: t("Repair"), language: app.me.language, node };
}

async function load(app, body, again) {
  if (!app.can("plugins.view")) {
    fill(body, h("p", {}, t("This is for those who see plugins. Ask who runs this hub.")));
    return;
  }
  const [broken, plugins] = await Promise.all([get("api/repair"), get("api/plugins")]);
  const values = new Map(broken.plugins.map((plugin) => [plugin.id, plugin.values]));
  const bad = plugins.filter((plugin) => values.has(plugin.id) || !["running", "disabled"].includes(plugin.state));
  const others = plugins.filter((plugin) => !bad.includes(plugin));
  fill(body,
    broken.safe
      ? h("p", { class: "notice" }, t("The hub runs in safe mode: plugins of others are not loaded, and the built-in pages are shown. Put right what is broken, then start it without --safe."))
      : h("p", { class: "muted" }, t("What cannot be used, why, and how to put it right. Changes to plugins hold from the next start of the hub.")),
    !broken.settings.length && !bad.length && h("p", { role: "status" }, t("Nothing is broken.")),
    broken.settings.length > 0 && h("h2", {}, t("Settings that are not used")),
    broken.settings.map((value) => setting(app, value, again)),
    bad.length > 0 && h("h2", {}, t("Plugins that do not work")),
    bad.map((plugin) => card(app, plugin, values.get(plugin.id) ?? [], again)),
    h("h2", {}, t("Other plugins")),
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
    h("p", {}, t("It is"), " ", h("code", {}, shown(value)), `, ${t(SOURCES[source])}${where ? ` (${where})` : ""}.`),
    h("p", { class: "hint" }, allowed(schema)),
  ];
}

/** A form that takes another value. `change(value)`: null takes it away. */
function edit(label, value, change, locked) {
  if (locked) return h("p", { class: "hint" }, t("Change it there; it cannot be changed from here."));
  const { schema } = value;
  const options = schema.enum?.map((one) => [one, one]);
  const field = new Field(label, value.field, options ? { options } : { maxlength: 2000, value: shown(value.value) });
  const buttons = h("div", { class: "actions" },
    button(null, t("Use the default"), () => change(null).catch((error) => note(error.message, "bad"))),
    Object.keys(schema).length > 0 && button(null, t("Save"), null, { kind: "primary", type: "submit" }));
  return Object.keys(schema).length > 0 ? form([field], buttons, () => change(typed(field.value, schema))) : buttons;
}

function setting(app, value, again) {
  const key = value.field.slice(1);
  const change = (next) => act(() => send("PATCH", "api/settings", { [key]: next }, { media: "application/merge-patch+json" }), t("It holds from now on."), again);
  return h("article", { class: "repair-card" }, h("h3", {}, key), facts(value), edit(t("New value of {0}", key), value, change, !app.can("settings.change")));
}

function card(app, plugin, values, again) {
  const manages = app.can("plugins.manage");
  const patch = (body) => act(() => send("PATCH", `api/plugins/${plugin.id}`, body, { match: "*" }), t("It holds from the next start of the hub."), again);
  const whole = values.some(({ field }) => !field);
  return h("article", { class: "repair-card", data: { plugin: plugin.id } },
    h("h3", {}, plugin.title, " ", h("span", { class: "chip" }, t(STATES[plugin.state] ?? plugin.state)),
      plugin.enabled === (plugin.state === "disabled") && h("span", { class: "chip" }, plugin.enabled ? t("On from the next start") : t("Off from the next start"))),
    plugin.reason && h("p", {}, plugin.reason.params.detail || plugin.reason.code),
    values.map((value) => {
      const key = value.field.split("/")[1] ?? "";
      return h("section", {}, key && h("h4", {}, key), facts(value),
        key && edit(t("New value of {0}", key), value, (next) => patch({ config: { [key]: next } }), !manages || ["environment", "file"].includes(value.source)));
    }),
    manages && h("div", { class: "actions" },
      whole && button(null, t("Forget its settings"), async () => {
        if (!(await confirm(t("Forget the settings of {0}?", plugin.title), t("What was set in the pages is lost, and the defaults hold."), t("Forget")))) return;
        await patch({ config: {} }).catch((error) => note(error.message, "bad"));
      }),
      button(null, t(plugin.enabled ? "Switch {0} off" : "Switch {0} on", plugin.title),
        () => patch({ enabled: !plugin.enabled }).catch((error) => note(error.message, "bad")))));
}
