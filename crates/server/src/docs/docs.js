// Shows /openapi.json: every operation with its parameters, body and answers, and every schema.
// Text from the document only ever becomes text nodes.
"use strict";

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

// `code` in backticks becomes code; everything else stays text.
const words = (text) =>
  (text ?? "").split("`").map((part, n) => (n % 2 ? make("code", {}, part) : part));

const nameOf = (ref) => ref.split("/").pop();

const typeOf = (schema) => {
  if (!schema) return ["anything"];
  if (schema.$ref) return [make("a", { href: "#schema-" + nameOf(schema.$ref) }, nameOf(schema.$ref))];
  const many = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (many) return many.flatMap((one, n) => (n ? [" or ", ...typeOf(one)] : typeOf(one)));
  const type = [schema.type ?? "anything"].flat().join(" or ");
  if (type.includes("array")) return ["list of ", ...typeOf(schema.items)];
  if (schema.enum) return schema.enum.flatMap((value, n) => [n ? ", " : "", make("code", {}, String(value))]);
  if (type.includes("object") && typeof schema.additionalProperties === "object")
    return ["map of ", ...typeOf(schema.additionalProperties)];
  return [schema.format ? `${type} (${schema.format})` : type];
};

const table = (headings, rows) =>
  make("table", {},
    make("thead", {}, make("tr", {}, ...headings.map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...rows.map((cells) => make("tr", {}, ...cells.map((cell) => make("td", {}, ...[cell].flat()))))));

const fields = (schema) =>
  table(["Field", "Type", "Meaning"], Object.entries(schema.properties ?? {}).map(([name, field]) => [
    [make("code", {}, name), (schema.required ?? []).includes(name) ? null : make("span", { class: "needed" }, " optional")].filter(Boolean),
    typeOf(field),
    words(field.description),
  ]));

const showOperation = (path, verb, operation) => {
  const id = operation.operationId;
  const section = make("section", { class: "operation", id, "aria-labelledby": id + "-title" },
    make("h3", { id: id + "-title" }, make("span", { class: "verb " + verb }, verb.toUpperCase()), make("code", {}, path)),
    make("p", { class: "id" }, id),
    make("p", {}, ...words([operation.summary, operation.description].filter(Boolean).join("\n\n"))));
  const parameters = operation.parameters ?? [];
  if (parameters.length)
    section.append(make("h4", {}, "Parameters"), table(["Name", "Where", "Type", "Meaning"], parameters.map((p) =>
      [make("code", {}, p.name), p.in, typeOf(p.schema), words(p.description)])));
  for (const [media, body] of Object.entries(operation.requestBody?.content ?? {}))
    section.append(make("h4", {}, "Body"), make("p", {}, make("code", {}, media), " ", ...typeOf(body.schema)));
  section.append(make("h4", {}, "Answers"), table(["Status", "Meaning", "Body"],
    Object.entries(operation.responses ?? {}).map(([status, answer]) => [
      make("code", {}, status), words(answer.description),
      Object.entries(answer.content ?? {}).flatMap(([media, body], n) => [n ? ", " : "", ...typeOf(body.schema), ` (${media})`]),
    ])));
  return section;
};

const show = (api) => {
  document.getElementById("about").append(
    ...(api.info.description ?? "").split("\n\n").map((text) => make("p", {}, ...words(text))),
    make("p", {}, make("a", { href: "/openapi.json" }, "openapi.json"), `, version ${api.info.version}`));
  const tags = new Map((api.tags ?? []).map((tag) => [tag.name, { about: tag.description, all: [] }]));
  for (const [path, item] of Object.entries(api.paths))
    for (const verb of ["get", "post"]) {
      const operation = item[verb];
      if (!operation) continue;
      const tag = (operation.tags ?? ["other"])[0];
      if (!tags.has(tag)) tags.set(tag, { about: "", all: [] });
      tags.get(tag).all.push([path, verb, operation]);
    }
  const list = document.getElementById("operations");
  const index = document.getElementById("index");
  for (const [name, tag] of tags) {
    list.append(make("h2", {}, name), make("p", {}, tag.about ?? ""));
    const links = make("ul");
    for (const [path, verb, operation] of tag.all) {
      list.append(showOperation(path, verb, operation));
      links.append(make("li", {}, make("a", { href: "#" + operation.operationId }, operation.operationId)));
    }
    index.append(make("h2", {}, name), links);
  }
  for (const [name, schema] of Object.entries(api.components?.schemas ?? {}))
    document.getElementById("schemas").append(
      make("details", { id: "schema-" + name }, make("summary", {}, name),
        make("p", {}, ...words(schema.description)),
        schema.properties ? fields(schema) : make("p", {}, ...typeOf(schema))));
};

const open = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.tagName === "DETAILS") target.open = true;
  target?.scrollIntoView();
};

const find = (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  for (const section of document.querySelectorAll("section.operation"))
    section.hidden = !section.textContent.toLowerCase().includes(wanted);
};

document.getElementById("filter").addEventListener("input", find);
addEventListener("hashchange", open);
fetch("/openapi.json").then((answer) => answer.json()).then(show).then(open).catch((error) => {
  document.getElementById("operations").append(make("p", { role: "alert" }, `The document could not be read: ${error}`));
});
