// The schema library as browsers get it: `package.json` names this file for the condition "browser", and zod.ts
// for all else. The schemas are the same; this one only tells whether a value fits and what it becomes, without
// a reason: 0.9 kB gzip instead of 18. `light.test.ts` compares the two over every schema of core.
//
// It differs in one thing, for pages that are older than their server: a strict object keeps fields that it does
// not know, instead of refusing them.

const UNFIT = Symbol("unfit");

/** Gives what a value becomes, or {@link UNFIT}. */
type Read = (value: unknown) => unknown;

type Traits = {
	/** What a field does that is not there: it stays away, or its schema is asked what stands for it. */
	absent?: "skip" | "ask" | undefined;
	shape?: Shape;
};

type Parsed = { success: true; data: unknown } | { success: false; error: Error };

type Schema = Traits & {
	read: Read;
	check(...checks: Read[]): Schema;
	safeParse(value: unknown): Parsed;
	parse(value: unknown): unknown;
};

type Shape = Readonly<Record<string, Schema>>;

/* @__NO_SIDE_EFFECTS__ */
function schema(read: Read, traits: Traits = {}): Schema {
	const self: Schema = {
		...traits,
		read,
		check: (...checks) => schema((value) => checks.reduce(pass, read(value)), traits),
		safeParse: (value) => safeParse(self, value),
		parse(value) {
			const parsed = safeParse(self, value);
			if (parsed.success) return parsed.data;
			throw parsed.error;
		},
	};
	return self;
}

function pass(value: unknown, read: Read): unknown {
	return value === UNFIT ? UNFIT : read(value);
}

/* @__NO_SIDE_EFFECTS__ */
function only(fits: (value: unknown) => boolean): Schema {
	return schema((value) => (fits(value) ? value : UNFIT));
}

export function safeParse(of: Pick<Schema, "read">, value: unknown): Parsed {
	const data = of.read(value);
	if (data !== UNFIT) return { success: true, data };
	const error = Object.assign(new Error("A value does not fit its schema."), { issues: [] });
	return { success: false, error };
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/* @__NO_SIDE_EFFECTS__ */
export const string = () => only((value) => typeof value === "string");
/* @__NO_SIDE_EFFECTS__ */
export const number = () => only(Number.isFinite);
/* @__NO_SIDE_EFFECTS__ */
export const int = () => only(Number.isSafeInteger);
/* @__NO_SIDE_EFFECTS__ */
export const boolean = () => only((value) => typeof value === "boolean");
/* @__NO_SIDE_EFFECTS__ */
export const unknown = () => only(() => true);
/* @__NO_SIDE_EFFECTS__ */
export const custom = only;

/* @__NO_SIDE_EFFECTS__ */
export const literal = (values: unknown) => {
	const known: readonly unknown[] = Array.isArray(values) ? values : [values];
	return only((value) => known.includes(value));
};
export { literal as enum };

/* @__NO_SIDE_EFFECTS__ */
export const optional = ({ read }: Schema) =>
	schema((value) => (value === undefined ? value : read(value)), { absent: "skip" });

/* @__NO_SIDE_EFFECTS__ */
export const nullable = ({ read, absent }: Schema) =>
	schema((value) => (value === null ? value : read(value)), { absent });

/* @__NO_SIDE_EFFECTS__ */
export const nullish = (inner: Schema) => optional(nullable(inner));

/* @__NO_SIDE_EFFECTS__ */
export const _default = ({ read }: Schema, otherwise: unknown) =>
	schema((value) => (value === undefined ? otherwise : read(value)), { absent: "ask" });

/* @__NO_SIDE_EFFECTS__ */
function fields(shape: Shape, keepsUnknown: boolean): Schema {
	const read = (value: unknown) => {
		if (!isObject(value)) return UNFIT;
		const result: Record<string, unknown> = keepsUnknown ? { ...value } : {};
		for (const [key, field] of Object.entries(shape)) {
			const isThere = key in value;
			if (!isThere && field.absent === "skip") continue;
			const part = isThere || field.absent ? field.read(value[key]) : UNFIT;
			if (part === UNFIT) return UNFIT;
			result[key] = part;
		}
		return result;
	};
	return schema(read, { shape });
}

/* @__NO_SIDE_EFFECTS__ */
export const object = (shape: Shape) => fields(shape, false);
/* @__NO_SIDE_EFFECTS__ */
export const strictObject = (shape: Shape) => fields(shape, true);
/* @__NO_SIDE_EFFECTS__ */
export const extend = (base: Schema, shape: Shape) => object({ ...base.shape, ...shape });

/* @__NO_SIDE_EFFECTS__ */
export const array = ({ read }: Schema) =>
	schema((value) => {
		if (!Array.isArray(value)) return UNFIT;
		const result = value.map(read);
		return result.includes(UNFIT) ? UNFIT : result;
	});

/* @__NO_SIDE_EFFECTS__ */
export const record = (key: Schema, { read }: Schema) =>
	schema((value) => {
		if (!isObject(value)) return UNFIT;
		const result: Record<string, unknown> = {};
		for (const name of Object.keys(value)) {
			// Assigned, it would become the prototype.
			if (name === "__proto__") continue;
			const part = key.read(name) === UNFIT ? UNFIT : read(value[name]);
			if (part === UNFIT) return UNFIT;
			result[name] = part;
		}
		return result;
	});

/* @__NO_SIDE_EFFECTS__ */
export const union = (options: readonly Schema[]) =>
	schema((value) => {
		for (const { read } of options) {
			const result = read(value);
			if (result !== UNFIT) return result;
		}
		return UNFIT;
	});
/* @__NO_SIDE_EFFECTS__ */
export const discriminatedUnion = (_name: string, options: readonly Schema[]) => union(options);

/* @__NO_SIDE_EFFECTS__ */
export const transform = (change: Read) => schema(change);
/* @__NO_SIDE_EFFECTS__ */
export const pipe = (first: Schema, then: Schema) => schema((value) => pass(first.read(value), then.read));

// Checks: they follow the schema of a text, a list or a number, and may rely on it.

/* @__NO_SIDE_EFFECTS__ */
export const refine =
	<T>(fits: (value: T) => boolean) =>
	(value: T) =>
		fits(value) ? value : UNFIT;
/* @__NO_SIDE_EFFECTS__ */
export const regex = (pattern: RegExp) => refine((value: string) => pattern.test(value));
/* @__NO_SIDE_EFFECTS__ */
export const minLength = (least: number) => refine((value: { length: number }) => value.length >= least);
/* @__NO_SIDE_EFFECTS__ */
export const maxLength = (most: number) => refine((value: { length: number }) => value.length <= most);
/* @__NO_SIDE_EFFECTS__ */
export const minimum = (least: number) => refine((value: number) => value >= least);
/* @__NO_SIDE_EFFECTS__ */
export const maximum = (most: number) => refine((value: number) => value <= most);
/* @__NO_SIDE_EFFECTS__ */
export const trim = () => (value: string) => value.trim();
