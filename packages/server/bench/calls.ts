import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { quantile } from "./statistics.ts";

/** What students ask for; each is a row of the table. */
const KINDS = [
	"start",
	"events",
	"questions",
	"answer",
	"draft",
	"twenty answers",
	"resume",
	"hand-off",
	"redeem",
	"complete",
	"scores",
] as const;
export type Kind = (typeof KINDS)[number];

type Call = { kind: Kind; method: "GET" | "POST"; path: string; body?: object };

/** Every this-manieth request is also sent to the bare server. */
const TWIN_EVERY = 4;

const PATIENCE_MS = 30_000;

/** Sends requests and keeps how long each took, beside the same request to a server that does nothing. */
export function createCalls(base: string, bare: string) {
	const agent = new Agent({ keepAlive: true });
	const took = new Map(KINDS.map((kind) => [kind, { ours: [] as number[], bare: [] as number[] }]));
	const problems = new Map<string, number>();
	let isMeasuring = false;
	let sent = 0;

	/** Something that should not be. */
	function note(problem: string): void {
		problems.set(problem, (problems.get(problem) ?? 0) + 1);
	}

	/** @returns null when the reply was no success, which is noted */
	async function call<Reply>({ kind, method, path, body }: Call): Promise<Reply | null> {
		const text = body && JSON.stringify(body);
		const began = performance.now();
		try {
			const reply = await exchange(agent, `${base}${path}`, method, text, {});
			const ours = performance.now() - began;
			if (isMeasuring) took.get(kind)?.ours.push(ours);
			if (reply.status >= 300) {
				note(`${kind}: ${reply.status} ${reply.text.slice(0, 200)}`);
				return null;
			}
			sent += 1;
			if (isMeasuring && sent % TWIN_EVERY === 0) await twin(kind, method, text, reply.text.length);
			return JSON.parse(reply.text) as Reply;
		} catch (error) {
			note(`${kind}: ${error instanceof Error ? error.message : error}`);
			return null;
		}
	}

	async function twin(kind: Kind, method: string, text: string | undefined, bytes: number): Promise<void> {
		const began = performance.now();
		await exchange(agent, `${bare}/`, method, text, { "x-reply-bytes": String(bytes) });
		took.get(kind)?.bare.push(performance.now() - began);
	}

	/** Listens as a page does, until told to end; reads what comes and throws it away. */
	async function listen(path: string): Promise<() => void> {
		const began = performance.now();
		return new Promise((resolve) => {
			let isOver = false;
			const listening = httpRequest(`${base}${path}`, { agent: false }, (response) => {
				if (isMeasuring) took.get("events")?.ours.push(performance.now() - began);
				if (response.statusCode !== 200) note(`events: ${response.statusCode}`);
				response.resume();
				response.on("close", () => {
					if (!isOver) note("events: the server ended the stream");
				});
				resolve(end);
			});
			const end = () => {
				isOver = true;
				listening.destroy();
			};
			listening.on("error", (error) => {
				if (!isOver) note(`events: ${error.message}`);
				resolve(end);
			});
			listening.end();
		});
	}

	return {
		call,
		listen,
		note,
		problems,
		startMeasuring() {
			isMeasuring = true;
		},
		/** One row a kind: how many, p50, p95, p99, longest; the same of the bare server; the ratio of the medians. */
		table: () =>
			[...took].map(([kind, { ours, bare }]) => ({
				kind,
				count: ours.length,
				ours: spread(ours),
				bare: bare.length > 0 ? spread(bare) : null,
			})),
		close: () => agent.destroy(),
	};
}

export type Calls = ReturnType<typeof createCalls>;
export type Spread = { p50: number; p95: number; p99: number; max: number };

function spread(times: readonly number[]): Spread {
	const at = (p: number) => quantile(times, p);
	return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

async function exchange(
	agent: Agent,
	url: string,
	method: string,
	text: string | undefined,
	headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
	const response = await new Promise<IncomingMessage>((resolve, reject) => {
		const sending = httpRequest(url, {
			agent,
			method,
			timeout: PATIENCE_MS,
			headers: { ...headers, ...(text !== undefined && { "content-type": "application/json" }) },
		});
		sending.on("response", resolve);
		sending.on("error", reject);
		sending.on("timeout", () => sending.destroy(new Error("no reply in time")));
		sending.end(text);
	});
	response.setEncoding("utf8");
	let received = "";
	for await (const piece of response) received += piece;
	return { status: response.statusCode ?? 0, text: received };
}
