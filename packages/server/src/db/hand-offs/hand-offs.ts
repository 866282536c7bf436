import {
	addMinutes,
	decide,
	formatHandOffCode,
	HAND_OFF_MINUTES,
	type HandOffCode,
	type Instant,
	type OperationId,
	parseSessionId,
	type Refusal,
	type SessionId,
} from "@carhythm/core";
import { type Selectable, sql } from "kysely";
import type { Schema, Tx } from "../schema.ts";
import { invalidCode, operationMismatch, toBeErased, unknownSession } from "../sessions/refusals.ts";
import type { Reader } from "../sessions/rows.ts";
import {
	type HandOffOutcome,
	type RedeemOutcome,
	type RedeemRequest,
	type StoredSession,
	single,
} from "../store.ts";
import { applyBatch, type JudgingRules, judgingRulesOf } from "../writes/apply-batch.ts";
import { kindOfOperation } from "../writes/known-operations.ts";
import { loadOneSession } from "../writes/load-sessions.ts";
import { saveSessions } from "../writes/save-sessions.ts";
import type { WriteContext } from "../writes/write-context.ts";
import { deriveCode, hashVerifier, sameHash } from "./secrets.ts";

type Row = Selectable<Schema["hand_offs"]>;

/** With 25 bits to guess, five tries find a code once in seven million. */
const MOST_GUESSES = 5;
const MOST_ATTEMPTS = 20;
/** A used code keeps its selector for this long at least, so that its last retries are still answered. */
const KEEP_DEAD_MINUTES = 24 * 60;
/** What follows a selector that another code may have: no code can be typed so. */
const FREED = "~";
/** No operation and no device has this id: it only asks whether one would be refused. */
const PROBE_ID = "00000000-0000-4000-8000-000000000000" as OperationId;

/**
 * The codes that an operation leads to, one after another, each with its hash: worked out before the database
 * is locked.
 */
export function codesOf(session_id: SessionId, operation_id: OperationId, hash_cost?: number) {
	const hashes = new Map<number, Promise<string>>();
	return (attempt: number) => {
		const code = deriveCode(session_id, operation_id, attempt);
		const hash = hashes.get(attempt) ?? hashVerifier(code, hash_cost);
		hashes.set(attempt, hash);
		return { code, hash };
	};
}

/**
 * Makes a code for a session; the one before it is void from then on. The same operation gives the same code again.
 * @param codes see {@link codesOf}
 */
export async function createHandOff(
	context: WriteContext,
	request: { session_id: SessionId; operation_id: OperationId },
	codes: ReturnType<typeof codesOf>,
): Promise<HandOffOutcome> {
	const { tx } = context;
	const work = await loadOneSession(context, request.session_id);
	if (!work) return unknownSession();
	if (work.session.erase_at !== null) return toBeErased();
	const { response_id } = work.session;
	const known = await tx
		.selectFrom("hand_offs")
		.selectAll()
		.where("response_id", "=", response_id)
		.where("operation_id", "=", request.operation_id)
		.executeTakeFirst();
	if (known) return reply(codeWith(known.selector, codes), known.expires_at);
	if (await kindOfOperation(tx, response_id, request.operation_id)) return operationMismatch();

	const rules = judgingRulesOf(context);
	const { received: created_at } = rules;
	const refusal = refuseEnded(work.session, rules);
	if (refusal) return { ok: false, refusal };
	const expires_at = addMinutes(created_at, HAND_OFF_MINUTES);
	// From now on they are void, and told like unknown ones.
	await free(tx, (codes) => codes.where("response_id", "=", response_id).where("used_at", "is", null));
	for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
		const { code, hash } = codes(attempt);
		await free(tx, (codes) =>
			codes
				.where("selector", "=", code.selector)
				.where("expires_at", "<", addMinutes(created_at, -KEEP_DEAD_MINUTES)),
		);
		const { numInsertedOrUpdatedRows } = await tx
			.insertInto("hand_offs")
			.values({
				response_id,
				operation_id: request.operation_id,
				selector: code.selector,
				verifier_hash: await hash,
				created_at,
				expires_at,
			})
			.onConflict((taken) => taken.column("selector").doNothing())
			.executeTakeFirst();
		if (numInsertedOrUpdatedRows === 1n) return reply(code, expires_at);
	}
	throw new Error(`${MOST_ATTEMPTS} selectors in a row were taken.`);
}

function codeWith(stored: string, codes: ReturnType<typeof codesOf>): HandOffCode {
	const [selector] = stored.split(FREED);
	for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
		const { code } = codes(attempt);
		if (code.selector === selector) return code;
	}
	throw new Error("A stored code does not belong to its operation.");
}

