// Copying texts. Without TLS browsers give no clipboard to pages; what is marked can be copied nevertheless.

import { msg } from "@lit/localize";
import { toast } from "../state/toasts.js";

/** Copy a text; `mark` selects it where it stands on the page. Gives whether it is in the clipboard. */
export async function copy(text: string, mark?: () => void): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    mark?.();
    return mark !== undefined && document.execCommand("copy");
  }
}

/** Copy a link and say so. Where that cannot be, it stays marked, or is shown if it stands nowhere. */
export async function copyLink(link: string, mark?: () => void): Promise<void> {
  if (await copy(link, mark)) toast(msg("The link is copied."), "good");
  else if (!mark) toast(link);
}
