import * as z from "zod/mini";

/** One thing to set: how it is called, its default, what is allowed. */
export type Setting<T> = {
	/** Its environment variable. */
	variable: string;
	/** Its flag on the command line. */
	flag: string;
	/** How the flag's value is called in the help. */
	placeholder: string;
	/** The flag alone means true. */
	needsNoValue?: true;
	fallback: string;
	/** One line of help. */
	about: string;
	/** What is allowed, as the end of a sentence. */
	allowed: string;
	schema: z.ZodMiniType<T, string>;
};

/** A whole number in a range. */
export const integer = (from: number, to: number) =>
	z.pipe(
		z.string().check(
			z.regex(/^\d{1,9}$/),
			z.refine((text) => Number(text) >= from && Number(text) <= to),
		),
		z.transform(Number),
	);

export const yesOrNo = z.pipe(
	z.enum(["true", "false"]),
	z.transform((text) => text === "true"),
);

/** Text that is JSON; null, which no schema behind it takes, for any other. */
export const jsonText = z.pipe(
	z.string(),
	z.transform((text): unknown => {
		try {
			return JSON.parse(text);
		} catch {
			return null;
		}
	}),
);