function reply(code: HandOffCode, expires_at: Instant): HandOffOutcome {
	return { ok: true, code: formatHandOffCode(code), expires_at };
}

/** A session that takes no more answers is continued nowhere. */
function refuseEnded(session: StoredSession, { received, expiry_days }: JudgingRules): Refusal | null {
	const decision = decide(
		session.version.index,
		session.state,
		{ operation_id: PROBE_ID, command: { kind: "hold", device_id: PROBE_ID, label: "-" } },
		{ received, at: null, expiry_days },
	);
	return decision.ok ? null : decision.refusal;
}

/**
 * Lets others have the selectors of codes: there are but a million. The rows stay, because the request that
 * made a code gets the same one again when it is repeated.
 */
async function free(
	tx: Tx,
	choose: (codes: ReturnType<typeof updateCodes>) => ReturnType<typeof updateCodes>,
) {
	await choose(updateCodes(tx))
		.set({ selector: sql<string>`selector || ${FREED} || id` })
		.where("selector", "not like", `%${FREED}%`)
		.execute();
}

function updateCodes(tx: Tx) {
	return tx.updateTable("hand_offs");
}

/**
 * Takes a code in: its session goes on on the given device. It works once; the same operation may come again.
 * @param hash of the code's verifier, worked out before the database is locked
 */
export async function redeemHandOff(
	context: WriteContext,
	request: RedeemRequest,
	guess: { selector: string; hash: string },
): Promise<RedeemOutcome> {
	const { tx } = context;
	const session_id = await sessionOfSelector(tx, guess.selector);
	if (!session_id) return invalidCode();
	const { operation_id, device_id, label } = request;
	const batch = single(session_id, operation_id, { kind: "hold", device_id, label });
	const work = await loadOneSession(context, session_id, [batch]);
	const row = work && (await findCode(tx, work.session.response_id, guess.selector));
	if (!row) return invalidCode();
	const isRight = sameHash(row.verifier_hash, guess.hash);
	// An operation id cannot be guessed: this is the operation that used the code, whatever became of the code since.
	if (isRight && row.used_operation_id === operation_id) return { ok: true, session_id };
	if (!row.is_newest || row.failed_guesses >= MOST_GUESSES) return invalidCode();
	if (!isRight) {
		await countGuess(tx, row);
		return row.failed_guesses + 1 < MOST_GUESSES ? invalidCode() : { ...invalidCode(), is_voided: true };
	}
	const rules = judgingRulesOf(context);
	const { received } = rules;
	if (row.used_at || received >= row.expires_at) return invalidCode();
	const outcome = applyBatch(work, batch, rules);
	if (!outcome.ok) return outcome;
	await saveSessions(context, [work]);
	await tx
		.updateTable("hand_offs")
		.set({ used_at: received, used_operation_id: operation_id })
		.where("id", "=", row.id)
		.execute();
	return { ok: true, session_id };
}

/** Whether hashing a code of this selector can be of use: it is neither unknown nor void by wrong guesses. */
export async function knowsCode(db: Reader, selector: string): Promise<boolean> {
	const row = await db
		.selectFrom("hand_offs")
		.select("id")
		.where("selector", "=", selector)
		.where((is) => is.or([is("failed_guesses", "<", MOST_GUESSES), is("used_at", "is not", null)]))
		.executeTakeFirst();
	return row !== undefined;
}

async function sessionOfSelector(tx: Tx, selector: string): Promise<SessionId | null> {
	const row = await tx
		.selectFrom("hand_offs")
		.innerJoin("student_responses", "student_responses.id", "hand_offs.response_id")
		.select("student_responses.session_id")
		.where("hand_offs.selector", "=", selector)
		.executeTakeFirst();
	return row ? parseSessionId(row.session_id) : null;
}

/**
 * All codes of a session but its newest are void. To be read after the session is locked, so that guesses are
 * counted one by one.
 */
async function findCode(
	tx: Tx,
	response_id: number,
	selector: string,
): Promise<(Row & { is_newest: boolean }) | null> {
	const ofSession = tx.selectFrom("hand_offs").where("response_id", "=", response_id);
	const row = await ofSession.selectAll().where("selector", "=", selector).executeTakeFirst();
	if (!row) return null;
	const newest = await ofSession.select("id").orderBy("id", "desc").limit(1).executeTakeFirst();
	return { ...row, is_newest: row.id === newest?.id };
}

async function countGuess(tx: Tx, row: Row): Promise<void> {
	await tx
		.updateTable("hand_offs")
		.set({ failed_guesses: row.failed_guesses + 1 })
		.where("id", "=", row.id)
		.execute();
}
