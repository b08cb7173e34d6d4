// Why somebody could not be signed in, in words.

import { msg, str } from "@lit/localize";
import { Refused } from "../../api/errors.js";

/** Why a provider led back here without signing anybody in. */
export function whyNot(code: string): string {
  const words: Record<string, string> = {
    "auth.sso_expired": msg("This sign-in took too long, or began in another browser. Try again."),
    "auth.sso_refused": msg(
      "The provider's answer could not be accepted. Try again, or ask who runs this hub: its log says why.",
    ),
    "auth.sso_denied": msg("The provider did not sign you in."),
    "auth.sso_unknown": msg("You have no account here. Ask who runs this hub to link yours."),
    "auth.sso_no_role": msg("You have no role here. Ask who runs this hub which group it takes."),
    "auth.sso_name_taken": msg(
      "Somebody here is called as you are at the provider. Ask who runs this hub to link your account.",
    ),
    "auth.sso_bad_name": msg("Your name at the provider cannot be a name here. Ask who runs this hub for an account."),
    "auth.sso_unavailable": msg("The provider cannot be used right now. Try again later."),
    "auth.sso_not_fresh": msg("The provider did not ask you for a proof. Sign out there, and try again."),
    "auth.sso_other_user": msg("The provider signed in somebody else."),
    "auth.factor_unavailable": msg("Your second factor cannot be checked right now. Ask who runs this hub."),
    "auth.sso_taken": msg("This account of the provider belongs to another user here."),
  };
  return (Object.hasOwn(words, code) && words[code]) || msg("This sign-in did not work. Try again.");
}

/** A refusal after many failures, that says how long nothing is right. */
export function waitOf(error: unknown): unknown {
  if (!(error instanceof Refused) || error.code !== "auth.wrong" || !error.retryAfter) return error;
  const minutes = Math.ceil(error.retryAfter / 60);
  const wait =
    minutes > 90
      ? msg(str`${Math.round(minutes / 60)} hours`)
      : minutes === 1
        ? msg("1 minute")
        : msg(str`${minutes} minutes`);
  return new Refused(error.status, { code: error.code, detail: msg(str`Too many failures: try again in ${wait}.`) });
}
