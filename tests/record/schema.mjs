// The part of JSON Schema 2020-12 that the report's schema uses. A keyword that is not known here is a fault, so that
// none is passed over.

const known = new Set(["$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum", "pattern", "minLength", "minimum",
  "required", "properties", "additionalProperties", "items", "uniqueItems", "oneOf", "if", "then", "else"]);

const typeOf = (value) => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const isType = (value, type) => (type === "integer" ? Number.isInteger(value) : typeOf(value) === type);

// Every way in which the value does not match, as text.
export function faultsOf(schema, value, root = schema, at = "") {
  const faults = [];
  const wrong = (text) => faults.push(`${at || "the whole"}: ${text}`);
  const sub = (part, inner, where) => faults.push(...faultsOf(part, inner, root, where));
  for (const key of Object.keys(schema)) if (!known.has(key)) wrong(`the schema's keyword ${key} is not known to the test`);
  if (schema.$ref) sub(schema.$ref.slice(2).split("/").reduce((o, k) => o[k], root), value, at);
  if (schema.type && ![schema.type].flat().some((t) => isType(value, t))) wrong(`it is ${typeOf(value)}, not ${schema.type}`);
  if ("const" in schema && value !== schema.const) wrong(`it is ${JSON.stringify(value)}, not ${schema.const}`);
  if (schema.enum && !schema.enum.includes(value)) wrong(`${JSON.stringify(value)} is none of the words`);
  if (typeof value === "string") {
    if (schema.pattern && !new RegExp(schema.pattern, "u").test(value)) wrong(`"${value}" does not match ${schema.pattern}`);
    if (schema.minLength && value.length < schema.minLength) wrong("it is too short");
  }
  if (typeof value === "number" && schema.minimum !== undefined && value < schema.minimum) wrong("it is too small");
  if (typeOf(value) === "object") {
    for (const key of schema.required ?? []) if (!(key in value)) wrong(`${key} is missing`);
    for (const [key, inner] of Object.entries(value)) {
      if (schema.properties?.[key]) sub(schema.properties[key], inner, `${at}.${key}`);
      else if (schema.additionalProperties === false) wrong(`${key} is one too many`);
      else if (typeof schema.additionalProperties === "object") sub(schema.additionalProperties, inner, `${at}.${key}`);
    }
  }
  if (Array.isArray(value)) {
    if (schema.items) value.forEach((inner, i) => sub(schema.items, inner, `${at}[${i}]`));
    if (schema.uniqueItems && new Set(value.map((v) => JSON.stringify(v))).size !== value.length) wrong("an item is there twice");
  }
  if (schema.oneOf) {
    const each = schema.oneOf.map((part) => faultsOf(part, value, root, at));
    if (each.filter((f) => !f.length).length !== 1) faults.push(...each.sort((a, b) => a.length - b.length)[0].slice(0, 3), `${at || "the whole"}: it matches not exactly one of ${each.length}`);
  }
  if (schema.if) {
    const part = faultsOf(schema.if, value, root, at).length ? schema.else : schema.then;
    if (part) sub(part, value, at);
  }
  return faults;
}
