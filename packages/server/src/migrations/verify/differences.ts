import type {
	CheckShape,
	ColumnShape,
	ForeignKeyShape,
	IndexShape,
	Shape,
	TableShape,
} from "../system-catalogue/shape.ts";

/** What differs, each in one sentence without its full stop. */
export type Compared = {
	differences: readonly string[];
	/** What differs from ours in a table of the existing product, and does no harm. */
	notes: readonly string[];
};

type Found = { text: string; harmless: boolean };

/**
 * What the found shape lacks of the expected one, or has in another form. What it has beyond that is no difference.
 * @param lenient a shape whose columns may differ in what does no harm: the tables of the existing product
 */
export function compareShapes(expected: Shape, found: Shape, lenient: Shape = {}): Compared {
	const all = Object.entries(expected).flatMap(([name, table]) => {
		const other = found[name];
		if (!other) return [{ text: `the table ${name} is missing`, harmless: false }];
		return ofTable(name, table, other, lenient[name]);
	});
	const texts = (harmless: boolean) => all.filter((one) => one.harmless === harmless).map(({ text }) => text);
	return { differences: texts(false), notes: texts(true) };
}

/** {@link compareShapes} where nothing is harmless. */
export function differences(expected: Shape, found: Shape): string[] {
	return [...compareShapes(expected, found).differences];
}

function ofTable(
	name: string,
	expected: TableShape,
	found: TableShape,
	lenient: TableShape | undefined,
): Found[] {
	const strict = (text: string): Found => ({ text, harmless: false });
	const key = expected.primary_key.join() === found.primary_key.join();
	return [
		...(key ? [] : [strict(`the primary key of ${name} is (${found.primary_key.join(", ")})`)]),
		...each(expected.columns, found.columns, (column, one, other) => {
			const known = lenient ? Object.hasOwn(lenient.columns, column) : false;
			return ofColumn(`${name}.${column}`, one, other, known);
		}),
		...each(expected.indexes, found.indexes, (index, one, other) =>
			ofIndex(name, index, one, other).map(strict),
		),
		...each(expected.foreign_keys, found.foreign_keys, (foreignKey, one, other) => {
			const known = lenient ? Object.hasOwn(lenient.foreign_keys, foreignKey) : false;
			return ofForeignKey(`${name}: ${foreignKey}`, one, other, known);
		}),
		...each(expected.checks, found.checks, (check, one, other) =>
			ofCheck(name, check, one, other).map(strict),
		),
	];
}

function ofColumn(name: string, one: ColumnShape, other: ColumnShape | undefined, lenient: boolean): Found[] {
	if (!other) return [{ text: `the column ${name} is missing`, harmless: false }];
	const all: Found[] = [];
	if (one.kind !== other.kind) {
		// The program reads and writes such a column as text, whatever the database calls it.
		const harmless = lenient && one.kind === "text" && other.kind === "other";
		all.push({ text: `the column ${name} is ${other.kind}, not ${one.kind}`, harmless });
	}
	if (one.not_null !== other.not_null) {
		const text = `the column ${name} ${other.not_null ? "may not be empty" : "may be empty"}`;
		all.push({ text, harmless: lenient });
	}
	if (one.default !== other.default) {
		const text = `the column ${name} has ${defaultOf(other)} where ${defaultOf(one)} is expected`;
		all.push({ text, harmless: lenient });
	}
	return all;
}

function defaultOf(column: ColumnShape): string {
	return column.default === null ? "no default" : `the default ${column.default}`;
}

function ofIndex(table: string, name: string, one: IndexShape, other: IndexShape | undefined): string[] {
	if (!other) return [`the index ${name} on ${table} is missing`];
	if (one.valid && !other.valid) return [`the index ${name} on ${table} is not valid`];
	const same =
		one.unique === other.unique &&
		one.partial === other.partial &&
		one.columns.join() === other.columns.join();
	return same ? [] : [`the index ${name} on ${table} is ${indexText(other)}, not ${indexText(one)}`];
}

function indexText({ unique, columns, partial }: IndexShape): string {
	return `${unique ? "unique " : ""}on (${columns.join(", ")})${partial ? " for some rows" : ""}`;
}

function ofForeignKey(
	name: string,
	one: ForeignKeyShape,
	other: ForeignKeyShape | undefined,
	lenient: boolean,
): Found[] {
	if (!other) return [{ text: `the foreign key ${name} is missing`, harmless: lenient }];
	const all: Found[] = [];
	if (one.validated && !other.validated)
		all.push({ text: `the foreign key ${name} was never checked against the rows`, harmless: false });
	if (one.on_delete !== other.on_delete) {
		all.push({
			text: `the foreign key ${name} has on delete ${other.on_delete}, not ${one.on_delete}`,
			harmless: lenient,
		});
	}
	return all;
}

function ofCheck(table: string, name: string, one: CheckShape, other: CheckShape | undefined): string[] {
	if (!other) return [`the check ${name} on ${table} is missing`];
	if (one.validated && !other.validated)
		return [`the check ${name} on ${table} was never held against the rows`];
	return one.values.join() === other.values.join()
		? []
		: [`the check ${name} on ${table} allows ${other.values.join(", ")}, not ${one.values.join(", ")}`];
}

function each<T>(
	expected: Readonly<Record<string, T>>,
	found: Readonly<Record<string, T>>,
	compare: (name: string, one: T, other: T | undefined) => Found[],
): Found[] {
	return Object.entries(expected).flatMap(([name, one]) => compare(name, one, found[name]));
}
