import { OperatorError } from "../../operator-error.ts";
import { errorCode } from "../errors.ts";

/** By SQLSTATE, the network's code, or where there is neither by the driver's words. */
const REASONS: readonly (readonly [RegExp, string])[] = [
	[/^28P01$/, "the server does not know this user with this password"],
	[/client password must be/, "the server asks for a password and none is given"],
	[/^28000$/, "the server does not let this user in from here; see its pg_hba.conf"],
	[/^3D000$/, "the server has no database of this name; make it first, for example with createdb"],
	[/^42501$/, "this user may not connect to it"],
	[/^53300$/, "the server has no connection left; raise its max_connections or run fewer processes"],
	[/^57P03$/, "the server is just starting or stopping; try again in a moment"],
	[/does not support SSL/, "the server offers no encrypted connections, which the address asks for"],
	[/^(ENOTFOUND|EAI_AGAIN)$/, "there is no server of this name"],
	[/^(E[A-Z]+|CONNECTION_LOST|08...)$/, "no PostgreSQL server answers there; is it running?"],
];

/** Why a server cannot be used, in one sentence for the operator. */
export function explain(url: string, error: unknown): OperatorError {
	if (error instanceof OperatorError) return error;
	const code = errorCode(error) ?? "";
	const message = error instanceof Error ? error.message : String(error);
	const found = REASONS.find(([pattern]) => pattern.test(code) || pattern.test(message));
	return cannot(url, found?.[1] ?? message, error);
}

/** The message names the server and the database, never the user or the password. */
export function cannot(url: string, why: string, cause?: unknown): OperatorError {
	return new OperatorError("failed", `The database ${describeServer(url)} cannot be used: ${why}.`, {
		cause,
	});
}

/** `carhythm on db.school.example:5432` */
export function describeServer(url: string): string {
	const { hostname, port, pathname, searchParams } = new URL(url);
	const server = `${hostname || searchParams.get("host")}${port && `:${port}`}`;
	return `${decodeURIComponent(pathname.slice(1))} on ${server}`;
}
