// GOV.UK Frontend, "Radios / Inline radios": each setting is a question with Yes and No; the legend asks it. The native
// radios are transparent, and are drawn by their labels. The checkbox is built in the same way.
import "govuk-frontend/dist/govuk/govuk-frontend.min.css";
import { load, save } from "./common/api.js";

const radio = (s, word, chosen) => `<div class="govuk-radios__item">
  <input class="govuk-radios__input" id="${s.id}-${word}" name="${s.id}" type="radio" value="${word.toLowerCase()}" ${chosen ? "checked" : ""} ${s.disabled ? "disabled" : ""}>
  <label class="govuk-label govuk-radios__label" for="${s.id}-${word}">${word}</label></div>`;
const question = (s) => `<div class="govuk-form-group"><fieldset class="govuk-fieldset">
  <legend class="govuk-fieldset__legend">${s.label}</legend>
  <div class="govuk-radios govuk-radios--inline">${radio(s, "Yes", s.on)}${radio(s, "No", !s.on)}</div></fieldset></div>`;
const box = (s) => `<div class="govuk-checkboxes"><div class="govuk-checkboxes__item">
  <input class="govuk-checkboxes__input" id="${s.id}" name="${s.id}" type="checkbox" ${s.on ? "checked" : ""}>
  <label class="govuk-label govuk-checkboxes__label" for="${s.id}">${s.label}</label></div></div>`;

const list = await load();
const app = document.getElementById("app");
app.innerHTML = list.map((s) => (s.kind === "switch" ? question(s) : box(s))).join("\n");
app.addEventListener("change", ({ target }) => save(target.name, target.type === "radio" ? target.value === "yes" : target.checked));
