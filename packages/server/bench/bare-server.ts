import { createServer } from "node:http";

// The yardstick: what Node itself can do on this machine when it parses the same JSON and replies with a
// constant. A request may say how long the reply is that it wants; otherwise it is the one that the program
// was started with.
const constant = process.argv[2] ?? "{}";
const LONGEST = 1_000_000;
const filler = Buffer.alloc(LONGEST, "0");
const server = createServer((request, response) => {
	const chunks: Buffer[] = [];
	request.on("data", (chunk: Buffer) => chunks.push(chunk));
	request.on("end", () => {
		if (chunks.length > 0) JSON.parse(Buffer.concat(chunks).toString("utf8"));
		const wanted = request.headers["x-reply-bytes"];
		response.writeHead(200, { "content-type": "application/json" });
		response.end(wanted ? filler.subarray(0, Math.min(LONGEST, Number(wanted))) : constant);
	});
});
server.keepAliveTimeout = 75_000;
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	if (address && typeof address === "object") console.log(`listening ${address.port}`);
});
