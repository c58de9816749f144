// Starts what the page holds. The one script a template names:
//   <script type="module" src="{% static 'shuangkong/js/main.js' %}"></script>
// Without it every page still reads, sends and prints. Parts brought by HTMX are started as they arrive.

import { start as startAsOf } from "./asof.js";
import { start as startCharts } from "./charts.js";
import { start as startDoors } from "./doors.js";
import { start as startGrids } from "./grid.js";
import { start as startKeys } from "./keys.js";
import { start as startOnce } from "./once.js";
import { start as startSession } from "./session.js";
import { start as startTables } from "./tables.js";
import { start as startWall } from "./wall.js";

const PARTS = [startAsOf, startCharts, startDoors, startGrids, startKeys, startOnce, startSession, startTables, startWall];
const start = (root) => PARTS.forEach((part) => part(root));

start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt || event.target));
document.documentElement.dataset.skReady = "1";
