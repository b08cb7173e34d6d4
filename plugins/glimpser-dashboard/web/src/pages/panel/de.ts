export default {
  "The plugin that brought it was removed or switched off, or it is not for you to see.":
    "Das Plugin, das sie mitbrachte, wurde entfernt oder abgeschaltet, oder du darfst sie nicht sehen.",
} satisfies Record<string, string>;
