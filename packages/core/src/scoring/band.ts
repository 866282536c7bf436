import * as z from "#schema";
import type { LocalizedText } from "../text.ts";

export const Band = z.enum(["lower", "middle", "higher"]);
export type Band = z.infer<typeof Band>;

/** The words for a band. They speak of the scale's own range and claim nothing about other people. */
export const BAND_LABELS: Readonly<Record<Band, LocalizedText>> = {
	lower: { en: "In the lower part of the range", ar: "في الجزء الأدنى من المدى" },
	middle: { en: "Around the middle of the range", ar: "حول منتصف المدى" },
	higher: { en: "In the higher part of the range", ar: "في الجزء الأعلى من المدى" },
};

/**
 * The band of a result, by its share of the possible range (0 to 1): lower below 0.4, higher above 0.6.
 *
 * There are no norms for these texts in both languages, so a band says where the answers lie between the two
 * ends of the scale and nothing else. The middle fifth is what four five-point items cannot tell from
 * "neither": a sum within one point of the midpoint. One answer more to either side leaves it.
 */
export function bandOf(share: number): Band {
	if (share < 0.4) return "lower";
	return share > 0.6 ? "higher" : "middle";
}
