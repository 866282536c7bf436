import { randomBytes } from "node:crypto";
import { type Answer, type Command, type SessionId, toInstant } from "@carhythm/core";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import { createStore } from "../../db/create-store.ts";
import type { DatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { single } from "../../db/store.ts";
import { migrateUp } from "../../migrations/runner.ts";
import { contentFolder } from "../../paths.ts";
import { seedShipped } from "../../seed.ts";
import { aFolder } from "../folders/a-folder.ts";
import { aPostgresWithTools, type Template } from "../postgres/a-postgres.ts";
import { carhythm } from "../processes/run.ts";
import { anOperationId } from "./a-store.ts";
import { aDatabase, engine } from "./an-engine.ts";

async function addShipped(url: DatabaseUrl): Promise<void> {
	const database = await openDatabase(url);
	await migrateUp(database);
	const admin = createAssessmentStore(database);
	await seedShipped(admin, contentFolder());
	await admin.setDefault("sampler");
	await database.close();
}

const SHIPPED: Template = { name: "shipped", fill: addShipped };

/** On a server of PostgreSQL whose `pg_dump` is at hand. */
async function aDatabaseWithTools(): ReturnType<typeof aDatabase> {
	if (engine === "sqlite") return aDatabase(SHIPPED);
	const place = await aPostgresWithTools({ template: SHIPPED });
	return { ...place, open: () => openDatabase(place.url) };
}

/** A database with the shipped assessments, and what a server would do to it; `tools` for backups. */
export async function aSchool({ tools = false } = {}) {
	const folder = aFolder();
	const place = tools ? await aDatabaseWithTools() : await aDatabase(SHIPPED);
	const database = await place.open();
	let millis = Date.now();
	const store = createStore(database, { now: () => toInstant(millis), randomBytes, expiry_days: 30 });
	const version = await store.assessments.latestDefault();
	if (!version) throw new Error("There is no default assessment.");
	const questionId = (key: string) =>
		version.index.places.find(({ question }) => question.key === key)?.question.id ?? 0;
	const keyOf = (type: Answer["type"]) =>
		version.index.places.find(({ question }) => question.type === type)?.question.key ?? "";

	let isClosed = false;
	/** For what only a database that nobody uses is good enough. */
	const close = async () => {
		if (!isClosed) await store.close();
		isClosed = true;
	};

	async function operate(session_id: SessionId, command: Command) {
		const outcome = await store.sessions.operate(single(session_id, anOperationId(), command));
		const status = outcome.ok ? outcome.results[0]?.result.status : outcome.refusal.detail;
		if (status !== "applied") throw new Error(`The server would not take ${command.kind}: ${status}`);
	}
	return {
		/** For what commands write. */
		folder,
		place,
		database,
		store,
		version,
		questionId,
		keyOf,
		operate,
		close,
		daysAgo: (days: number) => {
			millis = Date.now() - days * 86_400_000;
		},
		async start(): Promise<{ session_id: SessionId; display_id: string }> {
			const request = { operation_id: null, version, replaces: null, language: "en" } as const;
			const outcome = await store.sessions.start(request);
			if (!outcome.ok) throw new Error(outcome.refusal.detail);
			const { session } = outcome;
			return { session_id: session.state.session_id, display_id: session.display_id };
		},
		essay: (session_id: SessionId, text: string) =>
			operate(session_id, {
				kind: "answer",
				question_id: questionId(keyOf("essay")),
				answer: { type: "essay", text },
			}),
		run: (...words: readonly string[]) => carhythm(place.address, ...words),
		async [Symbol.asyncDispose]() {
			await close();
			await place[Symbol.asyncDispose]();
			folder[Symbol.dispose]();
		},
	};
}
