import { LIMITS } from "../limits.ts";

/** The table of docs/limits.md. */
export function limitsTable(): string {
	const rows = Object.values(LIMITS).map(
		({ variable, fallback, from, to, about }) =>
			`| \`${variable}\` | ${fallback} | ${from} to ${to} | ${about} |\n`,
	);
	return ["| setting | default | bounds | |\n", "|---|---|---|---|\n", ...rows].join("");
}
