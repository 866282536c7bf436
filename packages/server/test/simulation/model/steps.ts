import type { AsyncCommand } from "fast-check";
import { compareChanged, compareExport } from "./compare.ts";
import { instant } from "./expected-replies.ts";
import { runHandOff, runRedeem } from "./hand-off-steps.ts";
import { DAY, lastActivity } from "./history.ts";
import { runBoundary, runLifecycle, runStudentInfo } from "./lifecycle-steps.ts";
import { countTransition, expectSame, type ModelRun, requestAll } from "./model-run.ts";
import { eraseSession, startSession } from "./reference-lifecycle.ts";
import type { ReferenceSession } from "./reference-state.ts";
import { codeOf, idOf, newId, phaseOf, selectSession } from "./selection.ts";
import type { SessionSelector, StepInput } from "./step-inputs.ts";
import { runSubmit, runSync } from "./write-steps.ts";

/** One step: its input is applied to the reference and sent to the servers, and the results are compared. */
export function createStep(input: StepInput): AsyncCommand<ModelRun, ModelRun> {
	return {
		check: () => true,
		run: async (run) => {
			run.reference.now += input.pass;
			await runStep(run, input);
		},
		toString: () => JSON.stringify(input),
	};
}

async function runStep(run: ModelRun, input: StepInput): Promise<void> {
	switch (input.kind) {
		case "start":
			return runStart(run, input);
		case "sync":
			return runSync(run, input);
		case "submit":
			return runSubmit(run, input);
		case "abandon":
		case "complete":
		case "restore":
			return runLifecycle(run, input);
		case "hand_off":
			return runHandOff(run, input);
		case "redeem":
			return runRedeem(run, input);
		case "student_info":
			return runStudentInfo(run, input.session);
		case "erase":
			return runErase(run, input.session);
		case "clock":
			countTransition(run.totals, input.by > 0 ? "clock: on" : "clock: back");
			run.reference.now += input.by;
			return;
		case "boundary":
			return runBoundary(run, input);
		case "restart":
			countTransition(run.totals, "restart");
			for (const server of run.servers) await server.restart();
			return;
		case "export":
			countTransition(run.totals, "export");
			return compareExport(run);
	}
}

async function runStart(run: ModelRun, input: StepInput & { kind: "start" }): Promise<void> {
	const replaces = input.replaces && selectSession(run, input.replaces);
	if (input.replaces && !replaces) return;
	await startOnce(run, input, replaces);
	if (input.in_two_tabs) await startOnce(run, { ...input, id: { how: "new" } }, replaces);
}

async function startOnce(
	run: ModelRun,
	input: StepInput & { kind: "start" },
	replaces: ReferenceSession | null,
): Promise<void> {
	const { reference, totals, starts } = run;
	const earlier =
		input.id.how === "again" || input.id.how === "misused" ? starts[input.id.nth % starts.length] : undefined;
	totals.operations += 1;
	const operation_id = input.id.how === "none" ? null : (earlier?.operation_id ?? newId(run));
	let wanted = { operation_id, replaces, language: input.language };
	if (earlier && input.id.how === "again" && !earlier.replaces?.erased) wanted = earlier;
	if (operation_id && !earlier) starts.push({ operation_id, replaces, language: input.language });

	const from = wanted.replaces ? `start fresh from ${phaseOf(run, wanted.replaces)}` : "start";
	const before = reference.sessions.length;
	const lengths = reference.sessions.map(({ entries }) => entries.length);
	const outcome = startSession(reference, wanted);
	const reply = await requestAll(run, "POST", "/api/v2/session/start", {
		...(wanted.operation_id && { operation_id: wanted.operation_id }),
		...(wanted.replaces && { replaces: idOf(run, wanted.replaces) }),
		language: wanted.language,
	});
	if ("refused" in outcome) {
		expectSame("the reply to a start", codeOf(reply), outcome.refused);
		countTransition(totals, `${from} → ${outcome.refused}`);
	} else {
		const { session_id, display_id, created_at, expires_at } = reply.body as Record<string, string>;
		if (reference.sessions.length > before) {
			run.session_ids.push(session_id ?? "");
			run.display_ids.push(display_id ?? "");
			run.compared.push(0);
		}
		const expected = {
			session_id: idOf(run, outcome),
			created_at: instant(outcome.started),
			expires_at: instant(lastActivity(outcome) + 30 * DAY),
		};
		expectSame("the reply to a start", { session_id, created_at, expires_at }, expected);
		const isNew = reference.sessions.length > before;
		countTransition(totals, `${from} → ${isNew ? "new" : earlier ? "the same again" : "its successor"}`);
	}
	await compareChanged(run, lengths, [wanted.replaces, "refused" in outcome ? null : outcome]);
}

async function runErase(run: ModelRun, input: SessionSelector): Promise<void> {
	const session = selectSession(run, input);
	if (!session) return;
	run.totals.operations += 1;
	countTransition(run.totals, "erase");
	for (const server of run.servers) {
		const erased = await server
			.admin()
			.erase(run.display_ids[session.slot] ?? "", { kind: "system_user", name: "a test" });
		expectSame(`erasing on ${server.engine}`, erased?.clean, true);
	}
	eraseSession(run.reference, session);
	const reply = await requestAll(run, "GET", `/api/v2/session/${idOf(run, session)}`);
	expectSame("the reply about an erased session", codeOf(reply), "session_not_found");
}
