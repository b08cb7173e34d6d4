// Second factors, and proving again who one is.

import { at, send } from "./api.js";
import { button, fill, h } from "./dom.js";
import { dialog } from "./dialog.js";
import { Field, form } from "./form.js";
import { t } from "./words.js";

function codeField(hint = "") {
  return new Field(t("Code"), "/code",
    { required: true, autocomplete: "one-time-code", maxlength: 64, autocapitalize: "none" }, hint);
}

/** The second step of signing in; `done` is called when it is. */
export function codeStep(challenge, done) {
  const code = codeField(t("Of your authenticator app, or a recovery code."));
  const trust = new Field("Trust this browser for 30 days", "/trust_device", { type: "checkbox" });
  const go = button(null, "Continue", null, { kind: "primary wide", type: "submit" });
  return [
    h("h1", {}, "One more step"),
    form([code, trust], go, async () => {
      const body = { challenge, code: code.value.trim(), trust_device: trust.input.checked };
      await send("POST", "api/auth/mfa/verify", body);
      done();
    }),
    h("p", {}, h("a", { href: at("login") }, "Begin again")),
  ];
}

/** Ask for a proof of who one is. Gives whether there was one. */
export function askForProof(ways = []) {
  return new Promise((answer) => {
    let proved = false;
    const coded = ways.find((way) => way !== "password" && way !== "provider");
    const password = ways.includes("password") && new Field(t("Password"), "/password",
      { type: "password", autocomplete: "current-password", maxlength: 1024 }, coded ? t("Or a code:") : "");
    const code = coded && codeField();
    const fields = [password, code].filter(Boolean);
    const go = button(null, t("Continue"), null, { kind: "primary wide", type: "submit" });
    const children = fields.length
      ? form(fields, go, async () => {
        const body = password && password.value ? { password: password.value } : { code: code ? code.value.trim() : "" };
        await send("POST", "api/auth/step-up", body);
        proved = true;
        close();
      }, { needs: () => (code && code.value ? [] : fields.slice(0, 1)) })
      : h("p", {}, t("Sign out, and sign in at your provider again."));
    const { node, close } = dialog(t("Is it still you?"), [
      h("p", {}, t("This needs a proof that is not older than five minutes.")), children,
    ], { closed: () => answer(proved) });
    node.querySelector("input")?.focus();
  });
}

/** One's own second factor. */
export function securityPage(app) {
  const body = h("div", {});
  const node = h("section", { class: "door" }, body);
  overview(app, body);
  return { title: "Security", node };
}

function overview(app, body, message = "") {
  const { me } = app;
  const act = (words, work, kind = "primary wide") => form([], button(null, words, null, { kind, type: "submit" }), work);
  fill(body,
    h("h1", {}, "Second factor"),
    message && h("p", { role: "status" }, message),
    h("p", {}, me.factor
      ? "Signing in needs a code of your authenticator app beside the password."
      : me.factor_needed
        ? "Your account needs a second factor. Set up an authenticator app to go on."
        : "Signing in needs the password alone. An authenticator app makes a stolen one worth nothing."),
    act(me.factor ? "Set up another app" : "Set up an authenticator app", async () => {
      enrol(app, body, await send("POST", "api/me/totp"));
    }),
    me.factor && act("New recovery codes", async () => {
      const { recovery_codes } = await send("POST", "api/me/totp/recovery-codes");
      codes(app, body, recovery_codes);
    }, "wide"),
    me.factor && act("Switch it off", async () => {
      await send("DELETE", "api/me/totp");
      await app.refreshMe();
      overview(app, body, "Switched off.");
    }, "danger wide"));
}

function enrol(app, body, begun) {
  const code = codeField("That the app shows now.");
  const go = button(null, "Finish", null, { kind: "primary wide", type: "submit" });
  fill(body,
    h("h1", {}, "Scan this"),
    h("img", { src: `data:image/svg+xml,${encodeURIComponent(begun.qr_svg)}`, alt: "QR code for the app", width: 240, height: 240 }),
    h("p", {}, "Or type this into the app:"), h("pre", { class: "secret" }, begun.secret.match(/.{1,4}/g).join(" ")),
    form([code], go, async () => {
      const { recovery_codes } = await send("POST", "api/auth/mfa/verify", { code: code.value.trim() });
      await app.refreshMe();
      codes(app, body, recovery_codes);
    }));
  code.input.focus();
}

function codes(app, body, list) {
  fill(body,
    h("h1", {}, "Keep these"),
    h("p", {}, "Each of these codes signs you in once when the app is lost. They are shown this once."),
    h("pre", { class: "secret" }, list.join("\n")),
    h("p", {}, h("a", { href: at(""), class: "button primary wide" }, "I have kept them")));
}
