// What `ajv` and `ajv-formats` are to @jsonforms/core here. It checks values by generated code, which the hub's content
// policy forbids; the hub is the judge of values, and cheap checks are the browser's. See `state.ts`.

export default class NoAjv {
  constructor() {
    throw new Error("forms are not validated by generated code");
  }
}
