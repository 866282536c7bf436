import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OperatorError } from "./operator-error.ts";

/** The folder of the assessments that ship. */
export function contentFolder(): string {
	const found = findUpwards(join("content", "career-rhythm"));
	if (!found) {
		throw new OperatorError("failed", "The folder content/ with the assessments that ship is missing.");
	}
	return dirname(found);
}

/** The folder of the built pages; null where they are not built. */
export function webRoot(): string | null {
	const index = findUpwards(join("packages", "student", "dist", "index.html"));
	return index ? dirname(index) : null;
}

/** The folder with the style and the script of the page `/docs`. The bundle reads them from the source too. */
export function docsFolder(): string {
	const style = findUpwards(join("packages", "server", "src", "http", "docs", "docs.css"));
	if (!style) throw new OperatorError("failed", "The folder packages/server/src/http/docs is missing.");
	return dirname(style);
}

/** Looks from this file upwards, because it runs from `src` as well as from the bundle in `dist`. */
function findUpwards(path: string): string | null {
	let folder = dirname(fileURLToPath(import.meta.url));
	for (;;) {
		const found = join(folder, path);
		if (existsSync(found)) return found;
		const parent = dirname(folder);
		if (parent === folder) return null;
		folder = parent;
	}
}
