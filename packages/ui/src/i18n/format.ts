import { type Instant, type Language, toMillis } from "@carhythm/core";

/** What `Intl` needs to know. Arabic always takes Arabic-Indic digits, so that a screen never mixes two kinds. */
const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", ar: "ar-EG-u-nu-arab" };

const DAY_MS = 24 * 60 * 60 * 1000;
const WEEK_DAYS = 7;

/** Numbers, dates and counted words of one language. */
export type Format<Form extends Intl.LDMLPluralRule> = {
	number(value: number): string;
	/** A share from 0 to 1 as a whole percentage. */
	percent(share: number): string;
	/** Day and month in the device's time zone, with the year when it is not this year. */
	date(instant: Instant, now: Instant): string;
	time(instant: Instant): string;
	/** "yesterday", "3 days ago"; empty when it is a week or longer ago, where the date says it better. */
	day(instant: Instant, now: Instant): string;
	/** The form of a phrase that goes with a count; `#` in it becomes the number. */
	count(value: number, forms: Readonly<Record<Form, string>>): string;
};

/**
 * Makes the {@link Format} of a language.
 * @param forms all plural forms of the language; a phrase that lacks one does not type-check.
 */
export function createFormat<Form extends Intl.LDMLPluralRule>(
	language: Language,
	forms: readonly Form[],
): Format<Form> {
	const locale = LOCALES[language];
	const numbers = new Intl.NumberFormat(locale);
	const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
	const dates = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });
	const datesWithYear = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long", year: "numeric" });
	const times = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
	const days = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
	const plurals = new Intl.PluralRules(locale);
	return {
		number: (value) => numbers.format(value),
		percent: (share) => percents.format(share),
		date(instant, now) {
			const date = new Date(toMillis(instant));
			const sameYear = date.getFullYear() === new Date(toMillis(now)).getFullYear();
			return (sameYear ? dates : datesWithYear).format(date);
		},
		time: (instant) => times.format(toMillis(instant)),
		day(instant, now) {
			const ago = daysBetween(toMillis(instant), toMillis(now));
			return ago >= 0 && ago < WEEK_DAYS ? days.format(-ago, "day") : "";
		},
		count(value, phrases) {
			const rule = plurals.select(value);
			const form = forms.find((known) => known === rule) ?? forms.at(-1);
			return form === undefined ? "" : phrases[form].replace("#", numbers.format(value));
		},
	};
}

/** Calendar days from one moment to another in the device's time zone; a day of 23 or 25 hours is still one day. */
function daysBetween(from: number, to: number): number {
	return Math.round((startOfDay(to) - startOfDay(from)) / DAY_MS);
}

function startOfDay(millis: number): number {
	const date = new Date(millis);
	return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
