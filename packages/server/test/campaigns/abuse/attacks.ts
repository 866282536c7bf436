import { randomUUID } from "node:crypto";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Question } from "../students/questions.ts";
import { type Client, createClient } from "./client.ts";

/** What the attackers do, one after another: each was shown to stop or fill the server before it had limits. */
export const ATTACKS = [
	"history",
	"reads",
	"drafts",
	"starts",
	"unknown-ids",
	"codes",
	"streams",
	"slow-bodies",
	"half-bodies",
	"connections",
] as const;
/** `nothing` is the control arm: the class alone. */
export type AttackName = (typeof ATTACKS)[number] | "nothing";

export type AttackerData = {
	base: string;
	attack: AttackName;
	address: string;
	questions: readonly Question[];
	seconds: number;
};

/** How many replies of each kind the attacker got. */
export type Replies = Record<string, number>;

type Means = {
	client: Client;
	base: string;
	address: string;
	questions: readonly Question[];
	isOver: () => boolean;
	count: (kind: string) => void;
};

const HANDS = 32;
const BATCH = 200;
const MIB = 1024 * 1024;

/** Attacks for as long as it is told to, as fast as it can, and never waits because it is told to. */
export async function attack({ base, attack, address, questions, seconds }: AttackerData): Promise<Replies> {
	const replies: Replies = {};
	const end = performance.now() + seconds * 1000;
	const means: Means = {
		client: createClient(base, address, HANDS),
		base,
		address,
		questions,
		isOver: () => performance.now() >= end,
		count: (kind) => {
			replies[kind] = (replies[kind] ?? 0) + 1;
		},
	};
	await DEEDS[attack](means);
	means.client.close();
	return replies;
}

const DEEDS: Readonly<Record<AttackName, (means: Means) => Promise<void>>> = {
	async nothing({ isOver }) {
		while (!isOver()) await sleep(100);
	},
	history: (means) => flood(means, () => writer(means)),
	async reads(means) {
		const write = await writer(means);
		for (let i = 0; i < 100 && !means.isOver(); i += 1) await write();
		const id = await start(means);
		await flood(means, async () => () => send(means, "GET", `/api/v2/session/${id ?? randomUUID()}`));
	},
	drafts: (means) => flood(means, () => lateDrafts(means)),
	starts: (means) => flood(means, async () => () => send(means, "POST", "/api/v2/session/start", {})),
	"unknown-ids": (means) =>
		flood(means, async (hand) => () => {
			const id = randomUUID();
			if (hand % 3 === 0) return send(means, "GET", `/api/v2/session/${id}/validate`);
			if (hand % 3 === 1) return send(means, "GET", `/api/v2/session/${id}`);
			return send(means, "GET", "/api/v2/session/current", undefined, { Cookie: `carhythm_session=${id}` });
		}),
	codes: (means) =>
		flood(means, async (hand) => {
			const id = await start(means);
			if (hand % 2 === 0) return () => send(means, "POST", `/api/v2/session/${id}/handoff`, {});
			return () => send(means, "POST", "/api/v2/session/handoff/redeem", { code: aCode() });
		}),
	async streams(means) {
		const id = await start(means);
		const lines = [`GET /api/v2/session/${id}/events HTTP/1.1`, "Host: attacked", "", ""];
		await hold(means, 3000, (socket) => socket.write(lines.join("\r\n")));
	},
	"slow-bodies": (means) =>
		hold(means, 400, (socket) => {
			socket.write(headOf(MIB - 1));
			const drip = setInterval(() => socket.write(" "), 1000);
			socket.once("close", () => clearInterval(drip));
		}),
	"half-bodies": (means) =>
		hold(means, 400, (socket) => {
			socket.write(headOf(MIB - 1));
			socket.write(" ".repeat(MIB - 2));
		}),
	connections: (means) => hold(means, 6000, () => {}),
};

/** Repeats what each hand does until time is over. */
async function flood(
	means: Means,
	prepare: (hand: number) => Promise<() => Promise<unknown>>,
): Promise<void> {
	await Promise.all(
		Array.from({ length: HANDS }, async (_, hand) => {
			const strike = await prepare(hand);
			while (!means.isOver()) await strike();
		}),
	);
}

