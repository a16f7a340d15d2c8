// Evaluates faults as columns of bits, with nothing but swapin's .proto files.
//
// usage: node columns.mjs ADDRESS KERNEL PROTO_DIR... < faults.jsonl
//
// A line is an object of facts by name, such as {"folio.ksm": false, "folio.writeback": null};
// a fact that is null or not there is unknown. Prints a line for each fault: its outcomes.
import { createInterface } from "node:readline";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const MOST = 1 << 16; // Faults a call; the server takes up to 1 << 20.

const [address, release, ...includeDirs] = process.argv.slice(2);
const definition = protoLoader.loadSync("swapin/v1/evaluation_service.proto", {
  includeDirs,
  keepCase: true,
});
const { EvaluationService } = grpc.loadPackageDefinition(definition).swapin.v1;
const client = new EvaluationService(address, grpc.credentials.createInsecure());

const set = (bits, i) => (bits[i >> 3] |= 1 << (i & 7));
const isSet = (bits, i) => (bits[i >> 3] >> (i & 7)) & 1;

// One column a fact: where it is yes, and where it is known.
function pack(rows) {
  const size = (rows.length + 7) >> 3;
  const columns = new Map();
  rows.forEach((row, i) => {
    for (const [fact, value] of Object.entries(row)) {
      if (value === null) continue;
      if (!columns.has(fact)) {
        columns.set(fact, { fact, values: Buffer.alloc(size), known: Buffer.alloc(size) });
      }
      set(columns.get(fact).known, i);
      if (value) set(columns.get(fact).values, i);
    }
  });
  return [...columns.values()];
}

// For each fault the value whose column has its bit; none if the fault is impossible.
function unpack(response, count) {
  const rows = Array.from({ length: count }, () => ({}));
  for (const { outcome, values } of response.outcomes) {
    for (const { value, faults } of values) {
      rows.forEach((row, i) => isSet(faults, i) && (row[outcome] = value));
    }
  }
  return rows.map((row, i) => (isSet(response.impossible, i) ? { impossible: true } : row));
}

function evaluate(rows) {
  const request = { common: { kernel: { release } }, faults: rows.length, columns: pack(rows) };
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + 60_000;
    client.EvaluateColumns(request, new grpc.Metadata(), { deadline }, (error, response) =>
      error ? reject(error) : resolve(unpack(response, rows.length)),
    );
  });
}

const print = (rows) => process.stdout.write(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));

let waiting = [];
for await (const line of createInterface({ input: process.stdin })) {
  waiting.push(JSON.parse(line));
  if (waiting.length === MOST) print(await evaluate(waiting.splice(0)));
}
if (waiting.length) print(await evaluate(waiting));
client.close();
