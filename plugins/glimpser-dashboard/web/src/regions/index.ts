// The module of the panel: glimpser_dashboard/static/regions.js.

import "./editor.js";
