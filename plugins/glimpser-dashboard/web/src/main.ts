// Starts the pages.

import "./theme/theme.css";
import { setLanguage } from "./locale/index.js";
import "./shell/app.js";

void setLanguage(null);