async function send(means: Means, ...request: Parameters<Client["send"]>) {
	const reply = await means.client.send(...request);
	means.count(String(reply?.status ?? "cut"));
	return reply;
}

/** Null while no session is begun. */
async function start(means: Means): Promise<string | null> {
	const reply = await send(means, "POST", "/api/v2/session/start", {});
	return reply?.status === 200 ? String(reply.body["session_id"]) : null;
}

function operations(count: number, command: () => object) {
	const now = new Date().toISOString();
	return {
		sent_at: now,
		operations: Array.from({ length: count }, () => ({
			operation_id: randomUUID(),
			client_time: now,
			command: command(),
		})),
	};
}

function essayQuestion({ questions }: Means): Question {
	const found = questions.find(({ type }) => type === "essay");
	if (!found) throw new Error("The assessment asks for no essay.");
	return found;
}

/** Fills one session after another with the longest answers that their question takes. */
async function writer(means: Means): Promise<() => Promise<unknown>> {
	const { id: question_id, options } = essayQuestion(means);
	const text = "🌱".repeat(Number(options["char_limit"] ?? 20_000));
	let id = await start(means);
	return async () => {
		id ??= await start(means);
		const command = () => ({ kind: "answer", question_id, answer: { type: "essay", text } });
		const reply = await send(
			means,
			"POST",
			`/api/v2/session/${id ?? randomUUID()}/sync`,
			operations(BATCH, command),
		);
		const results = (reply?.body["results"] ?? []) as { code?: string }[];
		for (const { code } of results) if (code === "session_full") means.count(code);
		if (results.at(-1)?.code === "session_full" || reply?.status === 404) id = await start(means);
	};
}

/** Half-typed texts that come after their session has ended, and drafts that hold no option of their question. */
async function lateDrafts(means: Means): Promise<() => Promise<unknown>> {
	const essay = essayQuestion(means);
	const choice = means.questions.find(({ type }) => type === "mcq") ?? essay;
	const begin = async () => {
		const id = await start(means);
		if (id) await send(means, "POST", `/api/v2/session/${id}/complete`, {});
		return id;
	};
	let id = await begin();
	let turn = 0;
	return async () => {
		id ??= await begin();
		turn += 1;
		const draft =
			turn % 2 === 0
				? { type: "essay", text: "🌱".repeat(20_000) }
				: { type: "mcq", selected_options: ["x".repeat(80_000)] };
		const question_id = turn % 2 === 0 ? essay.id : choice.id;
		const body = operations(10, () => ({ kind: "draft", question_id, draft }));
		const reply = await send(means, "POST", `/api/v2/session/${id ?? randomUUID()}/sync`, body);
		const results = (reply?.body["results"] ?? []) as { status: string; code?: string }[];
		for (const { status, code } of results) means.count(code ?? status);
		if (results.some(({ code }) => code === "session_full")) id = await begin();
	};
}

function aCode(): string {
	const symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	return Array.from({ length: 9 }, () => symbols[Math.floor(Math.random() * symbols.length)]).join("");
}

function headOf(length: number): string {
	return [
		"POST /api/v2/answers/submit HTTP/1.1",
		"Host: attacked",
		"Content-Type: application/json",
		`Content-Length: ${length}`,
		"",
		"",
	].join("\r\n");
}

/** Keeps so many connections open, and opens another for each that is closed. */
async function hold(means: Means, many: number, begin: (socket: Socket) => void): Promise<void> {
	const { hostname, port } = new URL(means.base);
	const open = new Set<Socket>();
	while (!means.isOver()) {
		for (let i = 0; i < 100 && open.size < many; i += 1) {
			const socket = connect({ host: hostname, port: Number(port), localAddress: means.address });
			open.add(socket);
			means.count("connection");
			socket.on("error", () => {});
			socket.once("data", (bytes) => means.count(/^HTTP\/1\.1 (\d+)/.exec(String(bytes))?.[1] ?? "data"));
			socket.once("close", () => open.delete(socket));
			socket.once("connect", () => begin(socket));
		}
		await sleep(20);
	}
	for (const socket of open) socket.destroy();
}
