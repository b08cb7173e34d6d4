// What the hub says, by language and by its English. A language's own chunk puts its texts here.

export const known = new Map<string, Record<string, string>>();
