import { compareSession, withoutNames } from "./compare.ts";
import { expectedSnapshot, instant } from "./expected-replies.ts";
import type { ModelCommand } from "./history.ts";
import { changeLifecycle, deadlineOf } from "./lifecycle-steps.ts";
import { countTransition, expectSame, type ModelRun, requestAll } from "./model-run.ts";
import { codeState, createCode, recordCodeText, redeemInReference } from "./reference-hand-offs.ts";
import type { Code, ModelOperation, ReferenceSession } from "./reference-state.ts";
import { codeOf, idOf, newId, phaseOf, selectSession } from "./selection.ts";
import type { RedeemInput, StepInput } from "./step-inputs.ts";
import type { IdInput } from "./write-inputs.ts";
import { deviceOf } from "./write-steps.ts";

/** Makes codes of a session and redeems them on other devices. */
export async function runHandOff(run: ModelRun, input: StepInput & { kind: "hand_off" }): Promise<void> {
	const session = selectSession(run, input.session);
	if (!session) return;
	for (const [index, id] of input.ids.entries()) {
		const isLast = index === input.ids.length - 1;
		await handOffOnce(run, session, { ...input, id, ends: isLast ? input.ends : null });
	}
}

async function handOffOnce(
	run: ModelRun,
	session: ReferenceSession,
	{ id, ends, redeem }: Pick<StepInput & { kind: "hand_off" }, "ends" | "redeem"> & { id: IdInput },
): Promise<void> {
	const { reference } = run;
	const end = deadlineOf(session, "expiry");
	const expires = ends === "expire" && end !== null && end > reference.now;
	if (expires) reference.now = end;
	await makeCode(run, session, id);
	if (expires) reference.now = end + 1;
	if (ends === "abandon" || ends === "complete") {
		await changeLifecycle(run, session, { kind: ends, id: { how: "new" } });
	}
	for (const one of redeem) await redeemCode(run, session, one);
}

/** Redeems codes that were made in earlier steps. */
export async function runRedeem(run: ModelRun, input: StepInput & { kind: "redeem" }): Promise<void> {
	const handed = run.reference.sessions.filter(({ erased, codes }) => !erased && codes.length > 0);
	const session = handed[input.nth % handed.length];
	if (session) for (const one of input.redeem) await redeemCode(run, session, one);
}

/** Requests a code for a session. */
async function makeCode(run: ModelRun, session: ReferenceSession, id: IdInput): Promise<void> {
	const { reference, totals } = run;
	totals.operations += 1;
	const earlier = id.how === "again" ? session.codes[id.nth % session.codes.length] : undefined;
	const operation_id = earlier ? earlier.operation_id : id.how === "none" ? null : newId(run);
	const from = phaseOf(run, session);
	const isRepeat = operation_id !== null && earlier !== undefined;
	const outcome = createCode(reference, session, operation_id);
	const path = `/api/v2/session/${idOf(run, session)}/handoff`;
	const reply = await requestAll(run, "POST", path, { ...(operation_id && { operation_id }) });
	expectSame("the reply to a hand-off", codeOf(reply), "refused" in outcome ? outcome.refused : "ok");
	if ("refused" in outcome) {
		countTransition(totals, `hand-off of ${from} → ${outcome.refused}`);
	} else {
		countTransition(totals, `hand-off of ${from} → ${isRepeat ? "the same code" : "a code"}`);
		const { code } = reply.body as { code: string };
		if (!isRepeat) recordCodeText(reference, outcome, code);
		const expected = { code: outcome.text, expires_at: instant(outcome.expires) };
		expectSame("a code", reply.body, expected);
	}
	await compareSession(run, session, "tail");
}

/** Redeems a code on another device, or text that looks like one. */
async function redeemCode(run: ModelRun, session: ReferenceSession, input: RedeemInput): Promise<void> {
	const code = session.codes.at(input.older ? -2 : -1);
	if (!code) return;
	moveClock(run, code, input);
	const times = input.how === "wrong" ? input.times : Math.min(input.times, 2);
	for (let time = 0; time < times; time += 1) {
		const repeats = time > 0 && input.how === "right";
		await redeemOnce(run, session, code, repeats ? { ...input, id: { how: "again", nth: 0 } } : input);
	}
	await compareSession(run, session, "tail");
}

function moveClock({ reference }: ModelRun, { expires }: Code, { when }: RedeemInput): void {
	if (when === "now") return;
	reference.now = Math.max(reference.now, when === "too late" ? expires : expires - 1);
}

async function redeemOnce(
	run: ModelRun,
	session: ReferenceSession,
	code: Code,
	input: RedeemInput,
): Promise<void> {
	const { reference, totals } = run;
	totals.operations += 1;
	const typed = typedOf(code, input);
	const { operation, isRepeat } = holdOf(run, session, code, input);
	const from = input.how === "unknown" ? "an unknown code" : `a ${input.how} code`;
	const state = codeState(session, code, reference.now);
	const of = state === "good" ? `, good, of ${phaseOf(run, session)}` : `, ${state}`;
	const outcome = redeemInReference(reference, typed, operation);
	const { device_id, label } = operation.command as ModelCommand & { kind: "hold" };
	const reply = await requestAll(run, "POST", "/api/v2/session/handoff/redeem", {
		// People leave out dashes and capitals.
		code: input.named ? typed : typed.toLowerCase().replaceAll("-", " "),
		device_id,
		...(input.named && { label }),
		...(operation.operation_id && { operation_id: operation.operation_id }),
	});
	const expected = "refused" in outcome ? outcome.refused : "ok";
	expectSame("the reply to a code", codeOf(reply), expected);
	countTransition(
		totals,
		`redeem ${from}${input.how === "unknown" ? "" : of}${isRepeat ? ", again" : ""} → ${expected}`,
	);
	if ("refused" in outcome) return;
	const { now } = reference;
	const snapshot = expectedSnapshot(outcome, idOf(run, outcome), now, run.questions);
	// An id that the server minted is learned only when the history is compared, after this.
	if (operation.operation_id) expectSame("the session of a code", withoutNames(reply.body), snapshot);
}

/** The operation that redeems a code: the one that used it, one with a misused id, or a new one. */
function holdOf(
	run: ModelRun,
	session: ReferenceSession,
	{ used }: Code,
	{ id, device, named }: RedeemInput,
): { operation: ModelOperation; isRepeat: boolean } {
	const label = named ? `Device ${device}` : "Another device";
	const command: ModelCommand = { kind: "hold", device_id: deviceOf(device), label };
	const rest = { client_time: null, command, refusal_code: null };
	if (id.how === "again" && used?.operation_id) {
		return { operation: { operation_id: used.operation_id, ...rest }, isRepeat: true };
	}
	if (id.how === "misused") {
		const others = session.entries.filter(
			({ command: { kind }, operation_id }) => operation_id && kind !== "hold",
		);
		const other = others[id.nth % others.length];
		if (other) return { operation: { operation_id: other.operation_id, ...rest }, isRepeat: false };
	}
	const operation_id = id.how === "none" ? null : newId(run);
	const operation: ModelOperation = { operation_id, ...rest };
	if (operation_id) run.sent.push({ session, operation });
	return { operation, isRepeat: false };
}

function typedOf({ text }: Code, { how }: RedeemInput): string {
	if (how === "unknown") return "000-000-000";
	return how === "right" ? text : text.slice(0, -1) + (text.endsWith("7") ? "8" : "7");
}
