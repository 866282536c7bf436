import { readFileSync } from "node:fs";
import { inflateRawSync } from "node:zlib";

/**
 * The rows of the first sheet of an .xlsx file, as texts. Enough for plain tables: no dates, no formulas.
 * @param {string} path
 * @returns {string[][]}
 */
export function readSheet(path) {
	const files = unzip(readFileSync(path));
	const strings = matches(files.get("xl/sharedStrings.xml") ?? "", /<si>(.*?)<\/si>/gs).map(([, si = ""]) =>
		textOf(si),
	);
	return matches(files.get("xl/worksheets/sheet1.xml") ?? "", /<row[^>]*>(.*?)<\/row>/gs).map(
		([, row = ""]) =>
			matches(row, /<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs).map(([, attributes = "", cell = ""]) => {
				const value = /<v>(.*?)<\/v>/s.exec(cell)?.[1];
				if (value === undefined) return textOf(cell);
				return /t="s"/.test(attributes) ? (strings[Number(value)] ?? "") : unescaped(value);
			}),
	);
}

const END_OF_DIRECTORY = 0x06054b50;
const STORED = 0;

/**
 * The files of a zip archive by name, read from its central directory.
 * @param {Buffer} zip
 */
function unzip(zip) {
	let end = zip.length - 22;
	while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
	if (end < 0) throw new Error("Not a zip archive");
	/** @type {Map<string, string>} */
	const files = new Map();
	let at = zip.readUInt32LE(end + 16);
	for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
		const [method, size] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
		const name_length = zip.readUInt16LE(at + 28);
		const rest_length = zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
		const name = zip.toString("utf8", at + 46, at + 46 + name_length);
		const local = zip.readUInt32LE(at + 42);
		const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
		const data = zip.subarray(start, start + size);
		files.set(name, (method === STORED ? data : inflateRawSync(data)).toString("utf8"));
		at += 46 + name_length + rest_length;
	}
	return files;
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function matches(text, pattern) {
	return [...text.matchAll(pattern)];
}

/** @param {string} xml */
function textOf(xml) {
	return unescaped(xml.replace(/<[^>]+>/g, ""));
}

/** @param {string} text */
function unescaped(text) {
	return text
		.replaceAll("&lt;", "<")
		.replaceAll("&gt;", ">")
		.replaceAll("&quot;", '"')
		.replaceAll("&apos;", "'")
		.replaceAll("&amp;", "&");
}
