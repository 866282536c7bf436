import { createServer } from "node:http";

// The yardstick: what Node itself can do on this machine when it parses the same JSON and replies with a constant.
const reply = process.argv[2] ?? "{}";
const server = createServer((request, response) => {
	const chunks: Buffer[] = [];
	request.on("data", (chunk: Buffer) => chunks.push(chunk));
	request.on("end", () => {
		if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString("utf8"));
		response.writeHead(200, { "content-type": "application/json" });
		response.end(reply);
	});
});
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	if (address && typeof address === "object") console.log(`listening ${address.port}`);
});
