// When something ends that was chosen as a number of days from now.

const DAY = 86_400_000;

/** Days from now as the API wants a moment; "" = never. */
export function ends(days: string): string | null {
  return days ? new Date(Date.now() + Number(days) * DAY).toISOString() : null;
}

/** A moment of `<input type="datetime-local">`, in the browser's zone; null when it is none. */
export function moment(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}
