import { unreachable } from "@carhythm/core";
import type { AskingChoice } from "../visit/visit.ts";
import { AbandonedSheet } from "./AbandonedSheet.tsx";
import { ExpiredSheet } from "./ExpiredSheet.tsx";
import type { ResumeSheetProps } from "./props.ts";
import { ToBeErasedSheet } from "./ToBeErasedSheet.tsx";
import { UnknownSheet } from "./UnknownSheet.tsx";

/** The sheets of sessions that take no answers now: few visits meet one. */
export function EndedSheet({
	choice,
	...props
}: Omit<ResumeSheetProps<"expired">, "choice"> & { choice: Exclude<AskingChoice, { kind: "continue" }> }) {
	switch (choice.kind) {
		case "expired":
			return <ExpiredSheet choice={choice} {...props} />;
		case "abandoned":
			return <AbandonedSheet choice={choice} {...props} />;
		case "to_be_erased":
			return <ToBeErasedSheet choice={choice} {...props} />;
		case "unknown_to_server":
			return <UnknownSheet choice={choice} {...props} />;
		default:
			return unreachable(choice);
	}
}
