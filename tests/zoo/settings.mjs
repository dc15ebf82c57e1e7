// What every page of the zoo offers: one switch that a scenario names, and others that look almost like it.
// The server keeps their states, the pages draw them, the runner asks for the target.

export const target = "train";

export const settings = [
  { id: "ads", kind: "switch", on: true, label: "Use my data for personalising ads" },
  // the target's name and more
  { id: "partners", kind: "switch", on: true, label: "Use my data for training content creation AI models with partners" },
  // the same words in other order
  { id: "order", kind: "switch", on: false, label: "Use content creation AI models for training my data" },
  { id: target, kind: "switch", on: true, label: "Use my data for training content creation AI models" },
  // on and cannot be moved
  { id: "work", kind: "switch", on: true, disabled: true, label: "Use my data for training content creation AI models at work" },
  // the target's name inside a longer one, and the other way round
  { id: "not", kind: "switch", on: false, label: "Do not use my data for training content creation AI models" },
  { id: "digest", kind: "checkbox", on: true, label: "Tell me about training content creation AI models with my data" },
];

// A link with exactly the text of the target is above the switches on each page.
export const linkText = settings.find((s) => s.id === target).label;
