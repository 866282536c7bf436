import { type Command, InvalidArgumentError } from "commander";
import { OperatorError } from "../operator-error.ts";
import { type ApiClient, createApiClient, requireApi } from "./compare/api-client.ts";
import { createComparison, sessionOf } from "./compare/comparison.ts";
import { printJsonReport, printReport } from "./compare/report.ts";
import {
	compareContent,
	compareOwnSessions,
	compareReads,
	compareRefusals,
	OWN_SESSIONS,
} from "./compare/script.ts";
import type { ComparedSession, Pair } from "./compare/types.ts";
import { confirm } from "./confirm.ts";

type Options = {
	old: string;
	new: string;
	session?: readonly string[];
	yes?: true;
	verbose?: true;
	json?: true;
};

/** `carhythm compare` */
export function addCompareCommand(program: Command): void {
	program
		.command("compare")
		.description("compare the replies of the previous product's server with ours, before you switch")
		.requiredOption("--old <url>", "the previous back end, running on a copy of the database", parseUrl)
		.requiredOption("--new <url>", "CaRhythm, running on an adopted copy of the same database", parseUrl)
		.option("--session <id>", "compare what both say of this session too (repeatable)", collect)
		.option("--yes", "do not ask before sessions are started on both")
		.option("--verbose", "list the expected differences too, with their reasons")
		.option("--json", "as JSON")
		.addHelpText("after", HELP)
		.action(compareServers);
}

const HELP = `
It starts ${OWN_SESSIONS} sessions on each server, answers the questionnaire in them and compares every reply. Run both servers on
copies, the previous one with ENABLE_EMAIL=false.

Ends with 0 when all differences are expected ones, with 6 when there are others, with 1 when a server cannot be reached.
`;

async function compareServers(options: Options): Promise<void> {
	if (options.old === options.new) {
		throw new OperatorError("usage", "--old and --new are the same address. Give one of each server.");
	}
	const clients = { old: createApiClient("--old", options.old), new: createApiClient("--new", options.new) };
	await requireApi(clients.old);
	await requireApi(clients.new);
	const students = await Promise.all(
		(options.session ?? []).map((id, n) => findStudentSession(clients, id, n + 1)),
	);
	await confirm(options, {
		question: `Start ${OWN_SESSIONS} sessions at ${clients.old.url} and at ${clients.new.url} and answer them?`,
		warning: `The comparison starts ${OWN_SESSIONS} sessions on each server and answers them, so both should run on copies of the database.`,
		otherwise: "Nothing was compared.",
	});
	const comparison = createComparison(clients);
	const pages = await compareContent(comparison);
	await compareRefusals(comparison);
	await compareOwnSessions(comparison, pages);
	for (const [n, session] of students.entries()) {
		await compareReads(comparison, session, { step: `--session number ${n + 1}`, pages });
	}
	const { findings } = comparison;
	if (options.json) printJsonReport(findings, { old: clients.old.url, new: clients.new.url });
	else printReport(findings, { verbose: options.verbose ?? false });
	if (findings.unexpected.length > 0) {
		throw new OperatorError("difference", "The replies differ; see above.");
	}
}

/**
 * The session of a student, read by both servers alike.
 * @throws OperatorError unless the old server knows it: a mistyped id would be equally unknown to both
 */
async function findStudentSession(
	clients: Pair<ApiClient>,
	id: string,
	number: number,
): Promise<ComparedSession> {
	const path = `/api/v2/session/${encodeURIComponent(id)}/progress`;
	const { status } = await clients.old.send({ method: "GET", path });
	if (status === 404) {
		throw new OperatorError(
			"usage",
			`The old server does not know the session of --session number ${number}. Give the session_id of a row of student_responses.`,
		);
	}
	return sessionOf({ old: id, new: id }, { is_students: true });
}

function parseUrl(text: string): string {
	const url = URL.parse(text);
	if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") {
		throw new InvalidArgumentError("It must be an address such as http://localhost:8000.");
	}
	return url.href.replace(/\/+$/, "");
}

function collect(id: string, before: readonly string[] = []): string[] {
	return [...before, id];
}
