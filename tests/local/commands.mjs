// Commands for the operations that a package of AWS does not know yet, made from the service model. The package's own client sends them:
// it finds the endpoint, writes the body, signs, and reads answers and errors, as for the commands that come with it.
import { readFileSync } from "node:fs";

import { makeBuilder } from "@smithy/core/client";
import { getEndpointPlugin } from "@smithy/core/endpoints";

const TYPES = { string: 0, integer: 1, long: 1, float: 1, boolean: 2, timestamp: 4 };

// The class of the command for an operation of a service.
export function commandOf(service, operation, sdk) {
  const folder = new URL("../../crates/ivs-model/api/", import.meta.url);
  const model = JSON.parse(readFileSync(new URL(`${service}.json`, folder)));
  const { method, uri, status, input, output } = model.operations[operation];
  // Any command of the package tells the namespace of its shapes and what its endpoint depends on.
  const [, namespace] = new sdk.ListTagsForResourceCommand({}).schema;
  const shape = (name) => (name ? () => schemaOf(name, model.shapes, namespace) : () => "unit");
  const schema = [9, namespace, operation, { http: [method, uri, status] }, shape(input), shape(output)];
  const endpoint = sdk.ListTagsForResourceCommand.getEndpointParameterInstructions();
  return makeBuilder(endpoint, service, "Client", getEndpointPlugin)({}, () => [], operation, schema);
}

// A shape, in the form that the packages have theirs in.
function schemaOf(name, shapes, namespace) {
  const shape = shapes[name];
  const of = (part) => schemaOf(part, shapes, namespace);
  if (shape.type === "list") return [1, namespace, name, 0, of(shape.member)];
  if (shape.type === "map") return [2, namespace, name, 0, of(shape.key), of(shape.value)];
  if (shape.type !== "structure") return TYPES[shape.type];
  // Those that are required come first, and their number at the end.
  const required = shape.required ?? [];
  const members = [...required, ...Object.keys(shape.members).filter((member) => !required.includes(member))];
  return [3, namespace, name, 0, members, members.map((member) => of(shape.members[member])), required.length];
}
