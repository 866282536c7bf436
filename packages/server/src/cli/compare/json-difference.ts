/** One step into a JSON value: the name of a field or the index of an element. */
export type JsonPath = readonly (string | number)[];

/** A place at which two JSON values differ. `undefined`: the field or element is absent on that side. */
export type JsonDifference = { path: JsonPath; old: unknown; new: unknown };

/**
 * Lists every place at which two JSON values differ. Numbers compare as numbers, so `1` and `1.0` are equal;
 * `1` and `"1"` are not. Arrays are compared element by element.
 *
 * `listDifferences({ a: [1, 2] }, { a: [1, 3], b: 4 })` gives `a[1]` (2 and 3) and `b` (absent and 4).
 */
export function listDifferences(old: unknown, ours: unknown, path: JsonPath = []): JsonDifference[] {
	if (Array.isArray(old) && Array.isArray(ours)) {
		const length = Math.max(old.length, ours.length);
		return Array.from({ length }, (_, n) => listDifferences(old[n], ours[n], [...path, n])).flat();
	}
	if (isObject(old) && isObject(ours)) {
		const names = new Set([...Object.keys(old), ...Object.keys(ours)]);
		return [...names].flatMap((name) =>
			listDifferences(fieldOf(old, name), fieldOf(ours, name), [...path, name]),
		);
	}
	return Object.is(old, ours) ? [] : [{ path, old, new: ours }];
}

/** A path as it is written in programs: `questions[3].options.min`; the whole value is `$`. */
export function pathText(path: JsonPath): string {
	const text = path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
	return text === "" ? "$" : text.replace(/^\./, "");
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, ...path: JsonPath): unknown {
	let found = value;
	for (const step of path) {
		if (typeof step === "number") found = Array.isArray(found) ? found[step] : undefined;
		else found = isObject(found) ? fieldOf(found, step) : undefined;
	}
	return found;
}

/** Only what the reply itself holds: `constructor` is no field of it. */
function fieldOf(object: Readonly<Record<string, unknown>>, name: string): unknown {
	return Object.hasOwn(object, name) ? object[name] : undefined;
}
