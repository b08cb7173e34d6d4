// What the signed-in person chose: their language, theme and time zone.

import { setLanguage } from "../locale/index.js";
import { session } from "../state/session.js";
import { theme } from "../theme/theme.js";
import { setZone } from "../ui/format.js";

session.subscribe(() => {
  const { me } = session;
  if (!me) return;
  setZone(me.timezone);
  if (me.theme) theme.choose(me.theme);
  void setLanguage(me.language);
});
