import { mintOperationId, refuseWithoutConsent, type SessionId } from "@carhythm/core";
import type { Database } from "../dialect.ts";
import { isLockTimeout, isStillNamed } from "../errors.ts";
import { codesOf, createHandOff, knowsCode, redeemHandOff } from "../hand-offs/hand-offs.ts";
import { hashVerifier } from "../hand-offs/secrets.ts";
import type { Tx } from "../schema.ts";
import {
	type Batch,
	type BatchOutcome,
	type Person,
	type SessionStore,
	type StartOutcome,
	type StoredSession,
	single,
} from "../store.ts";
import { inTransaction } from "../transaction.ts";
import { applyBatch, bySession, judgingRulesOf } from "../writes/apply-batch.ts";
import { createGroupCommit } from "../writes/group-commit.ts";
import { loadOneSession, loadSessions } from "../writes/load-sessions.ts";
import { saveSessions } from "../writes/save-sessions.ts";
import { createWriteContext, type WriteContext, type WriteDeps } from "../writes/write-context.ts";
import { isSecretOver, refusePerson } from "./expiry.ts";
import { findPresentId } from "./former-ids.ts";
import { leaveOthers } from "./leave-others.ts";
import { loadSession } from "./load-session.ts";
import { observeTransaction, type StoreObserver } from "./observer.ts";
import { operateUnderFormerId } from "./operate-former.ts";
import { sessionNotMovable, toBeErased, unknownSession } from "./refusals.ts";
import { restoreSession } from "./restore.ts";
import { sessionFinder } from "./rows.ts";
import { startSession } from "./start.ts";

/** Batches that share a commit; and operations, which decide how long it takes and how much it has in memory. */
const LARGEST_GROUP = 256;
const MOST_OPERATIONS = 2000;

/** How long an answer waits for another connection's lock on its session. */
const LONGEST_WAIT_MS = 10_000;

export type SessionStoreOptions = Omit<WriteDeps, "dialect"> & {
	/** Told of what the store does, for metrics. */
	observer?: StoreObserver;
	/** Told after each commit which sessions it has changed, by `response_id`. */
	onChanged?: (response_ids: readonly number[]) => void;
	/** Other than {@link LONGEST_WAIT_MS}, for tests. */
	longest_wait_ms?: number;
	/** See {@link hashVerifier}; for simulations, which guess more often than any student. */
	hash_cost?: number;
};

/** The sessions of one database. */
export function createSessionStore(database: Database, options: SessionStoreOptions): SessionStore {
	const { reader, dialect } = database;
	const { assessments, observer, onChanged, now, randomBytes, expiry_days, secret_days, bounds, hash_cost } =
		options;
	const { consent_need = "nothing" } = options;
	dialect.expectSmallWrites();
	const deps: WriteDeps = {
		dialect,
		assessments,
		now,
		randomBytes,
		expiry_days,
		secret_days,
		consent_need,
		...(bounds && { bounds }),
	};
	const write = async <T>(work: (context: WriteContext) => Promise<T>) => {
		const { value, changed, lifecycle } = await observeTransaction(observer, () =>
			inTransaction(database, async (tx) => {
				const context = createWriteContext(tx, deps);
				return { ...context, value: await work(context) };
			}),
		);
		if (observer) for (const event of lifecycle) observer.turned(event);
		if (changed.size > 0) onChanged?.([...changed]);
		return value;
	};
	// A transaction of the reader is one unchanging snapshot.
	const read = <T>(work: (snapshot: Tx) => Promise<T>) => reader.transaction().execute(work);

	const find = sessionFinder(reader, assessments);
	const opened = (session: StoredSession | null) =>
		session && isSecretOver(session, { now: now(), expiry_days, secret_days }) ? null : session;

	const operate = createGroupCommit<Batch, BatchOutcome>(
		(batches) => write((context) => commitBatches(context, batches)),
		{
			largest_group: LARGEST_GROUP,
			heaviest_group: MOST_OPERATIONS,
			weigh: ({ operations }) => operations.length,
			keyOf: ({ session_id }) => session_id,
			isLockTimeout,
			longest_wait_ms: options.longest_wait_ms ?? LONGEST_WAIT_MS,
			...(observer && { onGroup: observer.gathered }),
		},
	);

	const findByFormer = async (former: SessionId) => {
		const present = await findPresentId(reader, former);
		return present ? opened(await find(present)) : null;
	};

	return {
		operate,
		findByFormer,
		operateFormer: (batch) => operateUnderFormerId(batch, findByFormer, operate),
		leaveOthers: (session_id, operation_id) =>
			write((context) => leaveOthers(context, { session_id, operation_id })).catch((error) => {
				if (isStillNamed(error)) return sessionNotMovable();
				throw error;
			}),
		find: async (session_id) => opened(await find(session_id)),
		load: async (session_id) =>
			opened(await read((snapshot) => loadSession(snapshot, dialect, assessments, session_id))),
		start: (request) => write((context) => startSession(context, { consent: null, ...request })),
		restore: (session_id, operation_id) =>
			write((context) => restoreSession(context, { session_id, operation_id })),
		async handOff(session_id, operation_id) {
			const codes = codesOf(session_id, operation_id, hash_cost);
			await codes(0).hash;
			return write((context) => createHandOff(context, { session_id, operation_id }, codes));
		},
		knowsCode: (selector) => knowsCode(reader, selector),
		async redeem(request) {
			const hash = await hashVerifier(request.code, hash_cost);
			const { selector } = request.code;
			return write((context) => redeemHandOff(context, request, { selector, hash }));
		},
		saveStudentInfo: (session_id, person) => write((context) => completeWith(context, session_id, person)),
		saveEmail: (session_id, email) =>
			write(async ({ tx }) => {
				await tx
					.updateTable("student_responses")
					.set({ email })
					.where("session_id", "=", session_id)
					.execute();
			}),
	};
}

/** One group commit: a fixed number of statements, however many batches and sessions there are. */
async function commitBatches(context: WriteContext, batches: readonly Batch[]): Promise<BatchOutcome[]> {
	await context.dialect.setShortLockTimeout(context.tx);
	const writes = await loadSessions(context, bySession(batches));
	const rules = judgingRulesOf(context);
	const outcomes = batches.map((batch) => {
		const work = writes.get(batch.session_id);
		return work ? applyBatch(work, batch, rules) : unknownSession();
	});
	await saveSessions(context, writes.values());
	return outcomes;
}

/** Stores who the student is, and completes the session unless it already is. */
async function completeWith(
	context: WriteContext,
	session_id: SessionId,
	person: Person,
): Promise<StartOutcome> {
	const work = await loadOneSession(context, session_id);
	if (!work) return unknownSession();
	if (work.session.erase_at !== null) return toBeErased();
	const refusal = refusePerson(work.session, context.now());
	if (refusal) return { ok: false, refusal };
	const lacking = refuseWithoutConsent(work.session.consent, context.consent_need ?? "nothing");
	if (lacking) return { ok: false, refusal: lacking };
	if (work.session.state.status !== "completed") {
		const batch = single(session_id, mintOperationId(context.randomBytes), { kind: "complete" });
		const outcome = applyBatch(work, batch, judgingRulesOf(context));
		if (!outcome.ok) return outcome;
		await saveSessions(context, [work]);
	}
	await context.tx
		.updateTable("student_responses")
		.set({ ...person })
		.where("id", "=", work.session.response_id)
		.execute();
	return { ok: true, session: work.session };
}
