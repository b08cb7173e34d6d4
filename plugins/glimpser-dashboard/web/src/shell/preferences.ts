// What the signed-in person chose: their language, theme and time zone.

import { setLanguage } from "../locale/index.js";
import { session } from "../state/session.js";
import { theme } from "../theme/theme.js";
import { setZone } from "../ui/format.js";

/** The account's theme that was put on last: whatever else is new about the account, a choice in the header stays. */
let worn: string | null = null;

session.subscribe(() => {
  const { me } = session;
  if (!me) {
    worn = null;
    return;
  }
  setZone(me.timezone);
  if (me.theme && me.theme !== worn) theme.choose(me.theme);
  worn = me.theme;
  void setLanguage(me.language);
});
