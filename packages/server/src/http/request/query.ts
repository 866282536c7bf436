import type { Context } from "hono";
import type { Env } from "../context.ts";
import type { QueryParameter } from "../endpoint.ts";
import type { ProblemDetails } from "../reply/problem.ts";

export const PAGE_ID: QueryParameter = {
	name: "page_id",
	required: true,
	description: "The id of a page",
	schema: { type: "integer" },
};

/** An integer of the query; null when it is missing or no integer. */
export function readInteger(c: Context<Env>, name: string): number | null {
	return parseInteger(c.req.query(name));
}

/** An integer as it stands in an address; null for anything else. */
export function parseInteger(text: string | undefined): number | null {
	if (text === undefined || !/^-?\d{1,16}$/.test(text)) return null;
	const value = Number(text);
	return Number.isSafeInteger(value) ? value : null;
}

/** The refusal where {@link readInteger} gave null. */
export function integerParameter(name: string): { ok: false; refusal: ProblemDetails } {
	return {
		ok: false,
		refusal: {
			code: "invalid_body",
			detail: `This address needs the parameter “${name}”, a whole number.`,
			errors: [{ pointer: `?${name}`, detail: "must be a whole number" }],
		},
	};
}
