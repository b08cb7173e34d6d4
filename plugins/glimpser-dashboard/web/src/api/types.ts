// Names for the schemas of the API that many modules use.

import type { components } from "./schema.js";

type Schemas = components["schemas"];
export type Activity = Schemas["ActivityOut"];
export type Capabilities = Schemas["CapabilitiesOut"];
export type Event = Schemas["EventOut"];
export type EventType = Schemas["EventTypeOut"];
export type Me = Schemas["Me"];
export type Panel = Schemas["PanelOut"];
export type Reason = Schemas["ReasonOut"];
export type Stream = Schemas["StreamOut"];
