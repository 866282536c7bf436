// One of several processes that do the same at the same moment. Each line of its input is a list of jobs, all
// of which it begins at once; for each line it answers with a line of what came of them.
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import {
	type Command,
	type Instant,
	type LifecycleCommand,
	type OperationId,
	parseHandOffCode,
	type SessionId,
} from "@carhythm/core";
import type { AssessmentFile } from "../../assessments/file.ts";
import { createAssessmentStore } from "../../db/content/assessments.ts";
import { createStore } from "../../db/create-store.ts";
import { parseDatabaseUrl } from "../../db/dialect.ts";
import { openDatabase } from "../../db/open.ts";
import { single } from "../../db/store.ts";

export type Job =
	| { kind: "start"; operation_id: OperationId | null; replaces: SessionId | null }
	| { kind: "restore"; session_id: SessionId; operation_id: OperationId }
	| { kind: "operate"; session_id: SessionId; operation_id: OperationId; command: Command | LifecycleCommand }
	| { kind: "hand_off"; session_id: SessionId; operation_id: OperationId }
	| { kind: "redeem"; code: string; operation_id: OperationId; device_id: OperationId }
	| { kind: "leave"; session_id: SessionId; operation_id: OperationId }
	| { kind: "feedback"; session_id: SessionId; rating: number }
	| { kind: "score"; response_id: number; profile: Record<string, unknown> }
	| { kind: "email"; session_id: SessionId; email: string }
	| { kind: "add"; file: AssessmentFile }
	| { kind: "default"; key: string };

const [address = "", now = ""] = process.argv.slice(2);
const parsed = parseDatabaseUrl(address);
if (!parsed.ok) throw new Error(parsed.problem);
const database = await openDatabase(parsed.url);
const admin = createAssessmentStore(database);
const store = createStore(database, { now: () => now as Instant, randomBytes, expiry_days: 30 });

async function run(job: Job): Promise<unknown> {
	switch (job.kind) {
		case "start": {
			const version = await store.assessments.latest("sampler");
			if (!version) throw new Error("There is no sampler.");
			const { operation_id, replaces } = job;
			const outcome = await store.sessions.start({ operation_id, version, replaces, language: "en" });
			return outcome.ok ? outcome.session.state.session_id : outcome.refusal.code;
		}
		case "restore": {
			const outcome = await store.sessions.restore(job.session_id, job.operation_id);
			return outcome.ok ? outcome.session.state.status : outcome.refusal.code;
		}
		case "operate": {
			const { session_id, operation_id, command } = job;
			const outcome = await store.sessions.operate(single(session_id, operation_id, command));
			return outcome.ok ? outcome.results[0]?.result : outcome.refusal.code;
		}
		case "hand_off": {
			const outcome = await store.sessions.handOff(job.session_id, job.operation_id);
			return outcome.ok ? outcome.code : outcome.refusal.code;
		}
		case "leave": {
			const outcome = await store.sessions.leaveOthers(job.session_id, job.operation_id);
			if (outcome.ok) return outcome.session.state.session_id;
			return "refusal" in outcome ? outcome.refusal.code : "too_many";
		}
		case "redeem": {
			const code = parseHandOffCode(job.code);
			if (!code) throw new Error("This is no code.");
			const { operation_id, device_id } = job;
			const outcome = await store.sessions.redeem({ code, operation_id, device_id, label: "Racer" });
			return outcome.ok ? outcome.session_id : outcome.refusal.code;
		}
		case "feedback": {
			const said = { rating: job.rating, experience_text: null, would_recommend: true, suggestions: null };
			return (await store.feedback.save(job.session_id, said))?.id;
		}
		case "score":
			return store.scores.save(job.response_id, job.profile, null);
		case "email":
			return store.sessions.saveEmail(job.session_id, job.email);
		case "add":
			return (await admin.add(job.file, null)).version;
		case "default":
			return admin.setDefault(job.key);
	}
}

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
	const results = await Promise.all((JSON.parse(line) as Job[]).map(run));
	process.stdout.write(`${JSON.stringify(results.map((result) => result ?? null))}\n`);
}
await store.close();
