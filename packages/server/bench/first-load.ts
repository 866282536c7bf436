import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

/** Gzip size, in kB of 1000 bytes, of the scripts and styles that the student page loads before it can be used. */
export function firstLoad(web_root: URL): { total: number; files: { file: string; kb: number }[] } {
	const html = readFileSync(new URL("index.html", web_root), "utf8");
	const references = [...html.matchAll(/(?:src|href)="\/?([^"]+\.(?:js|css))"/g)].map(
		(match) => match[1] ?? "",
	);
	const files = [...new Set(references)].map((file) => ({
		file,
		kb: gzipSync(readFileSync(new URL(file, web_root)), { level: 9 }).length / 1000,
	}));
	return { total: files.reduce((sum, { kb }) => sum + kb, 0), files };
}
