// What every page does with script. Without it, everything works; with it, nothing jumps.

import "./copy.js";
import "./keys.js";
import "./refresh.js";
import "./swift.js";
