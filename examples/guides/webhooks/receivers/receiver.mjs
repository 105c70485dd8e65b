import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = process.env.WEBHOOK_SECRET ?? "";
const seen = new Set();

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk) < 1000 || request.destroy());
  request.on("end", () => {
    const body = Buffer.concat(chunks);
    const digest = Buffer.from(createHmac("sha256", secret).update(body).digest("hex"));
    const signature = Buffer.from(request.headers["x-wawp-signature"] ?? "");
    const signed = secret && digest.length === signature.length && timingSafeEqual(digest, signature);
    response.writeHead(signed ? 204 : 401).end(); // does not wait for the work
    if (signed) handle(JSON.parse(body));
  });
}).listen(process.env.PORT, "127.0.0.1");

function handle(event) {
  if (seen.has(event.id)) return;
  if (seen.add(event.id).size > 10_000) seen.delete(seen.values().next().value);
  console.log(event.event, event.id);
}
