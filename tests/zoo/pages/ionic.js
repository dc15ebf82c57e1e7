// Ionic, "Toggle": <ion-toggle>Label</ion-toggle> in an ion-item of an ion-list. The element itself has role=switch
// and is named by a part of its shadow root; the track is in there. The page scrolls inside ion-content, not as
// a document, and the switches are below the fold.
import "@ionic/core/css/core.css";
import { initialize } from "@ionic/core/components";
import { draw } from "./common/elements.js";
import * as app from "@ionic/core/components/ion-app.js";
import * as checkbox from "@ionic/core/components/ion-checkbox.js";
import * as content from "@ionic/core/components/ion-content.js";
import * as header from "@ionic/core/components/ion-header.js";
import * as item from "@ionic/core/components/ion-item.js";
import * as list from "@ionic/core/components/ion-list.js";
import * as toggle from "@ionic/core/components/ion-toggle.js";
import * as toolbar from "@ionic/core/components/ion-toolbar.js";

initialize();
for (const element of [app, checkbox, content, header, item, list, toggle, toolbar]) element.defineCustomElement();

const siteHeader = document.querySelector("body > header");
const siteMain = document.querySelector("body > main");
const root = document.createElement("ion-app");
root.innerHTML = "<ion-header><ion-toolbar></ion-toolbar></ion-header><ion-content></ion-content>";
document.body.append(root);
root.querySelector("ion-toolbar").append(siteHeader);
root.querySelector("ion-content").append(siteMain);
const about = document.createElement("section");
about.innerHTML = "<h2>About your data</h2>" + "<p>What you write, and what others write about you.</p>".repeat(30);
siteMain.insertBefore(about, document.getElementById("app"));

const place = document.createElement("ion-list");
document.getElementById("app").replaceChildren(place);
draw({
  root: place,
  selector: "ion-toggle, ion-checkbox",
  events: ["ionChange"],
  states: ["checked"],
  markup: (s) => {
    const tag = s.kind === "switch" ? "ion-toggle" : "ion-checkbox";
    return `<ion-item><${tag} ${s.on ? 'checked="true"' : ""} ${s.disabled ? 'disabled="true"' : ""}>${s.label}</${tag}></ion-item>`;
  },
});
