// Asks a server with nothing but the shipped .proto files.
//
// usage: node client.mjs ADDRESS PROTO_DIR... < request.json
//
// Reads {"fault": …, "faults": […], "depth": "DEPTH_…"}: the proto3 JSON form.
// Prints {"unary": …, "stream": […], "refused": {…}}.
import { readFileSync } from "node:fs";
import grpc from "@grpc/grpc-js";
import protoLoader from "@grpc/proto-loader";

const [address, ...includeDirs] = process.argv.slice(2);
const { fault, faults, depth } = JSON.parse(readFileSync(0, "utf8"));

const definition = protoLoader.loadSync("swapin/v1/evaluation_service.proto", {
  includeDirs,
  keepCase: true,
  enums: String,
  longs: Number,
  oneofs: true,
});
const { EvaluationService } = grpc.loadPackageDefinition(definition).swapin.v1;
const client = new EvaluationService(address, grpc.credentials.createInsecure());
const deadline = () => ({ deadline: Date.now() + 60_000 });

const evaluate = (request) =>
  new Promise((resolve, reject) => {
    client.EvaluateFault(request, new grpc.Metadata(), deadline(), (error, response) =>
      error ? reject(error) : resolve(response),
    );
  });

const unary = (await evaluate({ fault, depth })).verdict;

const stream = await new Promise((resolve, reject) => {
  const results = [];
  const call = client.StreamEvaluateFaults(new grpc.Metadata(), deadline());
  call.on("data", (response) => results.push(...response.results));
  call.on("error", reject);
  call.on("end", () => resolve(results));
  for (const one of faults) call.write({ faults: [one], depth });
  call.end();
});

const refused = await evaluate({ fault: {}, depth }).catch((error) => ({
  code: grpc.status[error.code],
  details: error.metadata.get("grpc-status-details-bin").map((raw) => raw.toString("base64")),
}));

client.close();
process.stdout.write(
  JSON.stringify({
    unary,
    stream: stream.map((result) => ({ kind: result.result, verdict: result.verdict })),
    refused,
  }),
);
